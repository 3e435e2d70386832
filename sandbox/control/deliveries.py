"""Webhook delivery in the control plane: the log, what waits, and sending again."""

from typing import Any

from django.db.models import Count, Min, Q

from sandbox.bodies import whole_number
from sandbox.control import pausing
from sandbox.control.asking import LARGEST_ID, Asked, Refused
from sandbox.delivery import redelivering
from sandbox.delivery.sending import sender
from sandbox.models import Attempt, Callback

MOST = 1000
SCOPE = ("account", "webhook", "contract")


def listed(asked: Asked) -> dict[str, Any]:
    """One page of the log, the newest first."""
    known = (*SCOPE, "state", "callback_id", "limit", "offset")
    if unknown := sorted(set(asked.query) - set(known)):
        raise Refused(400, f"Unknown: {', '.join(unknown)[:200]}. Known here: {', '.join(known)}.")
    rows = _within(asked, Callback.objects.all())
    if state := asked.query.get("state", [""])[-1]:
        if state not in Callback.State.values:
            raise Refused(400, f"state: one of {', '.join(Callback.State.values)} is expected.")
        rows = rows.filter(state=state)
    if callback_id := asked.query.get("callback_id", [""])[-1]:
        rows = rows.filter(callback_id=callback_id)
    limit = _bounded(asked, "limit", low=1, high=MOST, default=100)
    offset = _bounded(asked, "offset", low=0, high=LARGEST_ID, default=0)
    page = list(rows.order_by("-pk")[offset : offset + limit])
    last = _last_attempts(page)
    return {"count": rows.count(), "data": [{**_shown(row), "last_attempt": last.get(row.pk)} for row in page]}


def one(asked: Asked, pk: int) -> dict[str, Any]:
    """One callback with every attempt, the oldest first."""
    row = _callback(pk)
    return {**_shown(row), "attempts_made": [_attempt(each) for each in row.log.order_by("pk")]}


def redeliver_one(asked: Asked, pk: int) -> dict[str, Any]:
    """Send one again, whatever its state, under its `callback_id` and with ten attempts before it."""
    asked.only()
    _callback(pk)
    redelivering.redeliver(Callback.objects.filter(pk=pk))
    return one(asked, pk)


def redeliver_given_up(asked: Asked) -> dict[str, int]:
    """Send again whatever was given up, or what of it the body narrows it to."""
    asked.only(*SCOPE)
    narrowing = {name: asked.whole(name, low=1, high=LARGEST_ID) for name in SCOPE}
    columns = {f"{name}_id": value for name, value in narrowing.items() if value is not None}
    rows = Callback.objects.filter(state=Callback.State.GIVEN_UP, **columns)
    return {"redelivered": redelivering.redeliver(rows)}


def waiting(asked: Asked) -> dict[str, Any]:
    """What is still to be delivered, in all and of each webhook; and how many ended how."""
    rows = Callback.objects.filter(state=Callback.State.WAITING)
    later = Count("pk", filter=Q(attempts__gt=0))
    figures = {
        "callbacks": Count("pk"),
        "retries": later,
        "next": Min("next_attempt_time"),
        "oldest": Min("created_time"),
    }
    of_each = rows.values("account_id", "webhook_id").annotate(**figures).order_by("-callbacks", "webhook_id")
    states = dict.fromkeys(Callback.State.values, 0)
    states |= dict(Callback.objects.order_by().values_list("state").annotate(Count("pk")))
    return {
        "states": states,
        **sender.status(),
        "pauses": pausing.listed_pauses(),
        "webhooks": [
            {
                "account": row["account_id"],
                "webhook": row["webhook_id"],
                "callbacks": row["callbacks"],
                "retries": row["retries"],
                "oldest": row["oldest"].isoformat(),
                "next_attempt": row["next"].isoformat(),
            }
            for row in of_each.order_by("-callbacks", "webhook_id")[:MOST]
        ],
    }


def _within(asked: Asked, rows: Any) -> Any:
    numbers = {f"{name}_id": asked.query_number(name) for name in SCOPE}
    return rows.filter(**{column: number for column, number in numbers.items() if number is not None})


def _bounded(asked: Asked, name: str, *, low: int, high: int, default: int) -> int:
    text = asked.query.get(name, [""])[-1]
    number = whole_number(text) if text else default
    if number is None or not low <= number <= high:
        raise Refused(400, f"{name}: a whole number from {low} to {high} is expected.")
    return number


def _callback(pk: int) -> Callback:
    row = Callback.objects.filter(pk=pk).first()
    if row is None:
        raise Refused(404, f"There is no delivery {pk}. GET /_sandbox/deliveries lists them.")
    return row


def _last_attempts(rows: list[Callback]) -> dict[int, dict[str, Any]]:
    # In the order of their numbers, so that the last of each callback stays; copies decided nothing.
    attempts = Attempt.objects.filter(callback__in=rows, number__gt=0).order_by("pk")
    return {attempt.callback_id: _attempt(attempt) for attempt in attempts}


def _shown(row: Callback) -> dict[str, Any]:
    return {
        "id": row.pk,
        "callback_id": row.callback_id,
        "account": row.account_id,
        "webhook": row.webhook_id,
        "contract": row.contract_id,
        "events": [{key: each[key] for key in ("id", "type", "created_time")} for each in row.events],
        "state": row.state,
        "attempts": row.attempts,
        "created_time": row.created_time.isoformat(),
        "next_attempt": row.next_attempt_time and row.next_attempt_time.isoformat(),
        "ended_time": row.ended_time and row.ended_time.isoformat(),
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": attempt.at.isoformat(),
        "seconds": round(attempt.seconds, 4),
        "url": attempt.url,
        "headers": attempt.headers,
        "body": attempt.body,
        "status": attempt.status,
        "answer": attempt.answer,
        "error": attempt.error or None,
        "fault": attempt.fault or None,
    }
