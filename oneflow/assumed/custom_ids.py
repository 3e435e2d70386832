"""Where a data field has its `custom_id`: flat in the documentation, nested in the connector's schema.

API reference, section 6.9.
"""

from typing import Any

from oneflow import reading

ASSUMED = "Assumed: a data field's custom_id is at its top or under _private_ownerside."


def custom_id(field: dict[str, Any], what: str) -> str:
    """The field's key; empty for a field without one. Missing in both places is not understood.

    Else a renamed key would look as if the account had none of our fields.
    """
    return reading.required_text(_holder(field, what), "custom_id", what)


def verbatim_custom_id(field: dict[str, Any], what: str) -> str:
    """The same, letter for letter as Oneflow showed it: what is written back must find the field again."""
    holder = _holder(field, what)
    if "custom_id" not in holder:
        raise reading.unexpected(what, "custom_id", "a string")
    return reading.verbatim_text(holder, "custom_id", what) or ""


def _holder(field: dict[str, Any], what: str) -> dict[str, Any]:
    """The object that has the key."""
    if field.get("custom_id") is not None:
        return field
    nested = reading.child(field, "_private_ownerside", what)
    return nested if "custom_id" in nested else field
