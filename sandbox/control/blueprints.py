"""Blueprints in the control plane: what extensions make in accounts that enable them, version by version."""

from typing import Any

from sandbox import enabling, switches
from sandbox.blueprints import checking, stored
from sandbox.control.asking import Asked, Refused
from sandbox.errors import BadRequest
from sandbox.models import BlueprintVersion, Extension


def listed(asked: Asked) -> list[dict[str, Any]]:
    """Every version of every blueprint, without content."""
    return [_version(row) for row in BlueprintVersion.objects.order_by("key", "version")]


def one(asked: Asked, key: str) -> dict[str, Any]:
    """The newest version with its content, draft or not; another one with `?version=`."""
    version = asked.query_number("version")
    rows = BlueprintVersion.objects.filter(key=key)
    row = (rows if version is None else rows.filter(version=version)).order_by("-version").first()
    if row is None:
        raise Refused(404, f"There is no such blueprint of {key[:60]}. GET /_sandbox/blueprints lists them.")
    return {**_version(row), "content": row.content}


def put(asked: Asked, key: str) -> dict[str, Any]:
    """The body as the draft of the next version. It reaches nobody before it is published."""
    if not checking.is_key(key):
        raise Refused(400, "The key is of lower case letters, digits and underscores, at most 60, a letter first.")
    problems = checking.problems(key, asked.body)
    if problems:
        raise BadRequest(problems)
    row = stored.put_draft(key, {**asked.body, "key": key})
    return {**_version(row), "content": row.content}


def publish(asked: Asked, key: str) -> dict[str, Any]:
    """What accounts are given from now on; given to those that have it on too, where the switch says so."""
    asked.only()
    draft = BlueprintVersion.objects.filter(key=key, published_time=None).first()
    if draft is None:
        raise Refused(409, f"{key[:60]} has no draft to publish. PUT /_sandbox/blueprints/{key[:60]} makes one.")
    # Others may have been published since it was put.
    problems = checking.problems(key, draft.content)
    if problems:
        raise BadRequest(problems)
    blueprint = stored.publish(draft)
    reached = 0
    if switches.value("blueprint_propagation"):
        # One account at a time: a single transaction over a large fleet would keep everybody else waiting.
        for extension in Extension.objects.filter(key=key, enabled=True).select_related("account").order_by("pk"):
            enabling.bring_to(extension, blueprint)
            reached += 1
    return {**_version(draft), "accounts_reached": reached}


def _version(row: BlueprintVersion) -> dict[str, Any]:
    return {
        "key": row.key,
        "name": row.content["name"],
        "version": row.version,
        "published_time": row.published_time and row.published_time.isoformat(),
    }
