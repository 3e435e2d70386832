"""Making delivery misbehave: what `POST /_sandbox/deliveries/faults` asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sandbox import schedules

KINDS = {
    "delay": "sent `seconds` later",
    "duplicate": "sent once more, or `copies` more times, after it was answered",
    "reorder": "held until `size` have come or `seconds` have passed, then sent one after the other, the latest first",
    "drop": "never sent",
    "corrupt_signature": "one digit of the signature is another",
    "wrong_key": "signed with `key`",
    "other_body": "followed by another contract and other events under the same `callback_id`",
    "burst": "held until `size` have come or `seconds` have passed, then sent all at once",
}
# Those that change what is sent; the others decide whether and when.
AT_SENDING = ("duplicate", "corrupt_signature", "wrong_key", "other_body")
SIZES = {"reorder": 2, "burst": 10}

_lock = Lock()
_asked_for: list["WebhookFault"] = []


@dataclass(eq=False, slots=True)
class WebhookFault:
    """A misbehaviour of the attempts that it covers, for so many of them or until the end."""

    kind: str
    account: int | None = None
    webhook: int | None = None
    event_type: str | None = None
    seconds: float = 5
    size: int = 2
    copies: int = 1
    key: str = "another-key"
    times: int | None = None

    def covers(self, account: int, webhook: int, event_types: Iterable[str]) -> bool:
        if self.account not in (None, account) or self.webhook not in (None, webhook):
            return False
        wanted = self.event_type
        if wanted is None:
            return True
        if wanted.endswith("*"):
            return any(each.startswith(wanted[:-1]) for each in event_types)
        return wanted in event_types

    def shown(self) -> dict[str, Any]:
        keys = ("account", "webhook", "event_type", "kind", "seconds", "size", "copies", "key", "times")
        return {key: getattr(self, key) for key in keys}


def find(account: int, webhook: int, event_types: Iterable[str]) -> WebhookFault | None:
    """The fault that this attempt meets, the latest asked for first; a limited one is used up once more."""
    types = list(event_types)
    with _lock:
        for fault in reversed(_asked_for):
            if fault.covers(account, webhook, types):
                _use(fault)
                return fault
    return schedules.fault(account, webhook, types)


def ask_for(fault: WebhookFault) -> None:
    with _lock:
        _asked_for.append(fault)


def end_all() -> None:
    with _lock:
        _asked_for.clear()


def listed() -> list[dict[str, Any]]:
    with _lock:
        return [fault.shown() for fault in _asked_for]


def _use(fault: WebhookFault) -> None:
    if fault.times is None:
        return
    fault.times -= 1
    if fault.times <= 0:
        _asked_for.remove(fault)
