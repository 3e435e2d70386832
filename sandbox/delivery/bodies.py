"""The body of a callback (11.2), its signature (11.3), and the body of the former format (11.6)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

# The integers that the former format has for events, as far as a client of its time names them (11.6).
FORMER_TYPES = {
    "contract:sign": 2,
    "participant:sign": 4,
    "participant:decline": 5,
    "contract:lifecycle_state:end": 14,
    "contract:signing_period_expire": 17,
    "contract:lifecycle_state:cancel": 21,
    "contract:lifecycle_state:terminate": 22,
    "participant:update": 26,
    "contract:content_update": 39,
}


def signature(callback_id: str, sign_key: str | None) -> str:
    """Hex SHA-1 of `callback_id` and key; without a key of `callback_id` alone (ASSUMED)."""
    return hashlib.sha1(f"{callback_id}{sign_key or ''}".encode(), usedforsecurity=False).hexdigest()


def event(pk: int, event_type: str, created_time: datetime, participant_id: int | None = None) -> dict[str, Any]:
    """An event as a callback keeps it: times have no fraction, and an offset without a colon (3.1)."""
    written = created_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    kept: dict[str, Any] = {"created_time": written, "id": pk, "type": event_type}
    # Only the former format tells it.
    return kept if participant_id is None else {**kept, "participant_id": participant_id}


def written(callback_id: str, contract_id: int, events: list[dict[str, Any]], signed: str, *, former: bool) -> str:
    """The JSON text of one request."""
    body: dict[str, Any]
    if former:
        body = {"agreement_id": contract_id, "events": [_former(each) for each in events]}
    else:
        told = [{key: each[key] for key in ("created_time", "id", "type")} for each in events]
        body = {"contract": {"id": contract_id}, "events": told}
    return json.dumps({**body, "callback_id": callback_id, "signature": signed})


def _former(each: dict[str, Any]) -> dict[str, Any]:
    refs = {"participant_id": each["participant_id"]} if "participant_id" in each else {}
    kept = {"created_time": each["created_time"], "id": each["id"]}
    return {**kept, "type": FORMER_TYPES[each["type"]], "refs": refs}
