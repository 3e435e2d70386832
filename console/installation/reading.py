"""When a part of an account was last read, and why not since, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from extensions.health.words.doubts import REASONS
from extensions.installations.models import Part

NAMES = {
    "account": "the account",
    "users": "users",
    "workspaces": "workspaces",
    "templates": "templates",
    "template_types": "template types",
    "webhooks": "webhooks",
    "extensions": "extensions",
    "usable": "what the acting user can use",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a part is known: `read_at`, and while it is unread `why`, `detail` and `since`."""

    what: str
    read_at: datetime | None
    why: str = ""
    detail: str = ""
    since: datetime | None = None


def name_of(part: str) -> str:
    """The part in plain words: "fields of template type 5201"."""
    head, _, number = part.partition("/")
    return f"fields of template type {number}" if head == "fields" else NAMES.get(part, part)


def reading(parts: Mapping[str, Part], name: str) -> Reading:
    """How well a part is known; one that no refresh ever tried is unread too."""
    part = parts.get(name)
    if part is None:
        return Reading(name_of(name), None, "no refresh has come so far")
    if not part.unread_reason:
        return Reading(name_of(name), part.read_at)
    why = REASONS.get(part.unread_reason, part.unread_reason)
    return Reading(name_of(name), part.read_at, why, part.unread_detail, part.unread_since)


def unread(parts: Iterable[Part]) -> list[Reading]:
    """What the latest try did not read, parts with one reason together."""
    known = {part.name: part for part in parts}
    alike: dict[tuple[object, ...], list[Reading]] = {}
    for name, part in known.items():
        if part.unread_reason:
            each = reading(known, name)
            alike.setdefault((each.why, each.detail, each.since, each.read_at), []).append(each)
    return [replace(group[0], what=_together(group)) for group in alike.values()]


def _together(group: list[Reading]) -> str:
    names = [each.what for each in group if not each.what.startswith("fields of")]
    types = len(group) - len(names)
    if types:
        names.append(
            group[-1].what
            if len(group) == 1
            else "fields of " + ("a template type" if types == 1 else f"{types} template types")
        )
    return ", ".join(names)
