"""The conformance matrix of 10,000 accounts with 60 fields each: its pages, and its export in constant memory.

Measured like the installation list, in a child process with a database of its own on PostgreSQL; on SQLite where no
server answers, and the figures' names say so.
"""

import json
import statistics
import time
import tracemalloc
from collections.abc import Iterable
from typing import Any

from bench.figures import Figure
from bench.list import measured_by

INSTALLATIONS = 10_000
FIELDS = 60
ROUNDS = 15
PAGES = {
    "matrix": "",
    "matrix, a late page": "?page=150",
    "matrix against another version": "?against=2",
    "matrix, who lacks a field": "?field=deal_value&state=missing",
    "matrix, who renamed a field": "?field=deal_value&state=renamed",
    "matrix, who is on a version": "?on=2",
    "matrix, who differs": "?differs=1",
    "matrix, who differs from another version": "?differs=1&against=2",
    "matrix of template types": "?view=types",
    "matrix of template types, who differs": "?view=types&differs=1",
    "matrix of webhooks": "?view=webhooks",
    "matrix of webhooks, who differs": "?view=webhooks&differs=1",
    "matrix of webhooks, whose is misdirected": "?view=webhooks&code=webhook.misdirected",
}
FILES = {"csv": "a column for each field", "long": "a line for each field", "json": "JSON"}


def figures() -> Iterable[Figure]:
    """Time, queries and size of the pages; time and memory of the exports."""
    found, server = measured_by("bench.conformance")
    for each in found:
        yield Figure(f"{each.pop('name')} on {server}", **each)


def measure(number: int, fields: int) -> list[dict[str, Any]]:
    """The figures as dicts, measured in this process, whose Django is set up and whose database is empty."""
    from django.test import Client

    from tests.making import make_user

    fill(number, fields)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make_user("support"))
    of = f"of {number:,} × {fields} fields"
    found = [each for name, query in PAGES.items() for each in _page(client, f"{name} {of}", query)]
    return found + [each for kind, name in FILES.items() for each in _export(client, f"export {of}, {name}", kind)]


def _page(client: Any, name: str, query: str) -> list[dict[str, Any]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    address = f"/fields/acme_ledger/matrix/{query}"
    client.get(address)
    times = []
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    queries = len(captured)  # at once: the next request forgets them
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - start) * 1000)
    if answer.status_code != 200 or b'scope="row"' not in answer.content or not queries:
        raise AssertionError(f"{address} should ask for accounts and show them, and answered {answer.status_code}.")
    return [
        {"name": f"{name}: queries", "value": queries, "target": 10},
        {"name": f"{name}: size", "value": len(answer.content) / 1000, "target": 200, "unit": "kB"},
        {"name": f"{name}: median time", "value": statistics.median(times), "target": 200, "unit": "ms"},
    ]


def _export(client: Any, name: str, kind: str) -> list[dict[str, Any]]:
    start = time.perf_counter()
    size = _read(client, kind)
    spent = time.perf_counter() - start
    # In a pass of its own, as tracing takes time. What the process holds would not tell: filling has left room behind.
    tracemalloc.start()
    again = _read(client, kind)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    if not size == again > 1000:
        raise AssertionError(f"Both exports should be whole: {size} and {again} bytes.")
    return [
        {"name": f"{name}: time", "value": round(spent, 1), "target": 30, "unit": "s"},
        {"name": f"{name}: memory at its peak", "value": peak / 1e6, "target": 50, "unit": "MB"},
    ]


def _read(client: Any, kind: str) -> int:
    """The bytes of the whole file, none of which is kept."""
    return sum(map(len, client.get(f"/fields/acme_ledger/matrix.{kind}").streaming_content))


def fill(number: int, fields: int) -> None:
    """A fleet whose accounts live on two versions; about a third of them differ somewhere, each in its own way."""
    from django.db import connection
    from django.db.models import F
    from django.db.models.functions import Mod
    from django.utils import timezone

    from bench import list as fleet
    from extensions.blueprints.models import BlueprintField, BlueprintTemplateType, Extension
    from extensions.installations.models import DataField, Installation, Part, TemplateType, Webhook
    from extensions.mappings.summing import catch_up
    from tests.making import CALLBACK, make_blueprint

    fleet.fill(number, users=0)
    extension = Extension.objects.get()
    older, newer = extension.blueprints.get(), make_blueprint(extension, 2)
    for version, size in ((older, fields - 2), (newer, fields)):
        types = list(version.template_types.all())
        BlueprintField.objects.bulk_create(
            BlueprintField(
                template_type=types[each % len(types)],
                custom_id=f"customers_field_{each}",
                name=f"The customer's field {each}",
                description="What the product knows of the deal, as it stands in the contract",
                position=each,
            )
            for each in range(5, size)
        )
    Installation.objects.annotate(rest=Mod(F("pk"), 3)).filter(rest=0).update(blueprint=newer)
    models = (BlueprintField, BlueprintTemplateType, DataField, Installation, Part, TemplateType, Webhook)
    tables = {model.__name__: model._meta.db_table for model in models}
    with connection.cursor() as cursor:
        for statement, values in _mirror(timezone.now(), CALLBACK):
            cursor.execute(statement.format(**tables), values)
        cursor.execute("ANALYZE")
    catch_up(seconds=600)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _mirror(now: Any, callback: str) -> list[tuple[str, list[Any]]]:
    """Statements that mirror what such accounts hold: set-wise, as there are hundreds of thousands of fields."""
    ours = "FROM {Installation} i JOIN {BlueprintTemplateType} w ON w.blueprint_id = i.blueprint_id"
    type_id = "i.id * 10 + w.position"
    part = "INSERT INTO {Part} (installation_id, name, read_at, unread_reason, unread_detail)"
    return [
        (
            f"""INSERT INTO {{TemplateType}} (installation_id, seen_at, oneflow_id, name, description, active,
            extension_type, confirmed_role)
            SELECT i.id, %s, {type_id}, w.name, w.description, i.id %% 97 <> 0, w.extension_type, ''
            {ours} WHERE (i.id + w.position) %% 89 <> 0""",
            [now],
        ),
        (
            f"""INSERT INTO {{Webhook}} (installation_id, seen_at, oneflow_id, callback_url, filters,
            template_type_oneflow_id, legacy, remembered, disowned)
            SELECT i.id, %s, {type_id}, %s, '[]', {type_id}, FALSE, TRUE, FALSE {ours}""",
            [now, callback],
        ),
        (
            f"""INSERT INTO {{DataField}} (installation_id, seen_at, template_type_oneflow_id, oneflow_id, custom_id,
            name, description, placeholder, active, source)
            SELECT i.id, %s, {type_id}, b.id, b.custom_id,
                CASE WHEN (i.id + b.id * 7) %% 293 = 0 THEN 'Renamed by somebody' ELSE b.name END,
                b.description, b.placeholder, (i.id + b.id * 11) %% 911 <> 0, 'system'
            {ours} JOIN {{BlueprintField}} b ON b.template_type_id = w.id WHERE (i.id + b.id * 13) %% 701 <> 0""",
            [now],
        ),
        (f"{part} SELECT i.id, 'fields/' || CAST({type_id} AS VARCHAR(20)), %s, '', '' {ours}", [now]),
        *(
            (f"{part} SELECT i.id, '{name}', %s, '', '' FROM {{Installation}} i", [now])
            for name in ("template_types", "webhooks")
        ),
    ]


def _run() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(measure(INSTALLATIONS, FIELDS)))


if __name__ == "__main__":
    _run()
