"""The differences between what Oneflow describes and what the sandbox describes."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.spec_diff.facts import Facts, OperationFacts
from sandbox.spec_diff.schemas import Attribute

ONEFLOW, SANDBOX, BOTH = "oneflow", "sandbox", "both"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that only one of the two has (`found_in`), or that both have differently.

    `kind` is path, method, status, parameter, attribute, required, type, values or media. `where` is the body,
    the answer or the place of a parameter, `name` the path of the attribute. `confidence` is what the sandbox's
    fact rests on.
    """

    kind: str
    found_in: str
    operation: str
    where: str = ""
    name: str = ""
    sandbox: str = ""
    oneflow: str = ""
    confidence: str = ""


def compare(sandbox: Facts, oneflow: Facts) -> list[Difference]:
    """Every difference, in the order of paths."""
    return list(_compare(sandbox.operations, oneflow.operations))


def _compare(ours: dict[str, OperationFacts], theirs: dict[str, OperationFacts]) -> Iterator[Difference]:
    our_paths, their_paths = {_path(key) for key in ours}, {_path(key) for key in theirs}
    for key in sorted({*ours, *theirs}, key=lambda key: (_path(key), key)):
        if key in ours and key in theirs:
            yield from _operation(ours[key], theirs[key])
        elif key in ours:
            kind = "method" if _path(key) in their_paths else "path"
            yield Difference(kind, SANDBOX, ours[key].shown, confidence=ours[key].confidence)
        else:
            kind = "method" if _path(key) in our_paths else "path"
            yield Difference(kind, ONEFLOW, theirs[key].shown)


def _operation(ours: OperationFacts, theirs: OperationFacts) -> Iterator[Difference]:
    shown = ours.shown
    for status in sorted(ours.statuses ^ theirs.statuses):
        yield Difference("status", SANDBOX if status in ours.statuses else ONEFLOW, shown, name=status)
    yield from _both(shown, "parameter", ours.parameters, theirs.parameters)
    yield from _media(ours, theirs)
    yield from _both(shown, "attribute", ours.attributes, theirs.attributes)


def _media(ours: OperationFacts, theirs: OperationFacts) -> Iterator[Difference]:
    for where in sorted({*ours.media, *theirs.media}):
        if where.startswith("answer ") and where.removeprefix("answer ") in ours.statuses ^ theirs.statuses:
            continue  # the status itself is the difference
        one, other = ours.media.get(where, frozenset()), theirs.media.get(where, frozenset())
        if one != other:
            yield Difference(
                "media", BOTH, ours.shown, where, "", _listed(one) or "nothing", _listed(other) or "nothing"
            )


def _both(
    shown: str, kind: str, ours: dict[tuple[str, str], Attribute], theirs: dict[tuple[str, str], Attribute]
) -> Iterator[Difference]:
    for key in sorted({*ours, *theirs}):
        where, name = key
        if key in ours and key in theirs:
            yield from _attribute(shown, where, name, ours[key], theirs[key])
        elif not name:
            continue  # a body or an answer that one of them has not: told as status or media
        elif not _parent_is_missing(key, ours, theirs):
            confidence = ours[key].confidence if key in ours else ""
            yield Difference(kind, SANDBOX if key in ours else ONEFLOW, shown, where, name, confidence=confidence)


def _attribute(shown: str, where: str, name: str, ours: Attribute, theirs: Attribute) -> Iterator[Difference]:
    pairs = (
        ("required", _flag(ours.required), _flag(theirs.required)),
        ("type", _listed(ours.types) or "not said", _listed(theirs.types) or "not said"),
        ("values", _values(ours.values), _values(theirs.values)),
    )
    for kind, one, other in pairs:
        if one != other:
            yield Difference(kind, BOTH, shown, where, name, one, other, ours.confidence)


def _parent_is_missing(
    key: tuple[str, str], ours: dict[tuple[str, str], Attribute], theirs: dict[tuple[str, str], Attribute]
) -> bool:
    """Whether what this attribute is part of is missing as well, and told already."""
    where, name = key
    parent = (where, name[: max(name.rfind("."), 0)] if not name.endswith("[]") else name[:-2])
    known = parent in ours or parent in theirs
    return known and (parent in ours) != (parent in theirs)


def _path(key: str) -> str:
    return key.partition(" ")[2]


def _flag(required: bool) -> str:
    return "required" if required else "optional"


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))


def _values(values: frozenset[str] | None) -> str:
    return "any" if values is None else ", ".join(value or '""' for value in sorted(values))
