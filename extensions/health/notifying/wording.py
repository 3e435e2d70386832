"""What a message says: plain words, no secret, nothing personal; the same facts for people and for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from extensions.health.codes import sentence
from extensions.health.models import Notification, Transition

Event = dict[str, Any]
LONGEST_TITLE = 200
MOST_LINES = 50


def event_of(notification: Notification) -> Event:
    """The facts of one notification, as a webhook carries them."""
    row = notification.transition
    return _of_incident(notification) if row.incident is not None else _of_issue(notification)


def _of_incident(notification: Notification) -> Event:
    row, incident = notification.transition, notification.transition.incident
    assert incident is not None
    number = incident.affected
    return {
        **_common(notification, incident.code, incident.verdict),
        "about": "incident",
        "incident": incident.pk,
        "subject": incident.subject_name or incident.subject,
        "who": "every account" if incident.everyone else f"{number} account{'' if number == 1 else 's'}",
        "accounts_affected": number,
        "suspected": incident.suspected,
        "since": incident.began_at.isoformat(),
        "over_at": incident.ended_at.isoformat() if row.kind == Transition.Kind.OVER and incident.ended_at else None,
        "link": _link(f"/incidents/{incident.pk}/"),
    }


def _of_issue(notification: Notification) -> Event:
    row, issue = notification.transition, notification.transition.issue
    assert issue is not None
    account, extension = issue.installation.account, issue.installation.extension
    return {
        **_common(notification, issue.code, issue.verdict),
        "about": "issue",
        "issue": issue.pk,
        "subject": issue.subject_name,
        "who": str(account),
        "account_id": account.oneflow_id,
        "extension": extension.integration_key,
        "since": issue.holds_since.isoformat(),
        "over_at": row.at.isoformat() if row.kind == Transition.Kind.OVER else None,
        "link": _link(f"/installation/{account.oneflow_id}/{extension.integration_key}/"),
    }


def _common(notification: Notification, code: str, severity: str) -> Event:
    again = notification.number > 0
    kind = notification.transition.kind
    return {"happened": "goes_on" if again else kind, "code": code, "sentence": sentence(code), "severity": severity}


def _link(path: str) -> str:
    return settings.CONSOLE_URL.rstrip("/") + path if settings.CONSOLE_URL else ""


def title_of(events: Sequence[Event]) -> str:
    """One line: of one event what and whom, of several how many."""
    if len(events) == 1:
        text = line_of(events[0])
    else:
        over = sum(each["happened"] == "over" for each in events)
        said = [f"{len(events) - over} begun or going on" if len(events) > over else "", f"{over} over" if over else ""]
        text = f"{len(events)} changes: {', '.join(filter(None, said))}"
    return " ".join(f"[{settings.ENVIRONMENT}] {text}".split())[:LONGEST_TITLE]


def line_of(event: Event) -> str:
    """An event in one line."""
    said = {"over": "Over: ", "goes_on": "Still: "}.get(event["happened"], "")
    what = f"{event['sentence']}: {event['subject']}" if event.get("subject") else event["sentence"]
    one_cause = " — one cause" if event["about"] == "incident" and event.get("accounts_affected") else ""
    return f"{said}{event['who']}: {what}{one_cause} ({event['code']})"


def text_of(events: Sequence[Event]) -> str:
    """The whole message as plain text."""
    blocks = ["\n".join(_lines(each)) for each in events[:MOST_LINES]]
    if len(events) > MOST_LINES:
        blocks.append(f"And {len(events) - MOST_LINES} more: see the console.")
    return "\n\n".join(blocks) + "\n"


def _lines(event: Event) -> list[str]:
    lines = [line_of(event), f"{event['severity']} since {_moment(event['since'])}"]
    if event.get("over_at"):
        lines[-1] = f"over at {_moment(event['over_at'])}, since {_moment(event['since'])}"
    if event["about"] == "incident" and event["happened"] != "over":
        lines.append(f"Suspected: {event['suspected']}. Those affected raise no alert of their own meanwhile.")
    if event["link"]:
        lines.append(event["link"])
    return lines


def _moment(text: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M %Z}"


def test_event(now: datetime) -> Event:
    """What a test says: shaped as an issue's, and named a test in every place that people read."""
    return {
        "happened": "begun",
        "code": "test",
        "sentence": "This is a test of the channel, nothing is wrong",
        "severity": "healthy",
        "about": "test",
        "subject": "",
        "who": "Partner console",
        "since": now.isoformat(),
        "over_at": None,
        "link": _link("/notifications/"),
    }
