"""Schedules of misbehaviour in the control plane: begun, watched, stopped."""

from dataclasses import replace
from threading import Event
from typing import Any

from sandbox import answers, schedules, switches
from sandbox.control.asking import Asked, Refused
from sandbox.control.running import answer_of
from sandbox.control.webhook_faults import fault_of
from sandbox.delivery.faults import WebhookFault
from sandbox.delivery.sending import sender
from sandbox.schedules import Entry, Schedule

MOST_ENTRIES = 200
LONGEST = 7 * 86_400
FASTEST = 100_000


def listed(asked: Asked) -> list[dict[str, Any]]:
    """Every schedule that runs or has ended lately, the oldest first."""
    return [schedule.shown() for schedule in schedules.listed()]


def one(asked: Asked, number: int) -> dict[str, Any]:
    return _schedule(number).shown()


def begin(asked: Asked) -> dict[str, Any]:
    """Begin a schedule now. Its speed is the switch `time_factor` unless it has one of its own."""
    asked.only("name", "speed", "entries")
    entries = asked.body.get("entries")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ENTRIES:
        raise Refused(400, f"entries: a list of 1 to {MOST_ENTRIES} of {{from, to, answer or fault}} is expected.")
    name = asked.text("name")
    speed = asked.number("speed", low=0.01, high=FASTEST, default=switches.value("time_factor"))
    schedule = Schedule(name, speed, [_entry(number, entry) for number, entry in enumerate(entries)])
    schedules.begin(schedule)
    return schedule.shown()


def stop(asked: Asked, number: int) -> dict[str, Any]:
    """End one; what it holds back goes on at once."""
    schedule = _schedule(number)
    schedule.stop()
    sender.let_go()
    return schedule.shown()


def stop_all(asked: Asked) -> list[dict[str, Any]]:
    schedules.stop_all()
    sender.let_go()
    return listed(asked)


def _schedule(number: int) -> Schedule:
    schedule = schedules.one(number)
    if schedule is None:
        raise Refused(404, f"There is no schedule {number}. GET /_sandbox/schedules lists them.")
    return schedule


def _entry(number: int, entry: Any) -> Entry:
    try:
        if not isinstance(entry, dict):
            raise Refused(400, "an object is expected.")
        asked = Asked(entry, {})
        asked.only("from", "to", "answer", "fault")
        begins = asked.number("from", low=0, high=LONGEST)
        ends = asked.number("to", low=0, high=LONGEST)
        if begins >= ends:
            raise Refused(400, "to: a number above from is expected.")
        if ("answer" in entry) == ("fault" in entry):
            raise Refused(400, "either answer or fault is expected.")
        return Entry(begins, ends, _answer(entry), _fault(entry))
    except Refused as refused:
        raise Refused(refused.status, f"entries[{number}]: {refused.sentence}") from refused


def _answer(entry: dict[str, Any]) -> answers.Answer | None:
    if "answer" not in entry:
        return None
    # Stopping the schedule lets go whoever waits in it, and nobody else.
    return replace(answer_of(Asked(_object(entry, "answer"), {})), ended=Event())


def _fault(entry: dict[str, Any]) -> WebhookFault | None:
    return fault_of(Asked(_object(entry, "fault"), {})) if "fault" in entry else None


def _object(entry: dict[str, Any], name: str) -> dict[str, Any]:
    value = entry[name]
    if not isinstance(value, dict):
        raise Refused(400, f"{name}: an object is expected.")
    return value
