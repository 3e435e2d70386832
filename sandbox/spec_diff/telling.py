"""The differences in words for people, and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from sandbox.spec_diff.comparing import BOTH, ONEFLOW, SANDBOX, Difference
from sandbox.spec_diff.facts import Facts

HEADINGS = {
    ("path", ONEFLOW): "Paths that only Oneflow has",
    ("path", SANDBOX): "Paths that only the sandbox has",
    ("method", ONEFLOW): "Methods that only Oneflow has",
    ("method", SANDBOX): "Methods that only the sandbox has",
    ("parameter", ONEFLOW): "Parameters that only Oneflow has",
    ("parameter", SANDBOX): "Parameters that only the sandbox has",
    ("attribute", ONEFLOW): "Attributes that only Oneflow has",
    ("attribute", SANDBOX): "Attributes that only the sandbox has",
    ("values", BOTH): "Values that differ",
    ("required", BOTH): "Required here, optional there",
    ("type", BOTH): "Types that differ",
    ("status", ONEFLOW): "Statuses that only Oneflow has",
    ("status", SANDBOX): "Statuses that only the sandbox has",
    ("media", BOTH): "Bodies and answers of another media type, or on one side only",
}
# More operations than these are counted instead of named.
MOST_NAMED = 4


def in_words(file: str, sandbox: Facts, oneflow: Facts, differences: list[Difference]) -> Iterator[str]:
    """The lines of the report."""
    yield printable(
        f"{file}: {oneflow.title}, {len(oneflow.operations)} operations. The sandbox describes "
        f"{len(sandbox.operations)}."
    )
    for note in oneflow.notes:
        yield printable(f"Note: {note}.")
    if not differences:
        yield "No differences."
    for key, heading in HEADINGS.items():
        of_this = [one for one in differences if (one.kind, one.found_in) == key]
        if of_this:
            yield ""
            yield f"{heading} ({len(of_this)})"
            yield from _group(of_this)


def as_json(file: str, sandbox: Facts, oneflow: Facts, differences: list[Difference]) -> str:
    """One object: what was compared, how many differences of each kind, and all of them."""
    counts: dict[str, int] = {}
    for one in differences:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    report = {
        "file": file,
        "title": oneflow.title,
        "operations": {"oneflow": len(oneflow.operations), "sandbox": len(sandbox.operations)},
        "same": not differences,
        "counts": counts,
        "notes": oneflow.notes,
        "differences": [asdict(one) for one in differences],
    }
    return json.dumps(report, indent=1)


def _group(differences: list[Difference]) -> Iterator[str]:
    """One line for what is the same in several operations."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in differences:
        key = (one.where, one.name, one.sandbox, one.oneflow, one.confidence)
        # A path or a method is nothing but its operation.
        groups.setdefault(key if one.where or one.name else (*key, one.operation), []).append(one.operation)
    for (where, name, ours, theirs, confidence, *_), operations in groups.items():
        what = " ".join(part for part in (f"{where}:" if where else "", name or ("it" if where else "")) if part)
        values = f" – sandbox: {ours}; Oneflow: {theirs}" if ours or theirs else ""
        rests_on = f"  [{confidence}]" if confidence else ""
        yield printable(f"  {what}{values}{' – ' if what else ''}{_named(operations)}{rests_on}")


def _named(operations: list[str]) -> str:
    if len(operations) <= MOST_NAMED:
        return ", ".join(operations)
    return f"{', '.join(operations[:MOST_NAMED])} and {len(operations) - MOST_NAMED} more"


def printable(text: str) -> str:
    """The text without what a terminal would obey: names in a document may be anything."""
    return "".join(char if char.isprintable() else "?" for char in text.encode("utf-8", "replace").decode("utf-8"))
