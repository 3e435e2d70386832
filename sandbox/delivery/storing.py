"""The rows of delivery: read in batches before attempts, and written in batches after them."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from sandbox import switches
from sandbox.delivery import waits
from sandbox.delivery.jobs import Job, Outcome, Rules, Waiting
from sandbox.models import Attempt, Callback, Pause, Webhook

# Ended callbacks beyond so many are forgotten, the oldest first.
KEPT = 100_000


def waiting() -> list[Waiting]:
    """Every callback that is still to be delivered."""
    rows = Callback.objects.filter(state=Callback.State.WAITING)
    columns = rows.values_list("pk", "account_id", "webhook_id", "next_attempt_time")
    return [(pk, (account, webhook), due.timestamp()) for pk, account, webhook, due in columns]


def pauses() -> set[tuple[int | None, int | None]]:
    """(account, webhook) of every pause; None for any."""
    return set(Pause.objects.values_list("account_id", "webhook_id"))


@transaction.atomic
def rescale() -> list[Waiting]:
    """Have what waits for another attempt wait as the factor of now says; those whose time has changed."""
    factor = switches.value("time_factor")
    rows = Callback.objects.filter(state=Callback.State.WAITING, failed_time__isnull=False, wait__isnull=False)
    changed = list(rows.only("account_id", "webhook_id", "failed_time", "wait"))
    for row in changed:
        row.next_attempt_time = waits.due(row.failed_time, row.wait, factor)
    Callback.objects.bulk_update(changed, ["next_attempt_time"], batch_size=200)
    return [(row.pk, (row.account_id, row.webhook_id), row.next_attempt_time.timestamp()) for row in changed]


def load(pks: Iterable[int]) -> list[Job]:
    """What is to be sent, of those that still wait. One whose webhook is gone or switched off waits no longer."""
    rows = list(Callback.objects.filter(pk__in=pks, state=Callback.State.WAITING))
    webhooks = Webhook.objects.select_related("extension").in_bulk({row.webhook_id for row in rows})
    live = {pk: webhook for pk, webhook in webhooks.items() if webhook.is_live}
    if gone := [row.pk for row in rows if row.webhook_id not in live]:
        ended = {"state": Callback.State.CANCELLED, "next_attempt_time": None, "ended_time": timezone.now()}
        Callback.objects.filter(pk__in=gone, state=Callback.State.WAITING).update(**ended)
    rules = Rules(switches.value("webhook_timeout"), switches.value("deliver_to"), settings.DELIVER_ANYWHERE)
    return [_job(row, live[row.webhook_id], rules) for row in rows if row.webhook_id in live]


@transaction.atomic
def store(outcomes: list[Outcome]) -> list[Waiting]:
    """Write what attempts came to, and return those that are to be tried again.

    What was thrown away meanwhile is passed over, also when another callback has its number by now.
    """
    known = dict(Callback.objects.filter(pk__in={o.job.pk for o in outcomes}).values_list("pk", "callback_id"))
    kept = [outcome for outcome in outcomes if known.get(outcome.job.pk) == outcome.job.callback_id]
    Attempt.objects.bulk_create([_attempt(outcome) for outcome in kept])
    decisive = [outcome for outcome in kept if not outcome.is_copy]
    _end([outcome for outcome in decisive if outcome.status == 200], Callback.State.DELIVERED)
    _end([outcome for outcome in decisive if outcome.is_dropped], Callback.State.DROPPED)
    failed = [outcome for outcome in decisive if outcome.status != 200 and not outcome.is_dropped]
    return [again for outcome in failed if (again := _fail(outcome))]


def prune() -> None:
    """Forget the oldest of those that have ended, so that a sandbox under load does not grow for ever."""
    newest = Callback.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None or newest <= KEPT:
        return
    old = Callback.objects.filter(pk__lte=newest - KEPT).exclude(state=Callback.State.WAITING)
    with transaction.atomic():
        Attempt.objects.filter(callback__in=old)._raw_delete("default")
        old._raw_delete("default")


def _job(row: Callback, webhook: Webhook, rules: Rules) -> Job:
    return Job(
        pk=row.pk,
        lane=(row.account_id, row.webhook_id),
        callback_id=row.callback_id,
        contract_id=row.contract_id,
        events=row.events,
        attempts=row.attempts,
        url=webhook.callback_url,
        sign_key=webhook.sign_key,
        configuration=webhook.configuration,
        former=webhook.legacy_webhook,
        rules=rules,
    )


def _attempt(outcome: Outcome) -> Attempt:
    return Attempt(
        callback_id=outcome.job.pk,
        number=0 if outcome.is_copy else outcome.job.attempts + 1,
        at=outcome.at,
        seconds=outcome.seconds,
        url=outcome.url,
        headers=outcome.headers,
        body=outcome.body,
        status=outcome.status,
        answer=outcome.answer,
        error=outcome.error,
        fault=outcome.fault,
    )


def _end(outcomes: list[Outcome], state: Callback.State) -> None:
    if outcomes:
        ended = {"state": state, "attempts": F("attempts") + 1, "next_attempt_time": None, "ended_time": timezone.now()}
        Callback.objects.filter(pk__in=[outcome.job.pk for outcome in outcomes]).update(**ended)


def _fail(outcome: Outcome) -> Waiting | None:
    """Note a failed attempt, and when the next one is due; after the last the callback is given up (11.4, ASSUMED)."""
    job, attempts = outcome.job, outcome.job.attempts + 1
    ended = outcome.at + timedelta(seconds=outcome.seconds)
    wait = waits.wait_after(attempts, switches.value("retry_schedule"))
    row = Callback.objects.filter(pk=job.pk)
    if wait is None:
        given_up = {"state": Callback.State.GIVEN_UP, "next_attempt_time": None, "ended_time": ended}
        row.update(attempts=attempts, failed_time=ended, wait=None, **given_up)
        return None
    due = waits.due(ended, wait, switches.value("time_factor"))
    row.update(attempts=attempts, failed_time=ended, wait=wait, next_attempt_time=due)
    return job.pk, job.lane, due.timestamp()
