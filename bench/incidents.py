"""Noticing incidents among 100,000 installations, and the front page that shows them: statements, time, scans.

Measured in a child process with a database of its own on PostgreSQL, as the bench of the list; on SQLite where no
server answers, and then without a look at how the statements are carried out.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from bench.figures import Figure
from bench.list import measured_by

INSTALLATIONS = 100_000
ROUNDS = 9
SHARED = 40  # accounts in which a field is switched off at once
# Tables whose rows grow with the fleet: a round looks at a few of their rows only.
LARGE = ("health_issue", "health_finding", "installations_installation", "accounts_account")


def figures() -> Iterable[Figure]:
    """A round of noticing in a large fleet, with an incident that is open, and the front page."""
    found, server = measured_by("bench.incidents")
    for each in found:
        name = f"{each.pop('name')} of {INSTALLATIONS:,} on {server}"
        yield Figure(name, **each)


def fill(number: int, now: datetime) -> None:
    """The fleet of the list's bench with an issue for each finding, spread over months; and a field off in some."""
    from bench import list as fleet
    from extensions.health.models import Finding, Issue

    fleet.fill(number, users=0)
    findings = list(Finding.objects.all())
    off = [each for each in findings if each.code == "field.inactive"][: min(SHARED, number // 20)]
    new = {each.pk for each in off}
    for each in off:
        each.since = now - timedelta(minutes=5)
    Finding.objects.bulk_update(off, ["since"], batch_size=500)
    Issue.objects.bulk_create(
        (
            Issue(
                installation_id=each.installation_id,
                code=each.code,
                subject=each.subject,
                subject_name=each.subject_name,
                verdict=each.verdict,
                rank=each.rank,
                state="open",
                holds_since=each.since,
                opens_at=each.since,
                opened_at=each.since,
                first_opened_at=each.since,
            )
            for each in findings
            if each.pk in new or each.since < now - timedelta(days=8)
        ),
        batch_size=2000,
    )


def measure(number: int, *, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """The figures as dicts, measured in this process, whose Django is set up and whose database is empty."""
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from extensions.health.incidents import machine, noticing
    from extensions.health.models import Incident
    from tests.making import make_user

    now = timezone.now()
    fill(number, now)
    # As autovacuum keeps a database that has been up for a while; a test's, in its transaction, cannot be.
    vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")
    noticing.notice(now)
    if Incident.objects.count() != 1:
        raise AssertionError(f"There should be one incident: {list(Incident.objects.all())}")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make_user("support"))
    found = []
    for name, action, most, limit in (
        ("a round of noticing", lambda: noticing.notice(now), 14, 200),
        ("a round of watching Oneflow", lambda: machine.watch(now, lambda: True), 8, 200),
        ("front page with an incident", lambda: client.get("/"), 10, 200),
    ):
        statements, milliseconds = _timed(action, rounds)
        found.append({"name": f"{name}: statements", "value": len(statements), "target": most})
        found.append({"name": f"{name}: median time", "value": milliseconds, "target": limit, "unit": "ms"})
        if connection.vendor == "postgresql":
            scans = sum(_scans(each) for each in statements)
            found.append({"name": f"{name}: scans of a large table", "value": scans, "target": 0})
    return found


def _timed(action: Callable[[], object], rounds: int) -> tuple[list[str], float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    action()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    with CaptureQueriesContext(connection) as asked:
        action()
    return [each["sql"] for each in asked], statistics.median(times) * 1000


def _scans(sql: str) -> int:
    """How often PostgreSQL would read a large table from its beginning to its end."""
    from django.db import connection

    if not sql.startswith(("SELECT", "UPDATE")):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"))
        lines = [line for (line,) in cursor.fetchall()]
    return sum("Seq Scan" in line and any(f" {table}" in line for table in LARGE) for line in lines)


def _run() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(measure(INSTALLATIONS)))


if __name__ == "__main__":
    _run()
