"""The name of a webhook's id: `webhook_id` in the documentation, `id` in clients that work.

API reference, section 10.1.
"""

from typing import Any

from oneflow import reading

ASSUMED = "Assumed: a webhook's id is under id or webhook_id; the documentation says one, clients read the other."


def webhook_id(webhook: dict[str, Any], what: str) -> int:
    key = "id" if webhook.get("id") is not None else "webhook_id"
    return reading.required_id(webhook, key, what)
