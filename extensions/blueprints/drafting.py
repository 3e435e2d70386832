"""Drafts of a blueprint: begun from any content, edited while nobody else holds them, discarded.

A draft judges nobody. What is released never changes again: `extensions.blueprints.releasing`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.acting import Actor, Deed
from extensions.blueprints.content import TypeContent, content_of, store
from extensions.blueprints.models import Blueprint, Extension

# What the record calls that which is done to a version.
BEGIN, CHANGE, DISCARD, RELEASE = "blueprint.draft", "blueprint.change", "blueprint.discard", "blueprint.release"
RECORDED = (BEGIN, CHANGE, DISCARD, RELEASE)


class Refused(Exception):
    """Something that cannot be done to a version; the text says why and what to do instead."""


@transaction.atomic
def begin(
    extension: Extension, content: Sequence[TypeContent], *, actor: Actor, source: str, notes: str = ""
) -> Blueprint:
    """A new draft with this content, under the next version number. `source` is what the record says it came from."""
    hold_versions(extension.pk)
    newest = extension.blueprints.aggregate(newest=Max("version"))["newest"] or 0
    draft = Blueprint.objects.create(extension=extension, version=newest + 1, notes=notes)
    store(draft, content)
    Deed(actor, BEGIN, draft, details={"version": draft.version, "from": source}).tell()
    return draft


def hold_versions(extension_id: int) -> None:
    """Let nobody else begin or release a version of the extension until the end of the transaction.

    Two at once would give one number twice, or release the older last. What refers to the extension can be stored.
    """
    Extension.objects.select_for_update(no_key=True).values("pk").get(pk=extension_id)


def copy(blueprint: Blueprint, *, actor: Actor) -> Blueprint:
    """A new draft that says what this version says."""
    return begin(blueprint.extension, content_of(blueprint), actor=actor, source=f"version {blueprint.version}")


def locked(blueprint: Blueprint) -> Blueprint:
    """The draft as it is now, held until the end of the transaction. Raises `Refused` when it is none any more."""
    # Of itself: in the order that versions have, the extension would be held with it.
    draft = Blueprint.objects.select_for_update(of=("self",)).filter(pk=blueprint.pk).first()
    if draft is None:
        raise Refused(f"Version {blueprint.version} was discarded meanwhile. Begin a new draft.")
    if draft.state != Blueprint.State.DRAFT:
        raise Refused(f"Version {draft.version} is released and never changes again. Begin a new draft from it.")
    return draft


@contextmanager
def editing(blueprint: Blueprint, *, actor: Actor, **details: Any) -> Iterator[Blueprint]:
    """Hold the draft while it is changed, with the record of who changed what. Raises `Refused`."""
    with transaction.atomic():
        draft = locked(blueprint)
        yield draft
        Blueprint.objects.filter(pk=draft.pk).revised()
        Deed(actor, CHANGE, draft, details={"version": draft.version, **details}).tell()


@transaction.atomic
def discard(blueprint: Blueprint, *, actor: Actor) -> None:
    """Delete a draft. Raises `Refused`; a released version stays."""
    draft = locked(blueprint)
    Deed(actor, DISCARD, draft, details={"version": draft.version}).tell()
    draft.delete()
