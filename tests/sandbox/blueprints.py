"""A partner's blueprint for the tests, and the way of one into the sandbox."""

import secrets
from copy import deepcopy
from typing import Any

from tests.sandbox.conftest import Json
from tests.sandboxes import Sandbox


def blueprint(**changes: Any) -> Json:
    """A small one with a key and an extension type of its own."""
    key = f"partner_{secrets.token_hex(4)}"
    made = {
        "key": key,
        "name": "Partner",
        "description": "Contracts from Partner",
        "depends_on": ["webhooks"],
        "template_types": [
            {
                "name": "Order",
                "extension_type": f"{key}_order",
                "data_fields": [
                    {"custom_id": "order_number", "name": "Order number", "required": True},
                    {"custom_id": "buyer", "name": "Buyer"},
                ],
                "webhook": {
                    "callback_url": "https://hooks.partner.example/{account_id}",
                    "event_types": ["contract:sign", "contract:publish"],
                    "configuration": {"query": {"account": "{account_id}"}, "headers": {"X-Partner": "1"}},
                },
            }
        ],
    }
    return {**deepcopy(made), **changes}


def put(sandbox: Sandbox, content: Json) -> Json:
    kept: Json = sandbox.control("PUT", f"/blueprints/{content['key']}", content)
    return kept


def published(sandbox: Sandbox, content: Json) -> Json:
    """Put and publish it; what the control plane said of that."""
    put(sandbox, content)
    said: Json = sandbox.control("POST", f"/blueprints/{content['key']}/publish")
    return said


def extension(sandbox: Sandbox, account: Json, key: str) -> Json:
    """The extension as the account lists it in the control plane."""
    listed = sandbox.control("GET", f"/accounts/{account['id']}/extensions")
    return next(item for item in listed if item["key"] == key)


def enable(sandbox: Sandbox, account: Json, key: str) -> Json:
    shown: Json = sandbox.control("POST", f"/accounts/{account['id']}/extensions/{key}")
    return shown


def refusal(sandbox: Sandbox, method: str, path: str, json: Any = None) -> tuple[int, str]:
    """The status and the sentence of what the control plane refuses."""
    answer = sandbox.session.request(method, f"{sandbox.url}/_sandbox{path}", json=json, timeout=60)
    return answer.status_code, answer.json()["error"]
