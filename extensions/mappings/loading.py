"""Replace an extension's mapping by the rows of a checked file."""

from collections.abc import Sequence

from django.db import transaction

from accounts.acting import Actor, Deed
from extensions.blueprints.document import BadDocument, Problem
from extensions.blueprints.models import Extension
from extensions.mappings.changing import Owner, Why, Wrong, replace_all
from extensions.mappings.checking import problems
from extensions.mappings.content import Row, from_document
from extensions.mappings.effective import Place
from extensions.mappings.models import Version

VERB = "mapping.load"
REASON = "Loaded from an extension file."


@transaction.atomic
def load(
    extension: Extension, rows: Sequence[Row], *, actor: Actor, reason: str = REASON, base: int | None = None
) -> int:
    """Make the mapping exactly these rows; return how many were added, changed or taken out. Safe to run twice.

    A row names a field of any version of the blueprint, since accounts live on older versions. Raises
    `BadDocument` for rows that are wrong, and `Stale` when something was stored since version `base`; then the
    mapping stays as it was.
    """
    why = Why(actor, reason, Version.How.FILE, VERB)
    try:
        version = replace_all(Owner(extension), from_document(rows), why, base=base)
    except Wrong as exc:
        raise _bad(rows, exc.problems) from None
    if version is None:
        Deed(actor, VERB, extension, reason=reason, details={"added": 0, "changed": 0, "removed": 0}).tell()
        return 0
    return sum(map(len, version.difference.values()))


def check_rows(extension: Extension, rows: Sequence[Row]) -> None:
    """Raise `BadDocument` unless the mapping could be these rows, of a file that satisfies its schema."""
    if wrong := problems(extension, from_document(rows)):
        raise _bad(rows, wrong)


def _bad(rows: Sequence[Row], wrong: Sequence[tuple[Place, str]]) -> BadDocument:
    numbers = {_place(row): number for number, row in enumerate(rows)}
    return BadDocument(
        Problem(f"$.mapping[{numbers[place]}]", sentence[:1].lower() + sentence[1:], "Correct the row, or take it out.")
        for place, sentence in wrong
    )


def _place(row: Row) -> Place:
    return row["template_type"], row["custom_id"]
