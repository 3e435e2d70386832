"""Facts about webhooks and integration extensions as they are read (sections 6.18 and 10)."""

from oneflow.assumed import extension_objects
from oneflow.verifying import shapes
from oneflow.verifying.asking import Asked
from oneflow.verifying.fact import Fact, Seen, confirmed, refuted
from oneflow.verifying.looking import has, is_served, leads_to_one, of_first

_WEBHOOK = of_first("/webhooks")
_EXTENSION = of_first(extension_objects.PATH)


def _envelope(asked: Asked) -> Seen:
    answer = asked.get("/webhooks")
    if answer.status != 200 or not isinstance(answer.data, dict):
        return refuted(f"{answer.shown}, {shapes.kind_of(answer.data)}")
    return shapes.attributes(answer.data, {"_links": "object", "count": "integer", "data": "array"})


def _both_ids(asked: Asked) -> Seen:
    webhook = _WEBHOOK(asked)
    found = shapes.attributes(webhook, {"id": "integer", "webhook_id": "integer"})
    if found.outcome == "confirmed" and webhook["id"] != webhook["webhook_id"]:
        return refuted("id and webhook_id are there and differ")
    return found


def _key_is_answered(asked: Asked) -> Seen:
    webhook = _WEBHOOK(asked)
    if "sign_key" not in webhook:
        return refuted(f"there is no sign_key; the keys there are: {shapes.keys_of(webhook)}")
    return confirmed(f"sign_key is {shapes.kind_of(webhook['sign_key'])}")


FACTS = (
    Fact(
        "webhooks",
        "5",
        "C",
        "Webhooks are listed.",
        "GET /webhooks",
        is_served("/webhooks"),
    ),
    Fact(
        "webhooks-envelope",
        "10.1",
        "ASSUMED",
        "The list of webhooks has the usual envelope.",
        "GET /webhooks",
        _envelope,
    ),
    Fact(
        "webhook-both-ids",
        "10.1",
        "ASSUMED",
        "A webhook has its id under id and under webhook_id.",
        "GET /webhooks",
        _both_ids,
    ),
    Fact(
        "webhook-sign-key",
        "10.1",
        "ASSUMED",
        "A webhook is answered with its sign_key.",
        "GET /webhooks",
        _key_is_answered,
    ),
    Fact(
        "webhook-configuration",
        "10.1",
        "ASSUMED",
        "A webhook is answered with its configuration.",
        "GET /webhooks",
        has(_WEBHOOK, configuration="object|null"),
    ),
    Fact(
        "webhook-process-id",
        "10.1",
        "C",
        "A webhook has integration_process_id.",
        "GET /webhooks",
        has(_WEBHOOK, integration_process_id="integer|null"),
    ),
    Fact(
        "webhook-by-id",
        "5",
        "C",
        "One webhook can be read by its id.",
        "GET /webhooks/{id}",
        leads_to_one("/webhooks"),
    ),
    Fact(
        "extensions-path",
        "6.18",
        "ASSUMED",
        f"The extensions of the account are listed at {extension_objects.PATH}.",
        f"GET {extension_objects.PATH}",
        is_served(extension_objects.PATH),
    ),
    Fact(
        "extension-attributes",
        "6.18",
        "ASSUMED",
        "An extension has id, name, description, extension_type, enabled and enabled_time.",
        f"GET {extension_objects.PATH}",
        has(
            _EXTENSION,
            id="integer",
            name="string",
            description="string|null",
            extension_type="string",
            enabled="boolean",
            enabled_time="string|null",
        ),
    ),
    Fact(
        "extension-by-id",
        "6.18",
        "ASSUMED",
        "One extension can be read by its id.",
        f"GET {extension_objects.PATH}/{{id}}",
        leads_to_one(extension_objects.PATH),
    ),
)
