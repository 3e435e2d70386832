import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from celery import Celery
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from accounts import vault
from console import diagnosis
from console.models import Heartbeat
from extensions.blueprints.models import Extension
from extensions.health.models import Channel
from tests.making import make_extension, make_installation, make_user

pytestmark = pytest.mark.django_db


class Answering(BaseHTTPRequestHandler):
    status = 401  # what Oneflow answers to `GET /` without a token

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


class Broken(Answering):
    status = 502


def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


@pytest.fixture
def oneflow() -> Iterator[str]:
    yield from serving(Answering)


@pytest.fixture
def broken_oneflow() -> Iterator[str]:
    yield from serving(Broken)


@pytest.fixture(autouse=True)
def no_other_broker(monkeypatch):
    """The environment's broker would win over the one that a test names."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)


@pytest.fixture
def well(oneflow, monkeypatch):
    """A console with which nothing is wrong."""
    monkeypatch.setattr(diagnosis, "app", Celery(broker="memory://", set_as_current=False))
    make_user("administrator")
    make_installation(make_extension(base_url=oneflow))
    for name in ("worker", "beat", "dispatch"):
        Heartbeat.beat(name, timezone.now())


def ill() -> dict[str, str]:
    return {result.name: f"{result.says} {result.mend}" for result in diagnosis.examine() if not result.ok}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_console_that_is_well_is_called_so(well):
    output = StringIO()
    call_command("doctor", stdout=output)

    assert "ILL" not in output.getvalue()
    names = {line.split()[1] for line in output.getvalue().splitlines()}
    assert names == {"settings", "database", "broker", "worker", "beat", "dispatch", "keys", "channels", "oneflow"}


def test_something_ill_makes_it_exit_1_and_say_what_to_mend(well):
    Heartbeat.objects.filter(name="worker").delete()
    output = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("doctor", stdout=output)

    assert stopped.value.code == 1
    assert "celery --app console.celery worker" in output.getvalue()
    assert "1 thing(s) to mend" in output.getvalue()


def test_the_json_has_the_same_for_scripts(well):
    Heartbeat.objects.all().delete()
    output = StringIO()

    with pytest.raises(SystemExit):
        call_command("doctor", "--json", stdout=output)

    rows = json.loads(output.getvalue())
    assert {row["name"] for row in rows if not row["ok"]} == {"worker", "beat", "dispatch"}
    assert all(set(row) == {"name", "says", "mend", "ok"} for row in rows)


@pytest.mark.parametrize("name", ["worker", "beat", "dispatch"])
def test_a_process_that_fell_silent_is_named_with_the_time(well, name):
    Heartbeat.beat(name, timezone.now() - timedelta(minutes=10))

    assert list(ill()) == [name]
    assert "last gave a sign of life at" in ill()[name]


def test_a_wrong_setting_is_told_with_its_hint(well, settings):
    settings.ONEFLOW_BUDGET = 1900

    assert "ONEFLOW_BUDGET" in ill()["settings"]


def test_keys_that_cannot_be_read_do_not_stop_the_doctor(well, settings):
    settings.VAULT_KEYS = "k:not-a-key"

    assert "setup --new-key" in ill()["settings"]


def test_a_key_that_is_missing_is_named(well, settings):
    settings.VAULT_KEYS = f"other:{vault.new_key()}"

    assert "1 of the api tokens" in ill()["keys"]
    assert "Put the key demo back into VAULT_KEYS" in ill()["keys"]


def test_tables_that_wait_for_a_migration_end_the_examination(well, monkeypatch):
    monkeypatch.setattr(diagnosis.MigrationExecutor, "migration_plan", lambda self, targets: [1, 2])

    found = ill()

    assert "2 migration(s) wait" in found["database"]
    assert "keys" not in found


def test_a_broker_that_is_away_is_told_without_its_password(well, monkeypatch, settings):
    url = f"redis://:secret-password@127.0.0.1:{free_port()}/0"
    settings.CELERY_BROKER_URL = url
    monkeypatch.setattr(diagnosis, "app", Celery(broker=url, set_as_current=False))

    assert "The broker (redis) does not answer" in ill()["broker"]
    assert "secret-password" not in ill()["broker"]


@pytest.mark.parametrize(
    "url", ["sqla+sqlite:////nowhere/broker.sqlite3", "redis://127.0.0.1:port/0", "redis://127.0.0.1:1/name"]
)
def test_a_broker_that_cannot_be_reached_by_its_url_is_told(well, monkeypatch, settings, url):
    settings.CELERY_BROKER_URL = url
    monkeypatch.setattr(diagnosis, "app", Celery(broker=url, set_as_current=False))

    assert "mend CELERY_BROKER_URL" in ill()["broker"]


def test_a_database_that_is_away_is_told_and_ends_the_examination(well, monkeypatch):
    def away(connection: Any) -> None:
        raise OperationalError("nobody\nlistens")

    monkeypatch.setattr(diagnosis, "MigrationExecutor", away)

    examined = [result.name for result in diagnosis.examine()]
    found = ill()

    assert examined == ["settings", "database", "broker"]  # the rest would only ask the database again
    assert list(found) == ["database"]
    assert "does not answer: nobody listens" in found["database"]
    assert "DATABASE_URL" in found["database"]


def test_an_oneflow_that_is_not_there_is_told(well):
    Extension.objects.update(base_url=f"http://127.0.0.1:{free_port()}/v1")

    assert "cannot be reached" in ill()["oneflow"]


def test_a_proxy_of_the_environment_is_not_asked_for_an_oneflow_on_this_machine(well, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert "oneflow" not in ill()


@pytest.mark.parametrize("base_url", ["http://[::1/v1", "oneflow", "https://oneflow..example/v1"])
def test_an_address_of_oneflow_that_is_none_is_told(well, base_url):
    Extension.objects.update(base_url=base_url)

    assert "cannot be reached" in ill()["oneflow"]


def test_an_oneflow_in_trouble_is_told(well, broken_oneflow):
    Extension.objects.update(base_url=broken_oneflow)

    assert "answers 502" in ill()["oneflow"]


def test_a_console_without_administrator_or_extension_is_not_ready(monkeypatch):
    monkeypatch.setattr(diagnosis, "app", Celery(broker="memory://", set_as_current=False))
    make_user("support")

    said = [result for result in diagnosis.examine() if result.name == "setup"]

    assert ["administrator" in said[0].says, "extension" in said[1].says] == [True, True]


def test_a_failing_channel_is_told_and_so_are_mails_that_go_to_the_log(well, settings):
    settings.ENVIRONMENT = "test"
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    Channel.objects.create(name="duty", kind="slack", failing_since=timezone.now(), last_error="The host answered 500.")
    Channel.objects.create(name="mail", kind="email", recipients="x@y.example")

    said = [f"{each.says} {each.mend}" for each in diagnosis.examine() if each.name == "channels"]

    assert "duty has failed since" in said[0]
    assert "The host answered 500." in said[0]
    assert "EMAIL_URL" in said[1]
