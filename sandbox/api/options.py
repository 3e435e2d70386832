"""What a template lets its contracts do: `available_options`, and the enums of participants (sections 6.7 and 6.12)."""

from typing import Any

from sandbox.models import Template

_CHANNELS: dict[str, list[str]] = {
    "email": ["email"],
    "sms": ["phone_number"],
    "email_and_sms": ["email", "phone_number"],
    "same_device": [],
    "none": [],
}
_SIGN_METHODS = ("standard_esign", "sms", "swedish_bankid", "norwegian_bankid", "handwritten_signature")
_TWO_STEPS: dict[str, list[str]] = {"none": [], "email": ["email"], "sms": ["phone_number"]}

DELIVERY_CHANNELS = tuple(_CHANNELS)
SIGN_METHODS = (*_SIGN_METHODS, "danish_nemid", "finnish_bankid", "eid_sign")
TWO_STEP_AUTHENTICATION_METHODS = tuple(_TWO_STEPS)
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "delivery_channels": [
        {"name": name, "preferred": name == "email", "required_participant_attributes": needs}
        for name, needs in _CHANNELS.items()
    ],
    "sign_methods": [{"name": name, "preferred": name == "standard_esign"} for name in _SIGN_METHODS],
    "two_step_authentication_methods": [
        {"name": name, "preferred": name == "none", "required_participant_attributes": needs}
        for name, needs in _TWO_STEPS.items()
    ],
}
# The same for every template, so that they can be asked without one.
AVAILABLE_SIGN_METHODS = _SIGN_METHODS


def available(template: Template | None) -> dict[str, Any]:
    """`available_options` of a template and of the contracts made from it; none of it takes products or files without
    one."""
    return {
        "can_receive_attachments": template is not None,
        "can_receive_expanded_pdf": template is not None and template.pdf_section,
        "can_receive_products": template is not None and bool(template.product_groups.all()),
        **OPTIONS,
    }


def required_attributes(channel: str, two_step: str) -> set[str]:
    """What a participant needs who is reached and proves who they are in these ways."""
    return {*_CHANNELS.get(channel, []), *_TWO_STEPS.get(two_step, [])}
