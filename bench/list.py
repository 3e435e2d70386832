"""The installation list with 10,000 installations: its queries, its bytes, and its time at the median.

Measured in a child process with a database of its own on PostgreSQL (`BENCH_SERVER`, by default the one on this
machine), which is made and dropped; where none answers, on SQLite, and the figures' names say so.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench.figures import Figure

ROOT = Path(__file__).parent.parent
# A server trusts one of the two without a password, as .ci/run asks for.
SERVERS = ("postgresql://postgres@127.0.0.1:5432", "postgresql://root@127.0.0.1:5432")
INSTALLATIONS = 10_000
ROUNDS = 15
ADDRESS = "/installations/installation/"
NAMES = ("Nordlund Bygg", "Fjord", "Elm & Co", "Aspen Ledger", "Björk Invest", "Havsvik Marin", "Tallmon Redovisning")
CODES = {
    "token.rejected": "failing",
    "webhook.misdirected": "failing",
    "field.inactive": "failing",
    "template_type.unused": "warning",
    "field.changed": "warning",
    "mapping.incomplete": "warning",
}


def figures() -> Iterable[Figure]:
    """The list as support first sees it, and with a search and a filter."""
    found, server = measured_by("bench.list")
    for view, page in found.items():
        name = f"{view} of {INSTALLATIONS:,} on {server}"
        yield Figure(f"{name}: queries", page["queries"], 10)
        yield Figure(f"{name}: size", page["bytes"] / 1000, 150, "kB")
        yield Figure(f"{name}: median time", page["milliseconds"], 150, "ms")


def measured_by(module: str) -> tuple[Any, str]:
    """What `python -m module` prints as its last line, run over a database of its own; and the server's name."""
    with tempfile.TemporaryDirectory() as scratch, _database(scratch) as (url, server):
        environment = {
            **os.environ,
            "STATE_DIR": scratch,
            "DATABASE_URL": url,
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        answer = subprocess.run(
            [sys.executable, "-m", module], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return json.loads(answer.stdout.splitlines()[-1]), server


@contextmanager
def _database(scratch: str) -> Iterator[tuple[str, str]]:
    name = f"bench_list_{os.getpid()}"
    for server in [os.environ["BENCH_SERVER"]] if "BENCH_SERVER" in os.environ else SERVERS:
        with suppress(psycopg.OperationalError):
            connected = psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3)
            break
    else:
        yield f"sqlite:///{scratch}/bench.sqlite3", "SQLite"
        return
    with connected:
        connected.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}", "PostgreSQL"
        finally:
            connected.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fill(number: int, *, users: int = 4) -> None:
    """A fleet of `number` installations, one in eight with something wrong, in a handful of statements."""
    from django.utils import timezone

    from accounts.models import Account, ApiToken, Tag
    from console.models import Heartbeat
    from extensions.health.models import Finding
    from extensions.installations.models import AccountUser, Installation, Verdict
    from tests.making import make_extension

    chance, now, extension = Random(1), timezone.now(), make_extension()
    Heartbeat.beat("worker", now)
    blueprint = extension.blueprints.get()
    ids = range(410_001, 410_001 + number)
    accounts = Account.objects.bulk_create(
        Account(
            oneflow_id=oneflow_id,
            name=f"{chance.choice(NAMES)} {oneflow_id} AB",
            country_code=chance.choice(["SE", "SE", "SE", "NO", "FI", "DK"]),
            registration_number=f"5599{oneflow_id % 100:02}-{oneflow_id % 10_000:04}",
            customer_reference=f"C-{oneflow_id}",
        )
        for oneflow_id in ids
    )
    pilot = Tag.objects.create(name="pilot")
    Account.tags.through.objects.bulk_create(Account.tags.through(account=each, tag=pilot) for each in accounts[::20])
    tokens = ApiToken.objects.bulk_create(
        ApiToken(
            account=each,
            integration_key=extension.integration_key,
            fingerprint=str(each.pk),
            last_four=f"{each.pk:04}"[-4:],
            held_from=now,
        )
        for each in accounts
    )
    codes = [chance.choice(list(CODES)) if chance.random() < 0.12 else "" for _ in accounts]
    installations = Installation.objects.bulk_create(
        Installation(
            account=account,
            extension=extension,
            token=token,
            blueprint=blueprint,
            state="live",
            connected_at=now,
            verdict=CODES.get(code, "healthy"),
            cause=code,
            causes=int(bool(code)),
            verdict_since=now - timedelta(minutes=chance.randint(1, 60_000)),
            refreshed_at=now - timedelta(seconds=chance.randint(1, 5_000)),
            refresh_at=now + timedelta(hours=1),
            fresh_until=now + timedelta(hours=3) if chance.random() > 0.003 else now,
        )
        for account, token, code in zip(accounts, tokens, codes, strict=True)
    )
    Finding.objects.bulk_create(
        Finding(
            installation=each,
            code=each.cause,
            subject="acme_deal/deal_value" if each.cause.startswith("field") else "",
            subject_name="Deal value" if each.cause.startswith("field") else "",
            verdict=each.verdict,
            rank=Verdict(each.verdict).rank,
            since=each.verdict_since,
        )
        for each in installations
        if each.cause
    )
    AccountUser.objects.bulk_create(
        AccountUser(
            installation=each,
            seen_at=now,
            oneflow_id=each.pk * 10 + nth,
            email=f"user{nth}@{each.account.oneflow_id}.example",
            active=True,
        )
        for each in installations
        for nth in range(users)
    )


def _measure() -> dict[str, dict[str, Any]]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.making import make_user

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make_user("support"))
    views = {
        "installation list": ADDRESS,
        "installation list, filtered": f"{ADDRESS}?verdict=failing&cause=field.inactive",
        "installation list, searched": f"{ADDRESS}?q=nordlund",
        "front page": "/",
    }
    found = {}
    for view, address in views.items():
        client.get(address)
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            client.get(address)
            times.append(time.perf_counter() - start)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        found[view] = {
            "queries": len(queries),
            "bytes": len(answer.content),
            "milliseconds": statistics.median(times) * 1000,
        }
    return found


def _run() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    fill(INSTALLATIONS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps(_measure()))


if __name__ == "__main__":
    _run()
