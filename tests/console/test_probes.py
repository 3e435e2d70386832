from typing import Any

import pytest
from celery import Celery
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from console import probes
from console.models import Heartbeat


def test_a_living_process_says_so_without_a_database():
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer():
    for name in ("worker", "beat"):
        Heartbeat.beat(name, timezone.now())

    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "environment": "demo", "wrong": {}}


@pytest.mark.django_db
def test_a_silent_worker_is_a_warning_for_pages_still_show():
    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert "worker and beat" in answer.json()["warnings"]["workers"]


@pytest.mark.django_db
def test_a_broker_that_is_away_is_not_ready(monkeypatch):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    monkeypatch.setattr(probes, "app", Celery(broker="redis://127.0.0.1:9/0", set_as_current=False))

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "CELERY_BROKER_URL" in answer.json()["wrong"]["broker"]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_not_ready_and_the_process_lives(monkeypatch, error):
    def away(connection: Any) -> None:
        raise error("nobody listens")

    monkeypatch.setattr(probes, "MigrationExecutor", away)

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "DATABASE_URL" in answer.json()["wrong"]["database"]
    assert "warnings" not in answer.json()
    assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db
def test_an_embedded_broker_that_cannot_be_opened_is_not_ready(monkeypatch, tmp_path):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    monkeypatch.setattr(
        probes, "app", Celery(broker=f"sqla+sqlite:///{tmp_path}/nowhere/broker.sqlite3", set_as_current=False)
    )

    assert "broker" in Client().get("/readyz").json()["wrong"]


@pytest.mark.django_db
def test_missing_migrations_are_not_ready(monkeypatch):
    monkeypatch.setattr(probes.MigrationExecutor, "migration_plan", lambda self, targets: [("console", "0003")])

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "migrate" in answer.json()["wrong"]["database"]
