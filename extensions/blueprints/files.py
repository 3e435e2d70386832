"""A version of a blueprint as a file: written, and read into a new draft. See `docs/extension-file.md`."""

from typing import Any

from accounts.acting import Actor
from extensions.blueprints.content import as_document, content_of, from_document
from extensions.blueprints.document import BadDocument, Document, Problem, check_blueprint, read
from extensions.blueprints.drafting import begin
from extensions.blueprints.models import Blueprint, Extension


def as_file(blueprint: Blueprint) -> dict[str, Any]:
    """What a file of the version holds; reading it gives a draft with the same content."""
    return {
        "extension": blueprint.extension.integration_key,
        "version": blueprint.version,
        "state": str(blueprint.state),
        "notes": blueprint.notes,
        "template_types": as_document(content_of(blueprint)),
    }


def take(extension: Extension, raw: bytes, *, actor: Actor, source: str) -> Blueprint:
    """A new draft with what the bytes of a file say. Raises `BadDocument`, and then nothing is stored."""
    document = _blueprint_part(read(raw))
    check_blueprint(document)
    key = document.get("extension", extension.integration_key)
    if key != extension.integration_key:
        expected = f"is a blueprint of {key}, not of {extension.integration_key}."
        raise BadDocument([Problem("$.extension", expected, "Import it there, or take the key out.")])
    content = from_document(document["template_types"])
    return begin(extension, content, actor=actor, source=source, notes=document.get("notes", ""))


def _blueprint_part(document: Document) -> Document:
    """The blueprint of an extension file, which engineers have at hand too; any other document as it is."""
    part = document.get("blueprint")
    if "template_types" in document or not isinstance(part, dict) or "extension" in part:
        return document
    return {"extension": document.get("integration_key", ""), **part}
