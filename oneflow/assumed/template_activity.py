"""Whether a template or a template type is active: attributes seen by clients, absent from the documentation.

API reference, sections 6.7 (`template_active`) and 6.8 (`active`).
"""

from typing import Any

from oneflow import reading

ASSUMED = "Assumed: a template says whether it is active under template_active, a template type under active."


def is_active(template: dict[str, Any], what: str) -> bool:
    """True where the answer does not say: an inactive template is left out unless it is asked for (get-templates-1)."""
    key = "template_active" if template.get("template_active") is not None else "active"
    return reading.flag(template, key, what, default=True)


def type_is_active(template_type: dict[str, Any], what: str) -> bool:
    return reading.flag(template_type, "active", what, default=True)
