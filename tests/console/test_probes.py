import pytest
from django.test import Client
from django.utils import timezone
from kombu import Connection

from console import celery_app, probes
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
    nobody = Connection("redis://127.0.0.1:9/0", connect_timeout=1)
    monkeypatch.setattr(celery_app, "connection_for_write", lambda **kwargs: nobody)

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "CELERY_BROKER_URL" in answer.json()["wrong"]["broker"]


@pytest.mark.django_db
def test_missing_migrations_are_not_ready(monkeypatch):
    monkeypatch.setattr(probes.MigrationExecutor, "migration_plan", lambda self, targets: [("console", "0003")])

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "migrate" in answer.json()["wrong"]["database"]
