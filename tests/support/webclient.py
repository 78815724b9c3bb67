"""A person at the web door without a browser: a login comes in, a client that carries the session and its token goes out."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.office import PASSWORD


class Person:
    """Somebody at the door; login None: not signed in."""

    def __init__(self, app: Flask, login: str | None = None, password: str = PASSWORD) -> None:
        self.client: FlaskClient = app.test_client()
        self.token = self._token()
        if login is not None:
            answer = self.sign_in(login, password)
            assert answer.status_code == 200, answer.text

    def _token(self) -> str:
        return str(self.client.get("/sign-in", headers={"Accept": "application/json"}).get_json()["csrf_token"])

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        answer = self.post("/sign-in", {"login": login, "password": password}, accept="application/json")
        if answer.status_code == 200:
            self.token = answer.get_json()["csrf_token"]
        return answer

    def get(self, path: str, accept: str = "text/html") -> TestResponse:
        return self.client.get(path, headers={"Accept": accept}, buffered=True)

    def post(self, path: str, data: dict[str, Any] | None = None, accept: str = "text/html", **headers: str) -> TestResponse:
        """A form, with the session's token."""
        return self.client.post(path, data={"csrf_token": self.token, **(data or {})}, headers={"Accept": accept, **headers})
