"""Whether it runs: nothing comes in; liveness, readiness and the numbers of the web server's processes and of the records go out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dossier.desks import outbox, watching
from dossier.office import Office
from dossier.settings import several_processes
from dossier.web.guard import doing, office, public

desk = Blueprint("health", __name__)
REGISTRY = CollectorRegistry()
REQUESTS = Counter("dossier_requests_total", "Requests answered.", ("endpoint", "status"), registry=REGISTRY)
SECONDS = Histogram("dossier_request_seconds", "Time to answer a request.", ("endpoint",), registry=REGISTRY)


class _Records(Collector):
    """What the records say at the moment of asking."""

    def __init__(self, of: Office) -> None:
        self._office = of

    def collect(self) -> Iterator[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("dossier_jobs", "Jobs by state.", labels=("state",))
        for state, number in watching.job_counts(self._office).items():
            jobs.add_metric((state,), number)
        yield jobs
        exports = GaugeMetricFamily("dossier_export_messages", "Messages to the process system by state.", labels=("state",))
        for state, number in outbox.state_counts(self._office).items():
            exports.add_metric((state,), number)
        yield exports


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
    records = CollectorRegistry()
    records.register(_Records(office()))
    requests = REGISTRY
    if several_processes():
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    return Response(generate_latest(requests) + generate_latest(records), content_type=CONTENT_TYPE_LATEST)
