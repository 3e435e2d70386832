"""A release preview of 10,000 installations with 60 fields each, a draft that asks them all for two more.

Measured in a child process with a database of its own on PostgreSQL, as the bench of the list; on SQLite where no
server answers, and the figures' names say so.
"""

import json
import time
from collections.abc import Iterable
from typing import Any

from bench.figures import Figure
from bench.list import measured_by

INSTALLATIONS = 10_000
FIELDS = 60
NEW = ("cost_centre", "order_number")


def figures() -> Iterable[Figure]:
    """How long the preview takes, and how many statements a batch costs."""
    found, server = measured_by("bench.previewing")
    for each in found:
        yield Figure(f"{each.pop('name')} on {server}", **each)


def measure(number: int) -> list[dict[str, Any]]:
    """The figures as dicts, measured in this process, whose Django is set up and whose database is empty."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from bench.health import loaded, multiply
    from extensions.health import previewing
    from extensions.health.models import Preview
    from tests.making import STAFF, make_blueprint

    first = loaded(FIELDS, 900_000)
    multiply(number - 1, first)
    draft = make_blueprint(first.extension, 2)
    kind = draft.template_types.get(extension_type="acme_deal")
    for custom_id in NEW:
        kind.fields.create(custom_id=custom_id, name=custom_id, required=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    preview = previewing.start(draft, actor=STAFF, now=timezone.now())
    with CaptureQueriesContext(connection) as asked:
        started = time.perf_counter()
        while previewing.go_on(timezone.now):
            pass
        spent = time.perf_counter() - started
    preview.refresh_from_db()
    if preview.state != Preview.State.DONE or preview.summary["changes"] != {"newly_failing": number}:
        raise AssertionError(f"All should be newly failing: {preview.state} {preview.summary}")
    batches = -(-number // previewing.BATCH)
    name = f"release preview of {number:,} × {FIELDS} fields"
    return [
        {"name": name, "value": round(spent, 1), "target": 20, "unit": "s"},
        {"name": f"{name}: statements of a batch", "value": -(-len(asked) // batches), "target": 32},
    ]


def _run() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(measure(INSTALLATIONS)))


if __name__ == "__main__":
    _run()
