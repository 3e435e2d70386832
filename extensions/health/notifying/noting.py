"""What began or is over, written down in its own transaction: the outbox that no killed worker can lose."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from extensions.health.models import Incident, Issue, Transition
from extensions.health.signals import incidents_changed, issues_changed

BEGUN, OVER = Transition.Kind


def listen() -> None:
    """Note every transition; called once when the apps are ready."""
    issues_changed.connect(_note_issues, dispatch_uid="health.notifying")
    incidents_changed.connect(_note_incidents, dispatch_uid="health.notifying")


def _note_issues(
    opened: list[Issue],
    resolved: list[Issue],
    reopened: list[Issue],
    worsened: list[Issue],
    now: datetime,
    **kwargs: Any,
) -> None:
    # Of what grew worse the beginning is noted again: rules for what is that severe are asked, too.
    _note([*_of_issues([*opened, *reopened, *worsened], BEGUN, now), *_of_issues(resolved, OVER, now)])


def _of_issues(issues: Iterable[Issue], kind: Transition.Kind, now: datetime) -> Iterator[Transition]:
    for each in issues:
        yield Transition(key=_key(each, kind), kind=kind, at=now, issue=each)


def _key(issue: Issue, kind: Transition.Kind) -> str:
    return f"issue/{issue.pk}/{issue.reopened}/{kind}"


def _note_incidents(opened: list[Incident], ended: list[Incident], now: datetime, **kwargs: Any) -> None:
    begun = (Transition(key=f"incident/{each.pk}/begun", kind=BEGUN, at=now, incident=each) for each in opened)
    over = (Transition(key=f"incident/{each.pk}/over", kind=OVER, at=now, incident=each) for each in ended)
    _note([*begun, *over])


def _note(transitions: list[Transition]) -> None:
    """One statement. What already stands there is routed anew: whoever was told of it is not told twice."""
    Transition.objects.bulk_create(
        transitions, update_conflicts=True, unique_fields=["key"], update_fields=["routed_at"]
    )
