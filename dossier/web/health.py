"""Whether it runs: nothing comes in; liveness, readiness and the numbers of this process and its records go out."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from dossier.desks import watching
from dossier.web.guard import doing, office, public

desk = Blueprint("health", __name__)
REGISTRY = CollectorRegistry()
REQUESTS = Counter("dossier_requests_total", "Requests answered.", ("endpoint", "status"), registry=REGISTRY)
SECONDS = Histogram("dossier_request_seconds", "Time to answer a request.", ("endpoint",), registry=REGISTRY)
JOBS = Gauge("dossier_jobs", "Jobs by state.", ("state",), registry=REGISTRY)


def begin() -> None:
    """Called before each request."""
    g.began = time.perf_counter()


def count(status: int) -> None:
    """Called after each request."""
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, str(status)).inc()
    if "began" in g:
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)


@desk.get("/healthz")
@public
def healthz() -> Any:
    return jsonify(status="up")


@desk.get("/readyz")
@public
def readyz() -> Any:
    state = watching.readiness(office())
    return jsonify(state), 200 if state["ready"] else 503


@desk.get("/metrics")
@doing("metrics.read")
def metrics() -> Any:
    for state, number in watching.job_counts(office()).items():
        JOBS.labels(state).set(number)
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
