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
    if field.get("custom_id") is not None:
        return reading.clean_text(field["custom_id"], what, "custom_id")
    nested = reading.child(field, "_private_ownerside", what)
    if "custom_id" in nested:
        return reading.text(nested, "custom_id", what)
    return reading.required_text(field, "custom_id", what)
