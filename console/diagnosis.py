"""What `manage.py doctor` looks at. Each examination says what it saw and, when something is wrong, what to do."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core import checks
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ConnectionDoesNotExist

from console import assurance, broker, sealed, setting_up
from console.celery import app
from extensions.blueprints.models import Extension
from extensions.health.models import Channel
from oneflow.addresses import is_loopback

# Seconds until a broker or Oneflow that does not answer is called unreachable.
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Result:
    """One thing looked at: `mend` says what to do, and is empty when nothing is wrong."""

    name: str
    says: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        return not self.mend

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def examine() -> Iterator[Result]:
    """Everything, from the ground up; what stands on a database that is not ready is not looked at."""
    yield from _settings()
    ready = True
    for result in _database():
        yield result
        ready = ready and result.ok
    yield from _broker()
    if ready:
        yield from _first_steps()
        yield from _heartbeats()
        yield from _keys()
        yield from _channels()
        yield from _oneflow()


def _settings() -> Iterator[Result]:
    found = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    for message in found:
        if message.level >= checks.WARNING:
            yield Result("settings", f"{message.msg} ({message.id})", message.hint or "See docs/operations.md.")
    if not any(message.level >= checks.WARNING for message in found):
        yield Result("settings", f"The settings of this {settings.ENVIRONMENT} console are sound.")


def _database() -> Iterator[Result]:
    try:
        connection.ensure_connection()
        plan = MigrationExecutor(connection)
        waiting = len(plan.migration_plan(plan.loader.graph.leaf_nodes()))
    except (Error, ConnectionDoesNotExist) as exc:
        reason = " ".join(str(exc).split())[:200]
        yield Result("database", f"The database does not answer: {reason}", _mend_database())
        return
    if waiting:
        yield Result("database", f"{waiting} migration(s) wait to be applied.", "Apply them: python manage.py migrate")
        return
    yield Result("database", f"The {connection.vendor} database answers, its tables are up to date.")


def _mend_database() -> str:
    if connection.vendor == "sqlite":
        return (
            "Make it: python manage.py setup; or mend STATE_DIR or DATABASE_URL, so that its folder can be written to."
        )
    return "Start it, or mend DATABASE_URL."


def _broker() -> Iterator[Result]:
    name = settings.CELERY_BROKER_URL.partition("://")[0]
    try:
        broker.reach(app, patience=PATIENCE)
    except broker.AWAY as exc:
        yield Result(
            "broker",
            f"The broker ({name}) does not answer: {type(exc).__name__}.",
            "Start it, or mend CELERY_BROKER_URL. Until then nothing is refreshed.",
        )
        return
    yield Result("broker", f"The broker ({name}) answers.")


def _first_steps() -> Iterator[Result]:
    if setting_up.administrator() is None:
        yield Result("setup", "Nobody can sign in as administrator.", "Make one: python manage.py setup")
    if not Extension.objects.exists():
        yield Result(
            "setup",
            "No extension is loaded, so no account can be connected.",
            "Load yours: python manage.py setup --extension FILE (docs/extension-file.md)",
        )


# Who beats, and what to do when it does not.
BEATING = {
    "worker": "Start it: python -m celery --app console.celery worker",
    "beat": "Start exactly one: python -m celery --app console.celery beat",
    "dispatch": "Worker and beat must both run, on the same CELERY_BROKER_URL and database; look at their logs.",
}


def _heartbeats() -> Iterator[Result]:
    seen = assurance.read()
    for name, mend in BEATING.items():
        at, alive = seen[name]["at"], seen[name]["alive"]
        if alive:
            seconds = max(0, round((seen["now"] - at).total_seconds()))
            yield Result(name, f"The {name} gave a sign of life {seconds} s ago.")
        else:
            last = f"last gave a sign of life at {at:%Y-%m-%d %H:%M:%S %Z}" if at else "has never given a sign of life"
            yield Result(name, f"The {name} {last}.", mend)


def _keys() -> Iterator[Result]:
    try:
        unopened = list(sealed.unopened())
    except ValueError:  # the settings' own check has told of keys that cannot be read at all
        return
    for each in unopened:
        yield Result(
            "keys",
            f"{each.count} of the {each.kind} cannot be opened. {each.reason}",
            f"Put the key {each.key_id} back into VAULT_KEYS, then run python manage.py reseal. "
            "If it is lost, those accounts must be relinked with new tokens.",
        )
    if not unopened:
        yield Result("keys", "Every stored secret opens with a configured key.")


def _channels() -> Iterator[Result]:
    failing = list(Channel.objects.filter(enabled=True).exclude(failing_since=None).order_by("name"))
    for each in failing:
        since = f"{each.failing_since:%Y-%m-%d %H:%M:%S %Z}"
        yield Result(
            "channels",
            f"The notification channel {each.name} has failed since {since}: {each.last_error}",
            "Mend its receiver or its address under /notifications/ and send a test. What waits is sent then.",
        )
    to_log = settings.ENVIRONMENT != "demo" and settings.EMAIL_BACKEND.endswith("console.EmailBackend")
    mailing = Channel.objects.filter(enabled=True, kind=Channel.Kind.EMAIL).first() if to_log else None
    if mailing is not None:
        yield Result(
            "channels",
            f"The mails of the channel {mailing.name} go to the worker's log, and to nobody.",
            "Set EMAIL_URL to your mail server, and restart all three processes.",
        )
    if not failing and mailing is None:
        yield Result("channels", "No notification channel fails.")


def _oneflow() -> Iterator[Result]:
    for base_url in Extension.objects.order_by("base_url").values_list("base_url", flat=True).distinct():
        yield _reach(base_url)


def _reach(base_url: str) -> Result:
    """Any answer below 500 to a request without token proves the way there (API reference: `GET /`)."""
    try:
        status = ask(base_url)
    except (requests.RequestException, ValueError) as exc:
        return Result(
            "oneflow",
            f"{base_url} cannot be reached: {type(exc).__name__}.",
            "Look at this machine's network, proxy and DNS, and at Oneflow's status page.",
        )
    if status >= 500:
        return Result(
            "oneflow",
            f"{base_url} answers {status}.",
            "Oneflow itself has trouble; look at its status page and wait.",
        )
    return Result("oneflow", f"{base_url} answers.")


def ask(base_url: str) -> int:
    """The status that an address of Oneflow answers to `GET /` without a token. Raises what requests raises."""
    with requests.Session() as session:
        # As the client does: a proxy could not reach this machine's loopback.
        session.trust_env = not is_loopback(urlsplit(base_url).hostname or "")
        answer = session.get(base_url.rstrip("/") + "/", timeout=PATIENCE, allow_redirects=False, stream=True)
        answer.close()
        return answer.status_code
