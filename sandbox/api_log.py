"""What `GET /logs` shows: the last API calls of each account (section 6.19). Kept in memory, and bounded.

Rows would make every read a write, and a fleet's log would soon be larger than the fleet.
"""

import json
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

# 200 accounts × 25 calls × two bodies of 4 kB are 40 MB at the very most.
CALLS_OF_AN_ACCOUNT = 25
ACCOUNTS = 200
LONGEST_BODY = 4_000
LONGEST_TEXT = 1_000
HIDDEN = "(hidden)"
# Headers that are remembered; of the token it is only told that there was one.
HEADERS = {
    "Accept": "HTTP_ACCEPT",
    "Content-Type": "CONTENT_TYPE",
    "User-Agent": "HTTP_USER_AGENT",
    "X-Oneflow-Custom-Source": "HTTP_X_ONEFLOW_CUSTOM_SOURCE",
    "X-Oneflow-User-Email": "HTTP_X_ONEFLOW_USER_EMAIL",
}
# What must not be read by whoever may read the log: keys of JSON whose values are secrets, at any depth.
SECRETS = {"access_link", "client_secret", "configuration", "password", "sign_key", "token"}

_lock = Lock()
# The account whose last call is the oldest comes first, and goes first.
_calls: OrderedDict[int, deque["LoggedCall"]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One API call, as it is kept: bodies as they came, since most of them nobody will ask for."""

    request_id: str
    at: datetime
    milliseconds: int
    method: str
    path: str
    endpoint: str
    headers: dict[str, str]
    request_body: bytes
    status: int
    response_body: bytes
    integration_key: str

    def shown(self) -> dict[str, Any]:
        """All but the time, which the API has its own way to write, without any secret."""
        return {
            "api_version": 1,
            "integration_key": self.integration_key,
            "request_body": _harmless(self.request_body),
            "request_duration": self.milliseconds,
            "request_endpoint": self.endpoint,
            "request_headers": self.headers,
            "request_id": self.request_id,
            "request_method": self.method,
            "request_path": self.path,
            "response_body": _harmless(self.response_body),
            "response_code": self.status,
        }


def note(account: int, call: LoggedCall) -> None:
    """Remember one call of the account."""
    with _lock:
        calls = _calls.pop(account, None)
        _calls[account] = deque(maxlen=CALLS_OF_AN_ACCOUNT) if calls is None else calls
        _calls[account].append(call)
        while len(_calls) > ACCOUNTS:
            _calls.popitem(last=False)


def of_account(account: int) -> list[LoggedCall]:
    """Its last calls, the newest first."""
    with _lock:
        return list(reversed(_calls.get(account, ())))


def headers_of(environment: dict[str, Any]) -> dict[str, str]:
    """The headers of a request that are worth remembering; the token's value is not among them."""
    kept = {
        name: str(environment[variable])[:LONGEST_TEXT]
        for name, variable in HEADERS.items()
        if environment.get(variable)
    }
    return kept | {"X-Oneflow-API-Token": HIDDEN}


def clipped(body: bytes) -> bytes:
    """The body to be kept; of one that is too long, that it was."""
    return body if len(body) <= LONGEST_BODY else json.dumps(f"{len(body)} bytes, too long to be kept").encode()


def clear() -> None:
    with _lock:
        _calls.clear()


def _harmless(body: bytes) -> str:
    """The body without its secrets; what is no JSON might hide one anywhere, and is not shown."""
    if not body:
        return ""
    try:
        return json.dumps(_without_secrets(json.loads(body)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return f"{len(body)} bytes that are no JSON"


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: HIDDEN if key in SECRETS and inner else _without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return value
