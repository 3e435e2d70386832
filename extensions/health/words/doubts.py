"""Why something is unknown: what could not be read, and what an answer left open."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings

from extensions.health.codes import EXTENSIONS_ASSUMED
from extensions.installations.matching import texts
from extensions.installations.models import AccountExtension, Installation, Part
from extensions.installations.snapshot import FIXED

# Why a part was not read, as a sentence goes on after "could not be read: ".
REASONS = {
    "unavailable": "Oneflow did not answer, or answered that it is disturbed",
    "rate_limited": "Oneflow's rate limit was reached",
    "budget_spent": "our own share of Oneflow's rate limit was used up",
    "invalid_token": "Oneflow answered 401",
    "not_permitted": "Oneflow refuses this call to the account",
    "not_found": "Oneflow does not know this address",
    "rejected": "Oneflow did not take the request",
    "unexpected_answer": "the answer could not be understood",
    "user_refused": "Oneflow refuses the acting user",
    "not_asked": "it was not asked for, since something before it failed or is not chosen",
    "other_account": "the token belongs to another account",
}
NAMES = {
    "account": "the account",
    "users": "the users",
    "workspaces": "the workspaces",
    "templates": "the templates",
    "template_types": "the template types",
    "webhooks": "the webhooks",
    "extensions": "the extensions",
    "usable": "the templates that the acting user can use",
}


def doubts(
    installation: Installation, parts: Iterable[Part], extensions: Iterable[AccountExtension], now: datetime
) -> list[str]:
    """What makes a verdict unknown though no finding says so, a sentence for each."""
    return [_capital(each) for each in _doubts(installation, parts, extensions, now)]


def _doubts(
    installation: Installation, parts: Iterable[Part], extensions: Iterable[AccountExtension], now: datetime
) -> Iterator[str]:
    known = {part.name: part for part in parts}
    for name in (*FIXED, *(each for each in known if each.startswith("fields/"))):
        part = known.get(name)
        if part is None or part.read_at is None:
            why = f": {_reason(part)}" if part and part.unread_reason else ""
            yield f"nothing was ever read of {_name(name)}{why}."
        elif part.unread_reason and part.read_at + settings.PART_USE_BY <= now:
            yield f"{_name(name)} could not be read for too long: {_reason(part)}."
    if installation.blueprint_id is None:
        yield "no version of the blueprint is known for this installation: release one, or set it under the facts."
    listed = {row.extension_type for row in extensions if row.missing_since is None}
    if installation.mode == Installation.Mode.DEVELOPMENT:
        return
    if not installation.shown_key:
        yield "Oneflow's answer did not show which integration the token belongs to."
    for key in texts(installation.extension.dependencies):
        if listed and key not in listed:
            yield f'Oneflow does not list "{key}", so nobody can tell whether it is on. {EXTENSIONS_ASSUMED}'


def names(parts: Iterable[str]) -> str:
    """Several parts in a sentence, each once."""
    *before, last = dict.fromkeys(map(_name, parts)) or [""]
    return f"{', '.join(before)} and {last}" if before else last


def _name(part: str) -> str:
    return NAMES.get(part, "the fields of a template type" if part.startswith("fields/") else part)


def _reason(part: Part) -> str:
    return REASONS.get(part.unread_reason, part.unread_reason)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
