"""What a record would become in an installation of 300 fields: the whole page, asked for and drawn.

Measured in a child process with a database of its own on PostgreSQL, as the bench of the list; on SQLite where no
server answers, and the figures' names say so.
"""

import json
import statistics
import time
from collections.abc import Iterable
from typing import Any

from bench.figures import Figure
from bench.list import measured_by

FIELDS = 300
ROUNDS = 25


def figures() -> Iterable[Figure]:
    """The page where every field is filled, and where every field has something to say."""
    found, server = measured_by("bench.lineage")
    for each in found:
        yield Figure(f"{each.pop('name')} on {server}", **each)


def measure(rounds: int) -> list[dict[str, Any]]:
    """The figures as dicts, measured in this process, whose Django is set up and whose database is empty."""
    from django.test import Client
    from django.urls import reverse

    from bench.health import loaded
    from extensions.mappings.effective import effective
    from tests.making import make_user

    installation = loaded(FIELDS, 900_000)
    # Every path of the maker's mapping is "deal." and the field's custom_id.
    filled = {"deal": {custom_id: "12 500 kr" for _, custom_id in effective(installation)}}
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make_user("support"))
    key = installation.extension.integration_key
    address = reverse("installation-lineage", args=[installation.account.oneflow_id, key])
    return [
        *_page(f"lineage of {FIELDS} fields, all filled", client, address, filled, f"{FIELDS - 2} filled", rounds),
        *_page(f"lineage of {FIELDS} fields, all empty", client, address, {}, f"{FIELDS - 2} empty", rounds),
    ]


def _page(name: str, client: Any, address: str, record: Any, words: str, rounds: int) -> Iterable[dict[str, Any]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    form, times = {"record": json.dumps(record)}, []
    page = client.post(address, form)
    if words not in page.content.decode():
        raise AssertionError(f"{name}: the page should say “{words}”")
    for _ in range(rounds):
        started = time.perf_counter()
        client.post(address, form)
        times.append((time.perf_counter() - started) * 1000)
    with CaptureQueriesContext(connection) as asked:
        client.post(address, form)
    yield {"name": f"{name}: median time", "value": round(statistics.median(times), 1), "target": 100, "unit": "ms"}
    yield {"name": f"{name}: queries", "value": len(asked), "target": 15}
    yield {"name": f"{name}: size", "value": round(len(page.content) / 1000, 1), "target": 150, "unit": "kB"}


def _run() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(measure(ROUNDS)))


if __name__ == "__main__":
    _run()
