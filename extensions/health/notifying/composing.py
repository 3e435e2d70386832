"""From notifications to messages: alone while all is well, folded into one where many have waited."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from extensions.health.models import Channel, Message, Notification, Rule
from extensions.health.notifying.deciding import decide, still_holds, unacknowledged
from extensions.health.notifying.routing import hand_over, is_asked_for, subjects_of
from extensions.health.notifying.wording import event_of, title_of

MOST = 500  # notifications of one channel looked at in one run
MOST_ALONE = 3  # more than these at once are one digest
LOOK_AGAIN = timedelta(minutes=1)
LONGEST_DIGEST = timedelta(hours=25)  # a day on which the clocks go back

WITH_ALL = (
    "rule",
    "transition__issue__installation__account",
    "transition__issue__installation__extension",
    "transition__incident__extension",
)


def compose(now: datetime) -> int:
    """Make messages of what is due; how many. A channel with a message under way is left alone until that is sent."""
    _put_right(now)
    _repeat(now)
    under_way = Message.objects.filter(channel=OuterRef("pk"), state=Message.State.WAITING)
    due = Notification.objects.filter(channel=OuterRef("pk"), state=Notification.State.WAITING, due_at__lte=now)
    channels = Channel.objects.filter(Exists(due), ~Exists(under_way), enabled=True).order_by("pk")
    return sum(_compose(pk, now) for pk in list(channels.values_list("pk", flat=True)))


def _compose(channel: int, now: datetime) -> int:
    with transaction.atomic():
        # Two processes that compose at once: the second waits here, and finds nothing left.
        Channel.objects.select_for_update().get(pk=channel)
        waiting = Notification.objects.filter(channel=channel, state=Notification.State.WAITING, due_at__lte=now)
        rows = list(waiting.select_related(*WITH_ALL).order_by("due_at", "pk")[:MOST])
        hand_over(channel, rows)
        decided = decide(rows, now)
        _set_aside(decided.dropped, state=Notification.State.DROPPED)
        _set_aside(decided.waiting, due_at=now + LOOK_AGAIN)
        messages = [(_message(channel, group, now), group) for group in _groups(decided.told)]
        Message.objects.bulk_create(message for message, _ in messages)
        for message, group in messages:
            _told(message, group, now)
        return len(messages)


def _set_aside(reasons: dict[int, str], **values: object) -> None:
    by_reason: dict[str, list[int]] = defaultdict(list)
    for pk, reason in reasons.items():
        by_reason[reason].append(pk)
    for reason, pks in by_reason.items():
        Notification.objects.filter(pk__in=pks).update(reason=reason, **values)


def _groups(told: Sequence[Notification]) -> Iterable[list[Notification]]:
    """What goes into one message: a rule's digest; and of what is told at once each alone, or all if they are many."""
    digests: dict[int, list[Notification]] = defaultdict(list)
    alone: list[Notification] = []
    for each in told:
        if each.rule is not None and each.rule.digest != Rule.Digest.NONE:
            digests[each.rule.pk].append(each)
        else:
            alone.append(each)
    yield from ([alone] if len(alone) > MOST_ALONE else ([each] for each in alone))
    yield from digests.values()


def _message(channel: int, group: Sequence[Notification], now: datetime) -> Message:
    events = [event_of(each) for each in group]
    rule = group[0].rule
    digest = len(group) > 1 or (rule is not None and rule.digest != Rule.Digest.NONE)
    return Message(
        channel_id=channel,
        kind=Message.Kind.DIGEST if digest else Message.Kind.ALERT,
        title=title_of(events),
        events=events,
        created_at=now,
        next_try_at=now,
    )


def _told(message: Message, group: Sequence[Notification], now: datetime) -> None:
    told = Notification.State.TOLD
    Notification.objects.filter(pk__in=[each.pk for each in group]).update(message=message, state=told, reason="")
    for each in group:
        hours = each.rule.repeat_hours if each.rule is not None else None
        if hours and each.transition.kind == "begun":
            Notification.objects.filter(pk=each.pk).update(repeat_at=now + timedelta(hours=hours))


def _put_right(now: datetime) -> None:
    """What a clock that was ahead has put off is looked at as soon as if it had just begun."""
    soon = now + settings.NOTIFY_HOLD
    digest = ~Q(rule=None) & ~Q(rule__digest=Rule.Digest.NONE)
    longest = Q(due_at__gt=now + LONGEST_DIGEST) | Q(~digest, due_at__gt=max(soon, now + LOOK_AGAIN))
    late = Notification.objects.filter(longest, state=Notification.State.WAITING)
    Notification.objects.filter(pk__in=list(late.values_list("pk", flat=True)[:MOST])).update(due_at=soon)


def _repeat(now: datetime) -> None:
    """Say again what goes on and nobody has acknowledged."""
    with transaction.atomic():
        rows = Notification.objects.filter(repeat_at__lte=now, rule__enabled=True).select_related(*WITH_ALL)
        held = list(rows.select_for_update(of=("self",), skip_locked=True)[:MOST])
        open_ones = [each.transition.incident for each in held if each.transition.incident is not None]
        unnoted = unacknowledged(open_ones)
        subjects = subjects_of([each.transition for each in held])
        again = [
            Notification(
                channel_id=each.channel_id,
                rule=each.rule,
                transition=each.transition,
                number=each.number + 1,
                due_at=now,
            )
            for each in held
            if is_asked_for(each, subjects) and still_holds(each.transition) and not _acknowledged(each, unnoted)
        ]
        if held:
            Notification.objects.filter(pk__in=[each.pk for each in held]).update(repeat_at=None)
        Notification.objects.bulk_create(again, ignore_conflicts=True)


def _acknowledged(notification: Notification, unnoted: frozenset[int]) -> bool:
    row = notification.transition
    if row.incident is not None:
        return row.incident.pk not in unnoted
    return row.issue is not None and row.issue.is_acknowledged
