"""Numbers for Prometheus, if asked for: how many requests, how long, how many refused.

Labels are the routes as the program names them (`/read/rate`), never an address with a token or a
study in it, and no number tells one picture, case, arm or reader from another.
"""

import os
from typing import Any, cast

from fastapi import Request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from starlette.types import Scope

# Where several processes leave their numbers for each other; set by `serve`, read by the library.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Metrics:
    """What this installation counts; `token` opens the page."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "negatoscope_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "negatoscope_request_seconds",
            "Time until an answer was sent",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        route = _route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All numbers, of every process, in Prometheus's text format."""
        if FOLDER_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        cast(Any, multiprocess).MultiProcessCollector(together)
        return generate_latest(together)


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")


def metrics_of(request: Request) -> Metrics | None:
    """The numbers of the application that answers; None where nobody may ask for them."""
    return cast(Metrics | None, request.app.state.metrics)


def metrics_for(token: str) -> Metrics | None:
    """The numbers, or None where no token was set: nothing is then counted."""
    return Metrics(token) if token else None


def _route_of(scope: Scope) -> str:
    route = scope.get("route")
    return str(getattr(route, "path", "none"))
