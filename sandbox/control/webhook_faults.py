"""Faults of webhook delivery in the control plane, alike to misbehaving answers."""

from typing import Any

from sandbox.control.asking import Asked, Refused, account_named, webhook_named
from sandbox.delivery import faults
from sandbox.delivery.sending import sender

LONGEST_HOLD = 600


def listed(asked: Asked) -> list[dict[str, Any]]:
    return faults.listed()


def ask_for(asked: Asked) -> list[dict[str, Any]]:
    """One more misbehaviour; all that are asked for are listed."""
    faults.ask_for(fault_of(asked))
    return faults.listed()


def end_all(asked: Asked) -> list[dict[str, Any]]:
    """Behave again; what a fault holds back is sent at once."""
    faults.end_all()
    sender.let_go()
    return faults.listed()


def fault_of(asked: Asked) -> faults.WebhookFault:
    """The fault that a body describes."""
    asked.only("account", "webhook", "event_type", "kind", "seconds", "size", "copies", "key", "times")
    kind = asked.text("kind")
    if kind not in faults.KINDS:
        raise Refused(400, f"kind: one of {', '.join(faults.KINDS)} is expected.")
    return faults.WebhookFault(
        kind=kind,
        account=account_named(asked),
        webhook=webhook_named(asked),
        event_type=asked.text("event_type", longest=60),
        seconds=asked.seconds("seconds", high=LONGEST_HOLD, default=5),
        size=asked.whole("size", low=2, high=1000, default=faults.SIZES.get(kind, 2)),
        copies=asked.whole("copies", low=1, high=100, default=1),
        key=asked.text("key", longest=1000) or "another-key",
        times=asked.whole("times", low=1, high=1_000_000),
    )
