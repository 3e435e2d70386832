from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from console import assurance
from console.heartbeats import BeatingScheduler, beat
from console.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_a_second_beat_moves_the_same_row():
    now = timezone.now()
    Heartbeat.beat("worker", now - timedelta(minutes=5))
    Heartbeat.beat("worker", now)

    assert [row.at for row in Heartbeat.objects.all()] == [now]


def test_a_process_that_was_silent_too_long_is_not_alive():
    Heartbeat.beat("worker", timezone.now())
    Heartbeat.beat("beat", timezone.now() - assurance.ALIVE)

    state = assurance.read()

    assert state["worker"]["alive"]
    assert not state["beat"]["alive"]
    assert not state["dispatch"]["alive"]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_stops_no_heart(monkeypatch, caplog, error):
    def away(name, at):
        raise error("nobody listens")

    monkeypatch.setattr("console.heartbeats.connection.close", lambda: None)
    monkeypatch.setattr(Heartbeat, "beat", away)

    beat("worker")

    assert "the heartbeat of worker could not be noted: nobody listens" in caplog.text


def test_the_scheduler_beats_as_it_ticks(tmp_path, monkeypatch):
    from console.celery import app

    monkeypatch.setattr("console.heartbeats.connection.close", lambda: None)
    scheduler = BeatingScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    scheduler.setup_schedule()
    monkeypatch.setattr("celery.beat.Scheduler.apply_entry", lambda self, entry, producer=None: None)
    scheduler.tick()
    scheduler.close()

    assert Heartbeat.objects.filter(name="beat").exists()
