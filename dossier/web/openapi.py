"""The API tells of itself: the routes' declarations come in; an OpenAPI 3.1 document, and a page on which each can be tried, go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, render_template
from werkzeug.routing import Rule

from dossier.errors import SENTENCES
from dossier.web.describe import LARGEST, Schema, Told
from dossier.web.guard import doing, public
from dossier.web.language import english, say
from dossier.web.once import HEADER
from dossier.web.schemas import NAMED

desk = Blueprint("openapi", __name__)
PATH = "/api/openapi.json"
VERSION = "1"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
_PART = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")
# What this system sends with DOSSIER_EXPORT_URL, and how it wants to be answered.
_EXPORTED = {
    "operationId": "export",
    "summary": "办案系统回传 What happened to a case, told to the process system",
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExportMessage"}}}},
    "responses": {
        "2XX": {
            "description": "已收到；答 {acknowledged: 编号} 即为确认 Arrived; with {acknowledged: number} taken, too",
            "content": {"application/json": {"schema": {"type": "object", "properties": {"acknowledged": {"type": "integer"}}}}},
        },
        "4XX": {
            "description": "答 {rejected: 编号, reason} 为拒收，否则再试 With {rejected: number, reason} refused, else tried again",
            "content": {
                "application/json": {
                    "schema": {"type": "object", "properties": {"rejected": {"type": "integer"}, "reason": {"type": "string"}}}
                }
            },
        },
    },
}
_INTRODUCTION = (
    "电子卷宗与归档系统的接口：与页面相同的事务台。先以 JSON 向 /sign-in 登录，得到会话 cookie 和 csrf_token；"
    "写操作在 X-CSRFToken 头中带上它；或用自建的令牌（Authorization: Bearer）。"
    "POST 可带 Idempotency-Key：同一个键只办一次，再次请求得到原来的答复。错误一律为 {error:{code,message,message_en}}。"
    " — The same desks as the pages. Sign in at /sign-in with Accept: application/json, send the token as X-CSRFToken with every write; "
    "or make a token of your own and send it as Bearer."
)


@desk.get(PATH)
@public
def document_json() -> Any:
    return jsonify(document(current_app))


@desk.get("/api")
@doing("home")
def trial() -> Any:
    return render_template("openapi/trial.html", groups=_groups(current_app), place=PATH)


def _groups(app: Flask) -> dict[str, list[dict[str, Any]]]:
    """The operations by tag, as the page shows them: in one language."""
    known = {_name(rule, method): (told, _action(app, rule)) for rule, method, told in declared(app) if told is not None}
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document(app)["paths"].items():
        for method, operation in methods.items():
            told, action = known[operation["operationId"]]
            words = {"summary": told.en if english() else told.zh, "description": _in_page_language(told, action)}
            found.setdefault(operation["tags"][0], []).append({"path": path, "method": method.upper(), **operation, **words})
    return found


def _in_page_language(told: Told, action: str) -> str:
    errors = ((code, SENTENCES[code]) for code in told.errors)
    lines = [f"- {code} {one.status}: {one.en if english() else one.zh}" for code, one in errors]
    return "\n".join([say("所需权限：%(action)s", action=action), *lines])


def _action(app: Flask, rule: Rule) -> str:
    return str(getattr(app.view_functions[rule.endpoint], "action", "public"))


def _name(rule: Rule, method: str) -> str:
    return f"{rule.endpoint.replace('.', '_')}_{method.lower()}"


def declared(app: Flask) -> Iterator[tuple[Rule, str, Told | None]]:
    """(route, method, its declaration) of every route under /api but the document and its page, and of others that declare themselves."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        told = getattr(app.view_functions.get(rule.endpoint), "told", None)
        if (told is None and not rule.rule.startswith("/api/")) or rule.rule == PATH:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, told


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of this application. A route that declares nothing is left out; a test finds it."""
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, told in declared(app):
        if told is not None:
            paths.setdefault(_PART.sub(r"{\g<name>}", rule.rule), {})[method.lower()] = _operation(rule, method, told, _action(app, rule))
    return {
        "openapi": "3.1.0",
        "info": {"title": "电子卷宗接口 Enforcement dossier API", "version": VERSION, "description": _INTRODUCTION},
        "paths": paths,
        "webhooks": {"export": {"post": _EXPORTED}},
        "components": {
            "schemas": NAMED,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": app.config.get("SESSION_COOKIE_NAME", "dossier")},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
                "token": {"type": "http", "scheme": "bearer", "description": "在“我的账号”中自建的令牌 a token made on one's account page"},
            },
        },
    }


def _operation(rule: Rule, method: str, told: Told, action: str) -> dict[str, Any]:
    writes = method in WRITES
    needs: dict[str, list[str]] = {"session": [], **({"csrf": []} if writes else {})}
    operation: dict[str, Any] = {
        "operationId": _name(rule, method),
        "tags": [_tag(rule.rule)],
        "summary": f"{told.zh} {told.en}",
        "description": _description(told, action),
        "parameters": [*_of_path(rule.rule), *_of_query(told), *([_repeat_key()] if writes and rule.rule.startswith("/api/") else [])],
        "responses": _responses(told),
        "security": [] if action == "public" else [needs, {"token": []}],
    }
    content = _content(told)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _content(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if told.body is not None:
        found["application/json"] = {
            "schema": told.body,
            "example": {name: _example(part) for name, part in told.body["properties"].items()},
        }
    if told.files is not None:
        found["multipart/form-data"] = {"schema": told.files}
    return found


def _example(schema: Schema) -> Any:
    """A value of this kind, to be written over."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date":
        return "2026-03-01"
    kinds = schema.get("type")
    kind = kinds if isinstance(kinds, str) else (kinds or ["null"])[-1]
    return {"integer": 1, "boolean": False, "array": [], "object": {}, "null": None}.get(kind, "…")


def _tag(rule: str) -> str:
    return rule.removeprefix("/api/").strip("/").split("/")[0].split(".")[0]


def _description(told: Told, action: str) -> str:
    lines = [f"所需权限 action: `{action}`"]
    lines += [f"- `{code}` {SENTENCES[code].status}: {SENTENCES[code].zh} {SENTENCES[code].en}" for code in told.errors]
    return "\n".join(lines)


def _of_path(rule: str) -> list[dict[str, Any]]:
    return [{"name": part["name"], "in": "path", "required": True, "schema": _of_part(part)} for part in _PART.finditer(rule)]


def _of_part(part: re.Match[str]) -> dict[str, Any]:
    if part["kind"] == "int":
        return {"type": "integer", "minimum": 0, "maximum": LARGEST}
    if part["kind"] == "any":
        return {"type": "string", "enum": [word.strip() for word in part["choices"].split(",")]}
    return {"type": "string", "minLength": 1, "pattern": "^[^/\\x00]+$"}


def _of_query(told: Told) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in told.query.items()]


def _repeat_key() -> dict[str, Any]:
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "同一个键只办一次，七天内再次请求得到原来的答复。 Done once; answered alike for seven days.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"},
    }


def _responses(told: Told) -> dict[str, Any]:
    media, schema = (
        (told.answer, {"type": "string", "format": "binary"}) if isinstance(told.answer, str) else ("application/json", told.answer)
    )
    error = {"description": "错误 Error", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    # Only what this route names itself: 5XX is nobody's plan.
    planned = {str(SENTENCES[code].status): error for code in told.errors if SENTENCES[code].status >= 500}
    return {str(told.status): {"description": told.zh, "content": {media: {"schema": schema}}}, "4XX": error, **planned}
