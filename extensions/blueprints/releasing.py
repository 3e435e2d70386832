"""Releasing a draft: from then on it is what new enablements are judged by, and it never changes again.

Oneflow copies the blueprint when an account enables the extension, so a release reaches no account by itself
(`docs/decisions/0002-blueprint-version-sticks.md`).
"""

from datetime import datetime

from django.db import transaction

from accounts.acting import Actor, Deed
from extensions.blueprints.content import as_document, content_of, digest
from extensions.blueprints.document import problems_of
from extensions.blueprints.drafting import RELEASE, Refused, hold_versions, locked
from extensions.blueprints.models import Blueprint

LONGEST_NOTES = 10_000


@transaction.atomic
def release(blueprint: Blueprint, *, actor: Actor, now: datetime, notes: str, seen: str = "") -> Blueprint:
    """Release a draft with notes that say what it changes; returns it. Raises `Refused`, and then it is a draft still.

    `seen` is the `digest` of the content that was looked at: another content meanwhile is refused.
    """
    hold_versions(blueprint.extension_id)
    draft = locked(blueprint)
    content = content_of(draft)
    if seen and digest(content) != seen:
        raise Refused(f"Version {draft.version} was changed meanwhile. Look at it again, then release it.")
    if not content:
        raise Refused(f"Version {draft.version} is empty. Add a template type with its fields first.")
    if problems := problems_of(as_document(content)):
        raise Refused(f"Version {draft.version} cannot be released yet. {problems[0]}")
    newest = draft.extension.blueprints.released().first()
    if newest is not None and newest.version > draft.version:
        raise Refused(
            f"Version {newest.version} is released already, so {draft.version} would not be the newest. "
            "Begin a new draft from it: it gets the next number."
        )
    draft.notes = _notes(notes)
    draft.state, draft.released_at = Blueprint.State.RELEASED, now
    draft.save(update_fields=["notes", "state", "released_at"])
    details = {
        "version": draft.version,
        "template_types": len(content),
        "fields": sum(len(each.fields) for each in content),
    }
    Deed(actor, RELEASE, draft, details=details).tell()
    return draft


def _notes(text: str) -> str:
    notes = text.replace("\0", "").strip()
    if not notes:
        raise Refused("Say in the notes what this version changes: colleagues choose by them.")
    if len(notes) > LONGEST_NOTES:
        raise Refused(f"The notes have {len(notes):,} characters; at most {LONGEST_NOTES:,} are kept. Shorten them.")
    return notes
