"""What judging one installation from its stored rows costs, with few fields and with many.

Measured in a child process with a fresh SQLite database; times as a ratio of medians measured in turn.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import incidents
from bench.figures import Figure

ROOT = Path(__file__).parent.parent
ROUNDS = 60
FEW, MANY = 10, 300
FLEET = 1500


def figures() -> Iterable[Figure]:
    """Statements of reading, judging and storing what did not change, and how its time grows with the fields."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            **os.environ,
            "STATE_DIR": scratch,
            "DATABASE_URL": f"sqlite:///{scratch}/bench.sqlite3",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        answer = subprocess.run(
            [sys.executable, "-m", "bench.health"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    yield from (Figure(**each) for each in json.loads(answer.stdout.splitlines()[-1]))
    yield from incidents.figures()


def measure() -> list[dict[str, Any]]:
    """The figures as dicts, measured in this process, whose Django is set up."""
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    few, many = loaded(FEW, 410001), loaded(MANY, 410002)
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(ROUNDS):
        for number, row in ((FEW, few), (MANY, many)):
            start = time.process_time()
            judge_healthy(row)
            times[number].append(time.process_time() - start)
    ratio = statistics.median(times[MANY]) / statistics.median(times[FEW])
    with CaptureQueriesContext(connection) as statements:
        judge_healthy(many)
    milliseconds = round(statistics.median(times[MANY]) * 1000, 2)
    return [
        {
            "name": f"CPU of judging from stored rows, {MANY} fields",
            "value": round(milliseconds, 2),
            "target": 10,
            "unit": "ms",
        },
        *bulk(),
        {"name": f"SQL statements of judging from stored rows, {MANY} fields", "value": len(statements), "target": 8},
        {"name": "SQL statements of judging and storing, everything changing", "value": upheaval(few), "target": 10},
        # Thirty times the fields: what grows is reading their rows and comparing them, nothing more.
        {"name": f"CPU of judging, {MANY} fields against {FEW}", "value": round(ratio, 2), "target": 4, "unit": "×"},
    ]


def bulk() -> list[dict[str, Any]]:
    """Judging a fleet anew in batches of 500: how long it takes, and how many statements a batch costs."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from extensions.blueprints.models import Extension
    from extensions.health.rejudging import rejudge
    from extensions.installations.models import Installation
    from tests.making import make_installation

    multiply(FLEET, make_installation(Extension.objects.get(integration_key=f"acme_{FEW}"), oneflow_id=900_000))
    rejudge(timezone.now())  # what is found for the first time is written once
    with CaptureQueriesContext(connection) as captured:
        started = time.monotonic()
        done = rejudge(timezone.now())
        spent = time.monotonic() - started
    if done.judged != Installation.objects.count() or done.changed:
        raise AssertionError(f"All should be judged, and none change: {done}")
    batches = -(-done.judged // 500)
    # What is stored is the same for all; the time for 10,000 follows from that of so many.
    return [
        {"name": "judging 10,000 anew", "value": round(spent / done.judged * 10_000, 1), "target": 120, "unit": "s"},
        {"name": "SQL statements of a batch of 500", "value": -(-len(captured) // batches), "target": 20},
    ]


def multiply(number: int, first: Any) -> None:
    """So many installations more, each with the rows of the first one; their ids follow 900,000."""
    from django.db import connection, transaction

    from accounts.models import Account, ApiToken
    from extensions.installations.mirror import MIRRORED
    from extensions.installations.models import Installation, Part

    accounts = Account.objects.bulk_create(
        Account(oneflow_id=900_001 + each, name=f"Customer {each}") for each in range(number)
    )
    token = first.token
    assert token is not None
    tokens = [_copy(token, account=account, fingerprint=f"{account.oneflow_id}") for account in accounts]
    tokens = ApiToken.objects.bulk_create(tokens)
    pairs = zip(accounts, tokens, strict=True)
    copies = Installation.objects.bulk_create(
        _copy(first, account=account, token=token, shown_account_id=account.oneflow_id) for account, token in pairs
    )
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (*MIRRORED.values(), Part):
            names = [f.column for f in model._meta.concrete_fields if f.column not in ("id", "installation_id")]
            columns, table = ", ".join(f'"{name}"' for name in names), model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} (installation_id, {columns}) SELECT copy.id, {columns} FROM {table} "
                "JOIN installations_installation copy ON copy.id >= %s AND copy.id <= %s WHERE installation_id = %s",
                [copies[0].pk, copies[-1].pk, first.pk],
            )


def _copy(row: Any, **values: Any) -> Any:
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"}
    for name in values:
        kept.pop(f"{name}_id", None)
    return type(row)(**(kept | values))


def loaded(number: int, oneflow_id: int) -> Any:
    """A healthy installation with so many fields."""
    from extensions.blueprints.models import BlueprintField
    from extensions.installations.models import DataField, Installation
    from extensions.mappings.models import Mapping
    from tests.making import TYPES, make_extension, make_installation

    extension = make_extension(f"acme_{number}", name=f"Acme {number}")
    row = make_installation(extension, oneflow_id=oneflow_id)
    first = DataField.objects.get(installation=row, custom_id="deal_value")
    kind = extension.blueprints.get().template_types.get(extension_type="acme_deal")
    extra = range(number - sum(len(fields) for _, _, fields in TYPES.values()))
    custom_ids = [f"more_{n}" for n in extra]
    BlueprintField.objects.bulk_create(
        BlueprintField(template_type=kind, custom_id=each, name=each) for each in custom_ids
    )
    Mapping.objects.bulk_create(
        Mapping(extension=extension, extension_type="acme_deal", custom_id=each, path=f"deal.{each}")
        for each in custom_ids
    )
    DataField.objects.bulk_create(
        DataField(
            installation=row,
            template_type_oneflow_id=first.template_type_oneflow_id,
            oneflow_id=first.oneflow_id + 1000 + n,
            custom_id=each,
            name=each,
            active=True,
            source="system",
            seen_at=first.seen_at,
        )
        for n, each in enumerate(custom_ids)
    )
    return Installation.objects.select_related("account", "extension", "token", "blueprint").get(pk=row.pk)


def judge_healthy(installation: Any) -> None:
    """Judge from its stored rows, and store, what is healthy and stays so."""
    from django.utils import timezone

    from extensions.installations.mirror import Mirror

    mirror = Mirror.load_all([installation], to_judge=True)[installation.pk]
    judgement = _judge(installation, mirror, timezone.now())
    if judgement.findings:
        raise AssertionError(f"The installation should be healthy: {judgement.findings}")


def upheaval(installation: Any) -> int:
    """The statements of a judging and storing in which findings come, go and change, and the verdict flips."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from extensions.installations.mirror import Mirror

    mirror, now = Mirror.load(installation), timezone.now()
    unread, off = mirror.parts["templates"], mirror.fields[-1]
    unread.unread_reason, unread.unread_since = "unavailable", now - timedelta(hours=2)
    off.active = False
    _judge(installation, mirror, now - timedelta(hours=1, minutes=30))  # what is unread fails after an hour
    off.active, mirror.webhooks[0].legacy = True, True
    with transaction.atomic(), CaptureQueriesContext(connection) as statements:  # as a refresh does
        judgement = _judge(installation, mirror, now)
    if not (judgement.created and judgement.changed and judgement.gone):
        raise AssertionError(f"Findings should come, change and go: {judgement}")
    return len(statements)


def _judge(installation: Any, mirror: Any, now: datetime) -> Any:
    from extensions.health import storing
    from extensions.health.facts import gather
    from extensions.health.judging import judge

    judgement = judge(gather(installation, mirror, now), storing.known_findings(installation), now)
    storing.store(installation, judgement, now)
    return judgement


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(measure()))
