"""What a load balancer or an orchestrator asks: does the process live, and can it do its work? No login, no secret."""

import logging
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.acting import unaudited
from console import assurance, broker, watching
from console.celery import app

logger = logging.getLogger(__name__)
BROKER_TIMEOUT = 2.0  # seconds; whoever asks does not wait long either


@unaudited("says only that the process lives")
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; asks neither database nor broker."""
    return HttpResponse("ok", content_type="text/plain")


@unaudited("says which part of the machine is away")
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served; 503 with what is wrong otherwise. `workers` warns only: pages still show.

    Whoever asks regularly also watches the worker from outside: that it has stalled is noted as an incident.
    """
    found = {"database": _database(), "broker": _broker()}
    wrong = {name: sentence for name, sentence in found.items() if sentence}
    workers = _workers() if not found["database"] else ""
    if not found["database"]:
        _note_stalled()
    state: dict[str, Any] = {"ready": not wrong, "environment": settings.ENVIRONMENT, "wrong": wrong}
    if workers:
        state["warnings"] = {"workers": workers}
    return JsonResponse(state, status=503 if wrong else 200)


def _note_stalled() -> None:
    try:
        watching.note_stalled(timezone.now())
    except Error as exc:  # a busy database must not make the probe fail
        logger.warning("whether the worker has stalled could not be noted: %s", exc)


def _database() -> str:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "The database does not answer. See DATABASE_URL."
    return "Migrations are missing. Run manage.py migrate." if missing else ""


def _broker() -> str:
    try:
        broker.reach(app, patience=BROKER_TIMEOUT)
    except broker.AWAY:
        return "The broker does not answer. See CELERY_BROKER_URL."
    return ""


def _workers() -> str:
    state = assurance.read()
    silent = [name for name in ("worker", "beat") if not state[name]["alive"]]
    return f"No sign of life from {' and '.join(silent)} at {timezone.now():%H:%M:%S %Z}." if silent else ""
