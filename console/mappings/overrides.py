"""All overrides of an extension's mapping as a file: for auditors, who ask where an account is different, and why."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.acting import Deed
from console.audit import actor_of
from console.exporting import array, csv_of_lines, file
from console.mappings.desk import of_extension
from console.pages import page
from extensions.blueprints.models import Extension
from extensions.mappings.models import Override
from extensions.mappings.overriding import Told, told

VERB = "mapping.export_overrides"
KINDS = ("csv", "json")
COLUMNS = (
    "account_id",
    "account_name",
    "state",
    "template_type",
    "custom_id",
    "path",
    "transform",
    "options",
    "label",
    "left_empty",
    "extension_path",
    "extension_transform",
    "since",
    "by",
    "reason",
    "how",
    "version",
)


@page("installations.export_installation", audited=VERB)
def export(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    """Every override of the extension as CSV or as JSON."""
    if kind not in KINDS:
        raise Http404(f"There is no export “{kind}”. There is: {', '.join(KINDS)}.")
    extension = of_extension(key).owner.extension
    number = Override.objects.filter(installation__extension=extension).count()
    Deed(actor_of(request), VERB, extension, details={"format": kind, "overrides": number}).tell()
    name, rows = f"overrides-{key}.{kind}", as_objects(extension)
    if kind == "json":
        return file(array(rows), "application/json", name)
    return csv_of_lines((_line(row) for row in rows), COLUMNS, name)


def as_objects(extension: Extension) -> Iterator[dict[str, Any]]:
    """A dict for each override, with `COLUMNS`; empty where no change of it is on record."""
    return (dict(zip(COLUMNS, _values(each), strict=True)) for each in told(extension))


def _values(each: Told) -> tuple[Any, ...]:
    row, version, inherited = each.override, each.version, each.inherited
    account = row.installation.account
    return (
        account.oneflow_id,
        account.name,
        row.installation.state,
        row.extension_type,
        row.custom_id,
        row.path,
        row.transform,
        row.options,
        row.label,
        not row.path,
        inherited.path if inherited else "",
        inherited.transform if inherited else "",
        version.at.isoformat() if version else None,
        version.by if version else "",
        version.reason if version else "",
        version.get_how_display() if version else "",
        version.number if version else None,
    )


def _line(row: dict[str, Any]) -> list[Any]:
    options = json.dumps(row["options"], ensure_ascii=False) if row["options"] else ""
    return list((row | {"options": options}).values())
