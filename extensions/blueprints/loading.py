"""Store an extension and its blueprint as a checked document says, in one transaction and safe to run twice.

What happens to the blueprint version of the document:

| stored    | document  | then                                                              |
| --------- | --------- | ----------------------------------------------------------------- |
| not there | any       | stored                                                            |
| the same  | the same  | nothing; changed notes are stored                                 |
| draft     | different | replaced; released when the document says so                      |
| released  | different | refused: its installations would be judged by what they never had |
| released  | a draft   | refused                                                           |
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.acting import Actor, Deed
from accounts.vault import Unreadable
from extensions.blueprints.content import as_document, content_of, from_document, store
from extensions.blueprints.document import BadDocument, Document, Problem, check
from extensions.blueprints.models import Blueprint, Extension, ExtensionSecret
from extensions.blueprints.rules import host_change_problem
from oneflow.addresses import check_base_url

ATTRIBUTES = ("name", "environment", "authentication", "receiver", "callback_urls")


@transaction.atomic
def load(document: Document, *, actor: Actor) -> Extension:
    """The extension as the document says, with its blueprint version. Raises `BadDocument`; then nothing is stored.

    The mapping is loaded by `extensions.mappings.loading`. Whether the console may write to customers' accounts is
    never decided by a file.
    """
    check(document)
    extension, changed = _extension(document)
    changed += _sign_key(extension, document.get("sign_key"))
    changed += _blueprint(extension, document["blueprint"])
    version = int(document["blueprint"]["version"])
    Deed(actor, "extension.load", extension, details={"version": version, "changed": changed}).tell()
    return extension


def _extension(document: Document) -> tuple[Extension, list[str]]:
    key = document["integration_key"]
    wanted = {
        **{name: document[name] for name in ATTRIBUTES},
        "base_url": check_base_url(document["base_url"]),
        "dependencies": document.get("dependencies", []),
    }
    # Their keys stay as they are: whoever stores what refers to extension or version need not wait.
    extension = Extension.objects.select_for_update(no_key=True).filter(integration_key=key).first()
    if extension is None:
        return Extension.objects.create(integration_key=key, **wanted), ["extension"]
    if sentence := host_change_problem(extension, wanted["base_url"]):
        raise BadDocument([Problem("$.base_url", sentence, "")])
    changed = [name for name, value in wanted.items() if getattr(extension, name) != value]
    if changed:
        for name in changed:
            setattr(extension, name, wanted[name])
        extension.save(update_fields=changed)
    return extension, changed


def _sign_key(extension: Extension, secret: str | None) -> list[str]:
    return ["sign_key"] if secret and set_sign_key(extension, secret) else []


def set_sign_key(extension: Extension, secret: str) -> bool:
    """Make this the current sign key; the one before is kept as the previous. False when it was current already.

    Oneflow signs deliveries that it repeats with the key of the time, so the previous one is still needed.
    """
    current = extension.secrets.filter(kind=ExtensionSecret.Kind.SIGN_KEY).first()
    if current is not None:
        try:
            before = current.reveal()
        except Unreadable:
            before = ""  # what cannot be opened can neither be compared nor verify anything
        if before == secret:
            return False
        if before:
            _seal(extension, ExtensionSecret.Kind.PREVIOUS_SIGN_KEY, before)
    _seal(extension, ExtensionSecret.Kind.SIGN_KEY, secret)
    return True


def _seal(extension: Extension, kind: ExtensionSecret.Kind, secret: str) -> None:
    row = extension.secrets.filter(kind=kind).first() or ExtensionSecret(extension=extension, kind=kind)
    row.seal(secret)
    row.save()


def _blueprint(extension: Extension, wanted: dict[str, Any]) -> list[str]:
    version, state = int(wanted["version"]), wanted.get("state", Blueprint.State.RELEASED)
    content, notes = from_document(wanted["template_types"]), wanted.get("notes", "")
    held = extension.blueprints.select_for_update(of=("self",), no_key=True)
    blueprint = held.filter(version=version).first()
    if blueprint is None:
        blueprint = Blueprint.objects.create(extension=extension, version=version, notes=notes)
        store(blueprint, content)
        _release(blueprint, state)
        return ["blueprint"]
    released = blueprint.state == Blueprint.State.RELEASED
    if released and state == Blueprint.State.DRAFT:
        raise _refused("$.blueprint.state", f"version {version} is released and cannot become a draft again.")
    changed = []
    if as_document(content_of(blueprint)) != as_document(content):
        if released:
            raise _refused("$.blueprint", f"version {version} is released, and a released version never changes.")
        store(blueprint, content)
        changed.append("blueprint")
    if not released and state == Blueprint.State.RELEASED:
        _release(blueprint, state)
        changed.append("state")
    if blueprint.notes != notes:
        blueprint.notes = notes
        blueprint.save(update_fields=["notes"])
        changed.append("notes")
    return changed


def _release(blueprint: Blueprint, state: str) -> None:
    if state == Blueprint.State.RELEASED:
        blueprint.state, blueprint.released_at = state, timezone.now()
        blueprint.save(update_fields=["state", "released_at"])


def _refused(path: str, sentence: str) -> BadDocument:
    return BadDocument([Problem(path, sentence, "Give the changed blueprint a new version number.")])
