"""Replace an extension's mapping by the rows of a checked extension file."""

from collections.abc import Sequence

from django.db import transaction

from accounts.acting import Actor, Deed
from extensions.blueprints.document import MAX_PROBLEMS, BadDocument, Problem
from extensions.blueprints.models import BlueprintField, Extension
from extensions.mappings.models import Mapping

Row = dict[str, str]


@transaction.atomic
def load(extension: Extension, rows: Sequence[Row], *, actor: Actor) -> int:
    """Make the mapping exactly these rows; return how many were added, changed or taken out. Safe to run twice.

    A row names a field of any version of the blueprint, since accounts live on older versions. Raises
    `BadDocument` for a row that names none; then the mapping stays as it was.
    """
    _check_fields(extension, rows)
    wanted = {(row["template_type"], row["custom_id"]): row for row in rows}
    stored = {(row.extension_type, row.custom_id): row for row in extension.mappings.select_for_update()}
    gone = [row.pk for key, row in stored.items() if key not in wanted]
    added = [_row(extension, row) for key, row in wanted.items() if key not in stored]
    changed = [row for key, row in stored.items() if key in wanted and _take(row, wanted[key])]
    if gone:
        Mapping.objects.filter(pk__in=gone).delete()
    Mapping.objects.bulk_create(added)
    Mapping.objects.bulk_update(changed, ["path", "label"], batch_size=200)
    details = {"added": len(added), "changed": len(changed), "removed": len(gone)}
    Deed(actor, "mapping.load", extension, details=details).tell()
    return sum(details.values())


def _check_fields(extension: Extension, rows: Sequence[Row]) -> None:
    ours = BlueprintField.objects.filter(template_type__blueprint__extension=extension)
    known = set(ours.values_list("template_type__extension_type", "custom_id"))
    problems = [
        Problem(
            f"$.mapping[{number}]",
            f"no version of the blueprint has the field {row['custom_id']} in {row['template_type']}.",
            "Correct the template type or custom_id, or add the field to the blueprint.",
        )
        for number, row in enumerate(rows)
        if (row["template_type"], row["custom_id"]) not in known
    ]
    if problems:
        raise BadDocument(problems[:MAX_PROBLEMS])


def _row(extension: Extension, row: Row) -> Mapping:
    return Mapping(
        extension=extension,
        extension_type=row["template_type"],
        custom_id=row["custom_id"],
        path=row["path"],
        label=row.get("label", ""),
    )


def _take(stored: Mapping, wanted: Row) -> bool:
    """Give a stored row the wanted path and label; whether that changed it. It is not saved."""
    before = (stored.path, stored.label)
    stored.path, stored.label = wanted["path"], wanted.get("label", "")
    return before != (stored.path, stored.label)
