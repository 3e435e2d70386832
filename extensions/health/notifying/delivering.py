"""Sending what waits: claimed under a lease, tried until it is taken, at least once.

A process killed between sending and marking leaves a lease that ends, and the message is sent again with the same
`Idempotency-Key` and Message-ID, by which a receiver knows it for the same. Nothing else is ever sent twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from accounts.acting import Actor, Deed
from extensions.health.models import Channel, Message
from extensions.health.notifying import wording
from extensions.health.notifying.sending import TOTAL, Result, send

Clock = Callable[[], datetime]
Send = Callable[[Message], Result]

# Longer than one try can take, so that two of one message never overlap.
LEASE = timedelta(seconds=TOTAL * 12)
# How long after each failed try the next one comes; the last goes on for as long as it takes.
PAUSES = tuple(timedelta(seconds=each) for each in (30, 60, 120, 300, 600, 1800))
MOST = 50  # messages that one run sends


def deliver(clock: Clock, *, sender: Send = send, most: int = MOST) -> int:
    """Try what is due, each channel in its order; how many were taken."""
    taken = 0
    for _ in range(most):
        claimed = _claim(clock())
        if claimed is None:
            break
        message, lease = claimed
        taken += _mark(message, lease, sender(message), clock())
    return taken


def _claim(now: datetime) -> tuple[Message, UUID] | None:
    # `next_try_at` stands in the condition too: meanwhile another process may have tried it, and failed.
    free = Message.objects.free(now, LEASE)
    for pk, next_try_at in free.due(now).values_list("pk", "next_try_at")[:10]:
        lease = uuid4()
        ours = free.filter(pk=pk, state=Message.State.WAITING, next_try_at=next_try_at)
        if ours.update(lease_id=lease, lease_until=now + LEASE):
            return Message.objects.select_related("channel").get(pk=pk), lease
    return None


def _mark(message: Message, lease: UUID, result: Result, now: datetime) -> bool:
    """Write the result down, if the lease is still ours."""
    mine = Message.objects.filter(pk=message.pk, lease_id=lease, state=Message.State.WAITING)
    common = {"attempts": F("attempts") + 1, "tried_at": now, "result": result.says[:500], "lease_id": None}
    channel = Channel.objects.filter(pk=message.channel_id)
    with transaction.atomic():
        if result.taken:
            done = mine.update(**common, lease_until=None, state=Message.State.SENT, sent_at=now)
            if done:
                channel.update(failing_since=None, last_error="", last_sent_at=now)
            return bool(done)
        pause = PAUSES[min(message.attempts, len(PAUSES) - 1)]
        if mine.update(**common, lease_until=None, next_try_at=now + pause):
            channel.update(last_error=result.says[:500])
            channel.filter(failing_since=None).update(failing_since=now)
    return False


def send_test(channel: Channel, actor: Actor, clock: Clock, *, sender: Send = send) -> Result:
    """Send a test by the channel, now and once. Where it is taken, what waits there is tried at once. Audited."""
    now = clock()
    events = [wording.test_event(now)]
    lease = uuid4()
    message = Message.objects.create(
        channel=channel,
        kind=Message.Kind.TEST,
        title=wording.title_of(events),
        events=events,
        created_at=now,
        next_try_at=now,
        lease_id=lease,
        lease_until=now + LEASE,
        state=Message.State.GIVEN_UP,
        result="Nobody knows: whoever sent it was stopped.",
    )
    result = sender(message)
    after = clock()
    with transaction.atomic():
        state = Message.State.SENT if result.taken else Message.State.GIVEN_UP
        Message.objects.filter(pk=message.pk).update(
            state=state,
            attempts=1,
            tried_at=after,
            sent_at=after if result.taken else None,
            result=result.says[:500],
            lease_id=None,
            lease_until=None,
        )
        if result.taken:
            Channel.objects.filter(pk=channel.pk).update(failing_since=None, last_error="", last_sent_at=after)
            Message.objects.filter(channel=channel, state=Message.State.WAITING).update(next_try_at=after)
        Deed(
            actor,
            "channel.test",
            channel,
            outcome="done" if result.taken else "failed",
            reason="" if result.taken else result.says,
        ).tell()
    return result
