"""Webhooks and their filters (section 10)."""

from sandbox.openapi.common import page_of, paging
from sandbox.openapi.describing import (
    FLAG,
    ID,
    NOTHING,
    TEXT,
    WHOLE,
    Operation,
    Schema,
    array,
    marked,
    nullable,
    one_of,
    ref,
    sent,
    text,
    thing,
)

_FILTERS = marked("D", nullable(array(ref("WebhookFilter"))), "Null for everything.")
_HTTPS = {**text(1, 1000), "pattern": "^https://[!-~]+$"}
_CHANGEABLE = {
    "callback_url": marked("D", _HTTPS),
    "configuration": marked("D", {"type": "object"}, "Its contents are not documented."),
    "filters": marked("D", nullable(array(ref("NewWebhookFilter")))),
    "sign_key": marked("C", nullable(text(0, 1000))),
    "template_group_id": marked("F", nullable(ID)),
}
_EVENTS = {"type": marked("D", one_of("EVENT_TYPE")), "values": marked("D", array(TEXT, minItems=1, maxItems=50))}
_PLACES = {"type": marked("D", one_of("WORKSPACE")), "values": marked("D", array(WHOLE, minItems=1))}

SCHEMAS: dict[str, Schema] = {
    "WebhookFilterRule": {"oneOf": [thing("10.2", _EVENTS), thing("10.2", _PLACES)]},
    "WebhookFilter": thing(
        "10.2", {"filter_rules": marked("D", array(ref("WebhookFilterRule"), minItems=1, maxItems=2))}
    ),
    "NewWebhookFilterRule": {
        "oneOf": [
            sent("10.2", _EVENTS, required=("type", "values")),
            sent("10.2", _PLACES, required=("type", "values")),
        ]
    },
    "NewWebhookFilter": sent(
        "10.2",
        {"filter_rules": marked("D", array(ref("NewWebhookFilterRule"), minItems=1, maxItems=2))},
        required=("filter_rules",),
    ),
    "Webhook": thing(
        "10.1",
        {
            # Faults make it call http, so the answer promises no scheme.
            "callback_url": marked("D", text(1, 1000)),
            "configuration": marked("D", {"type": "object"}, "Whether it is answered is ASSUMED."),
            "filters": _FILTERS,
            "id": marked("C", ID),
            "integration_instance": marked("D", nullable(ID), "The extension that owns it; null for none (ASSUMED)."),
            "integration_process_id": marked("C", NOTHING, "Reserved."),
            "legacy_webhook": marked("D", FLAG),
            "sign_key": marked("C", nullable(TEXT), "That it is answered is ASSUMED, and a switch of the sandbox."),
            "template_group_id": marked("D", nullable(ID)),
            "webhook_id": marked("D", ID),
        },
        optional=("sign_key",),
    ),
    "WebhookPage": page_of("Webhook"),
    "NewWebhook": sent("10.1", _CHANGEABLE, required=("callback_url",)),
    "WebhookChanges": sent("10.1", _CHANGEABLE),
}

OPERATIONS = (
    # That the list has the usual envelope is ASSUMED (section 14); that there is a list is seen in clients.
    Operation("GET", "/webhooks", "The webhooks of the account", "C", "10.1", ref("WebhookPage"), parameters=paging()),
    Operation(
        "POST",
        "/webhooks",
        "Make a webhook",
        "D",
        "10.1",
        ref("Webhook"),
        body=ref("NewWebhook"),
        refuses=(403, 404),
    ),
    Operation("GET", "/webhooks/{webhook_id}", "One webhook", "C", "5", ref("Webhook"), refuses=(404,)),
    Operation(
        "PUT",
        "/webhooks/{webhook_id}",
        "Change what is named; a webhook of an extension is refused",
        "C",
        "10.4",
        ref("Webhook"),
        body=ref("WebhookChanges"),
        refuses=(403, 404),
    ),
    Operation(
        "DELETE",
        "/webhooks/{webhook_id}",
        "Delete a webhook; 200 with an empty body also when there is none",
        "F",
        "10.4",
        None,
        # 404 only for an id that no path can have.
        refuses=(403, 404),
    ),
)
