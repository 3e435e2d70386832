"""From a transition to a message: told once, held back, silenced, repeated, digested, and never lost."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tag
from console import notifying
from extensions.health.incidents import machine, noticing
from extensions.health.models import Channel, Issue, MaintenanceWindow, Message, Notification, Rule, Transition
from extensions.health.notifying.composing import compose
from extensions.health.notifying.delivering import LEASE
from extensions.health.notifying.previewing import preview
from extensions.health.notifying.sending import Result
from extensions.installations.models import DataField, Installation, Part
from tests.health.judged import HOUR, change, deal_field, deal_webhook, stored, unread
from tests.making import make_extension, make_installation, make_user

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
START = timezone.now().replace(microsecond=0)


class Receiver:
    """Takes messages, or does not."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.taking = True

    def __call__(self, message: Message) -> Result:
        if not self.taking:
            return Result(False, "The host answered 500.")
        self.got.append(message)
        return Result(True, "The host answered 200.")

    @property
    def titles(self) -> list[str]:
        return [each.title.partition("] ")[2] for each in self.got]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def channel(name: str = "duty") -> Channel:
    return Channel.objects.create(name=name, kind=Channel.Kind.WEBHOOK)


def rule(to: Channel | None = None, **values: Any) -> Rule:
    to = to or Channel.objects.first() or channel()
    return Rule.objects.create(**{"name": f"rule {Rule.objects.count()}", "channel": to, **values})


def judge_at(installation: Installation, now: datetime) -> None:
    stored(installation, now)
    installation.refreshed_at, installation.fresh_until = now, now + 3 * HOUR
    installation.save()


def break_it(installation: Installation, now: datetime) -> Issue:
    change(deal_webhook(installation), legacy=True)
    judge_at(installation, now)
    return Issue.objects.get(installation=installation, code="webhook.legacy")


def mend_it(installation: Installation, now: datetime) -> None:
    change(deal_webhook(installation), legacy=False)
    judge_at(installation, now)


def pass_minutes(receiver: Receiver, first: datetime, minutes: int) -> None:
    """Let the worker notify once a minute."""
    for minute in range(minutes + 1):
        moment = first + minute * MINUTE
        notifying.notify(lambda moment=moment: moment, sender=receiver)


def test_a_beginning_and_an_end_are_told_once_each(installation, receiver):
    rule()
    break_it(installation, START)
    pass_minutes(receiver, START, 10)
    mend_it(installation, START + HOUR)
    pass_minutes(receiver, START + HOUR, 10)

    said = f"{installation.account}: A webhook of ours uses the old format"
    assert [each.startswith(start) for each, start in zip(receiver.titles, [said, f"Over: {said}"], strict=True)] == [
        True,
        True,
    ]
    assert Message.objects.filter(state="sent").count() == 2


def test_without_a_rule_nothing_is_sent_and_nothing_waits(installation, receiver):
    break_it(installation, START)
    pass_minutes(receiver, START, 10)
    rule()
    pass_minutes(receiver, START + HOUR, 10)

    assert receiver.got == []
    assert not Transition.objects.filter(routed_at=None).exists()


def test_the_transition_is_written_with_the_issue_and_gone_with_it(installation):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        break_it(installation, START)
        assert Transition.objects.count() == 1
        raise RuntimeError

    assert not Transition.objects.exists()


def test_what_is_over_before_it_was_told_is_not_told(installation, receiver):
    rule()
    break_it(installation, START)
    pass_minutes(receiver, START, 2)
    mend_it(installation, START + 3 * MINUTE)
    pass_minutes(receiver, START + 3 * MINUTE, 10)

    assert receiver.got == []
    assert set(Notification.objects.values_list("state", flat=True)) == {"dropped"}


def test_a_beginning_is_held_back_and_then_told(installation, receiver):
    rule()
    break_it(installation, START)

    pass_minutes(receiver, START, 4)
    assert receiver.got == []
    pass_minutes(receiver, START + 5 * MINUTE, 0)
    assert len(receiver.got) == 1


def test_a_reopened_issue_is_told_again(installation, receiver):
    rule()
    for hours in range(3):
        break_it(installation, START + 2 * hours * HOUR)
        pass_minutes(receiver, START + 2 * hours * HOUR, 10)
        mend_it(installation, START + (2 * hours + 1) * HOUR)
        pass_minutes(receiver, START + (2 * hours + 1) * HOUR, 2)

    assert len(receiver.got) == 6


def test_two_rules_tell_one_channel_once_and_two_channels_each(installation, receiver):
    first, second = channel("first"), channel("second")
    rule(first)
    rule(first, codes=["webhook.*"])
    rule(second, codes=["webhook.legacy"])
    rule(second, codes=["token.*"])
    break_it(installation, START)

    pass_minutes(receiver, START, 10)

    assert sorted(each.channel.name for each in receiver.got) == ["first", "second"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"codes": ["webhook.legacy"]}, True),
        ({"codes": ["webhook.*"]}, True),
        ({"codes": ["*"]}, True),
        ({"codes": ["token.rejected", "field.*"]}, False),
        ({"severity": "failing"}, True),
        ({"enabled": False}, False),
    ],
)
def test_a_rule_takes_codes_and_severity(installation, receiver, values, told):
    rule(**values)
    break_it(installation, START)
    pass_minutes(receiver, START, 10)

    assert bool(receiver.got) == told


def test_a_warning_is_not_told_to_whoever_wants_failures(installation, receiver):
    rule(severity="failing")
    change(installation, acting_user_email="")
    judge_at(installation, START)
    Installation.objects.update(fresh_until=START + 48 * HOUR)
    judge_at(installation, START + 25 * HOUR)  # user.unset opens after a day
    assert Issue.objects.filter(code="user.unset", state="open").exists()

    pass_minutes(receiver, START + 25 * HOUR, 10)

    assert receiver.got == []


def test_what_grows_worse_is_told_to_whoever_wants_failures_and_to_nobody_twice(installation, receiver):
    both, failures = channel("both"), channel("failures")
    rule(both)
    rule(failures, severity="failing")
    unread(installation, "webhooks", since=START)
    judge_at(installation, START + 20 * MINUTE)
    pass_minutes(receiver, START + 20 * MINUTE, 10)
    assert [each.channel.name for each in receiver.got] == ["both"]

    for minutes in (70, 80):  # api.failing is a warning for an hour
        judge_at(installation, START + minutes * MINUTE)
        pass_minutes(receiver, START + minutes * MINUTE, 5)
    assert [each.channel.name for each in receiver.got] == ["both", "failures"]

    Part.objects.update(unread_since=None, unread_reason="")
    judge_at(installation, START + 90 * MINUTE)
    pass_minutes(receiver, START + 90 * MINUTE, 5)
    over = receiver.got[2:]
    assert sorted(each.channel.name for each in over) == ["both", "failures"]
    assert all(each.events[0]["happened"] == "over" for each in over)


@pytest.mark.parametrize("ours", [True, False])
def test_a_rule_takes_tag_owner_and_extension(installation, receiver, ours):
    tag, anna = Tag.objects.create(name="pilot"), make_user("support", "anna")
    if ours:
        installation.account.tags.add(tag)
        change(installation.account, owner=anna)
    rule(channel("by tag"), tag=tag)
    rule(channel("by owner"), owner=anna)
    other = make_extension("acme_other")
    rule(channel("by extension"), extension=installation.extension if ours else other)
    break_it(installation, START)

    pass_minutes(receiver, START, 10)

    assert len(receiver.got) == (3 if ours else 0)


def test_the_owner_of_the_issue_is_told_too(installation, receiver):
    anna = make_user("support", "anna")
    rule(owner=anna)
    change(break_it(installation, START), owner=anna)

    pass_minutes(receiver, START, 10)

    assert len(receiver.got) == 1


def test_an_end_that_a_rule_does_not_want_is_not_told(installation, receiver):
    rule(all_clear=False)
    break_it(installation, START)
    pass_minutes(receiver, START, 10)
    mend_it(installation, START + HOUR)
    pass_minutes(receiver, START + HOUR, 10)

    assert len(receiver.got) == 1


def test_what_is_snoozed_comes_when_the_snooze_is_over(installation, receiver):
    rule()
    issue = break_it(installation, START)
    change(issue, snoozed_until=START + HOUR)
    pass_minutes(receiver, START, 59)
    assert receiver.got == []

    pass_minutes(receiver, START + HOUR, 3)

    assert len(receiver.got) == 1


def test_maintenance_silences_and_what_is_still_wrong_comes_after_it(installation, receiver):
    rule()
    MaintenanceWindow.objects.create(
        account=installation.account,
        reason="move",
        starts_at=START - HOUR,
        ends_at=START + HOUR,
        created_at=START,
        created_by="x",
    )
    break_it(installation, START)
    pass_minutes(receiver, START, 59)
    assert receiver.got == []
    pass_minutes(receiver, START + HOUR, 3)
    assert len(receiver.got) == 1


def test_an_account_that_is_being_connected_raises_no_alert(receiver):
    installation = make_installation(state=Installation.State.CONNECTING)
    rule()
    break_it(installation, START)
    pass_minutes(receiver, START, 20)

    assert receiver.got == []


def test_what_goes_on_is_told_again_until_somebody_takes_note(installation, receiver):
    rule(repeat_hours=2)
    issue = break_it(installation, START)
    for hour in range(5):
        pass_minutes(receiver, START + hour * HOUR, 10)
    assert [each.startswith("Still: ") for each in receiver.titles] == [False, True, True]

    change(issue, acknowledged_at=START + 5 * HOUR, acknowledged_by="anna")
    for hour in range(5, 10):
        pass_minutes(receiver, START + hour * HOUR, 10)
    assert len(receiver.got) == 3

    mend_it(installation, START + 11 * HOUR)
    pass_minutes(receiver, START + 11 * HOUR, 5)
    assert receiver.titles[-1].startswith("Over: ")


def fleet(number: int) -> list[Installation]:
    extension = make_extension()
    return [
        make_installation(extension, oneflow_id=410_001 + each, now=START - HOUR, refresh_at=START + HOUR)
        for each in range(number)
    ]


def test_many_at_once_are_one_incident_and_one_message_each_way(receiver):
    rule()
    rows = fleet(12)
    for each in rows[:8]:
        change(deal_field(each), active=False)
        judge_at(each, START)
    noticing.notice(START + MINUTE)
    pass_minutes(receiver, START + MINUTE, 30)
    for each in rows[:8]:
        DataField.objects.filter(installation=each).update(active=True)
        judge_at(each, START + HOUR)
    noticing.notice(START + HOUR)
    pass_minutes(receiver, START + HOUR, 30)

    assert receiver.titles == [
        "8 accounts: A data field of ours is off: Deal value — one cause (field.inactive)",
        "Over: 8 accounts: A data field of ours is off: Deal value — one cause (field.inactive)",
    ]


def open_incident(rows: list[Installation]) -> None:
    for each in rows:
        change(deal_field(each), active=False)
        judge_at(each, START)
    noticing.notice(START + MINUTE)


def test_an_incident_is_told_again_until_somebody_takes_note_in_every_member(receiver):
    rule(repeat_hours=2)
    open_incident(fleet(12)[:8])
    for hour in range(3):
        pass_minutes(receiver, START + hour * HOUR, 10)
    noted = Issue.objects.filter(code="field.inactive")
    Issue.objects.filter(pk__in=noted[:7]).update(acknowledged_at=START + 3 * HOUR)
    pass_minutes(receiver, START + 5 * HOUR, 10)
    assert [each.startswith("Still: ") for each in receiver.titles] == [False, True, True]

    noted.update(acknowledged_at=START + 5 * HOUR)
    for hour in range(6, 12):
        pass_minutes(receiver, START + hour * HOUR, 10)

    assert len(receiver.got) == 3


def test_an_incident_of_which_every_issue_is_snoozed_waits_for_the_snooze(receiver):
    rule()
    open_incident(fleet(12)[:8])
    Issue.objects.update(snoozed_until=START + HOUR)

    pass_minutes(receiver, START + MINUTE, 30)
    assert receiver.got == []
    pass_minutes(receiver, START + HOUR + MINUTE, 5)
    assert len(receiver.got) == 1


def test_an_alert_waits_while_others_are_asked_whether_they_share_it(receiver):
    rule()
    rows = fleet(8)
    for each in rows[:2]:
        change(deal_field(each), active=False)
        judge_at(each, START)
    noticing.notice(START + MINUTE)

    pass_minutes(receiver, START + MINUTE, 8)
    assert receiver.got == []
    for each in rows[2:5]:
        change(deal_field(each), active=False)
        judge_at(each, START + 9 * MINUTE)
    noticing.notice(START + 10 * MINUTE)
    pass_minutes(receiver, START + 10 * MINUTE, 30)

    assert len(receiver.got) == 1
    assert receiver.titles[0].startswith("5 accounts")


def test_a_suspicion_that_does_not_grow_keeps_no_alert_back_for_long(receiver):
    rule()
    for each in fleet(8)[:2]:
        change(deal_field(each), active=False)
        judge_at(each, START)
    noticing.notice(START + MINUTE)

    pass_minutes(receiver, START + MINUTE, 20)

    assert len(receiver.got) == 2


def test_members_that_are_still_wrong_at_the_end_raise_their_alerts(receiver):
    rule()
    rows = fleet(20)
    for each in rows:
        change(deal_field(each), active=False)
        judge_at(each, START)
    noticing.notice(START + MINUTE)
    for each in rows[:19]:
        DataField.objects.filter(installation=each).update(active=True)
        judge_at(each, START + HOUR)
    noticing.notice(START + HOUR)
    pass_minutes(receiver, START + HOUR, 3)
    assert len(receiver.got) == 1

    over = START + HOUR + settings.INCIDENT_WINDOW + MINUTE
    noticing.notice(over)
    judge_at(rows[19], over + MINUTE)
    pass_minutes(receiver, over + 2 * MINUTE, 5)

    assert len(receiver.got) == 3
    assert [each.partition(":")[0] for each in receiver.titles[1:]] == ["Customer 410020", "Over"]


def test_while_the_console_has_stalled_that_is_all_that_is_said(installation, receiver):
    rule()
    machine.note_stalled(["worker"], START - HOUR, START)
    break_it(installation, START)
    pass_minutes(receiver, START, 30)

    assert [each.partition(":")[0] for each in receiver.titles] == ["every account"]


def test_an_hourly_digest_folds_what_came_in_the_hour(receiver):
    rule(digest="hourly")
    for each in fleet(3):
        break_it(each, START)
    full = START.replace(minute=0, second=0) + HOUR

    pass_minutes(receiver, full - MINUTE, 0)
    assert receiver.got == []
    pass_minutes(receiver, full, 10)

    [message] = receiver.got
    assert message.kind == "digest"
    assert len(message.events) == 3


def test_a_daily_digest_comes_at_its_time(installation, receiver):
    rule(digest="daily", daily_at=time(6, 30))
    break_it(installation, START)
    local = timezone.localtime(START).replace(hour=6, minute=30, second=0)
    due = local if local > timezone.localtime(START) else local + timedelta(days=1)

    pass_minutes(receiver, due - MINUTE, 0)
    assert receiver.got == []
    pass_minutes(receiver, due, 0)

    assert [message.kind for message in receiver.got] == ["digest"]


def test_a_channel_that_fails_for_a_day_loses_nothing_and_folds_what_waited(receiver):
    rule()
    rows = fleet(7)
    receiver.taking = False
    for number, each in enumerate(rows):
        break_it(each, START + number * 2 * HOUR)
        pass_minutes(receiver, START + number * 2 * HOUR, 6)
    row = Channel.objects.get()
    assert row.failing_since == START + 5 * MINUTE
    assert row.last_error == "The host answered 500."

    receiver.taking = True
    pass_minutes(receiver, START + 24 * HOUR, 3)

    assert [len(message.events) for message in receiver.got] == [1, 6]
    row.refresh_from_db()
    assert (row.failing_since, row.last_error) == (None, "")
    assert not Message.objects.filter(state="waiting").exists()


def test_tries_are_spaced_out(installation, receiver):
    rule()
    receiver.taking = False
    break_it(installation, START)
    for hour in range(8):
        pass_minutes(receiver, START + hour * HOUR, 59)

    assert 15 < Message.objects.get().attempts < 25  # each half an hour once it has failed for a while


def test_a_clock_that_was_ahead_puts_no_message_off(installation, receiver):
    rule()
    break_it(installation, START)
    receiver.taking = False
    pass_minutes(receiver, START, 6)
    pass_minutes(receiver, START + 24 * HOUR, 1)
    receiver.taking = True

    pass_minutes(receiver, START + HOUR, 5)

    assert len(receiver.got) == 1


def test_a_lease_of_a_clock_that_was_ahead_holds_no_message(installation, receiver):
    rule()
    break_it(installation, START)
    pass_minutes(receiver, START, 1)
    moment = START + 6 * MINUTE
    compose(moment)
    assert Message.objects.update(lease_id=uuid4(), lease_until=START + 24 * HOUR) == 1

    pass_minutes(receiver, moment, 1)

    assert len(receiver.got) == 1


def test_a_lease_of_a_clock_that_is_a_little_ahead_holds(installation, receiver):
    rule()
    break_it(installation, START)
    pass_minutes(receiver, START, 1)
    moment = START + 6 * MINUTE
    compose(moment)
    Message.objects.update(lease_id=uuid4(), lease_until=moment + LEASE + MINUTE)

    pass_minutes(receiver, moment, 1)

    assert receiver.got == []


def test_a_transition_dated_by_a_clock_that_was_ahead_is_told_now(installation, receiver):
    rule()
    break_it(installation, START + 24 * HOUR)
    pass_minutes(receiver, START + 24 * HOUR, 0)

    pass_minutes(receiver, START, 10)

    assert len(receiver.got) == 1


def test_a_rule_that_is_switched_off_says_nothing_again(installation, receiver):
    on = rule(repeat_hours=1)
    break_it(installation, START)
    pass_minutes(receiver, START, 10)
    on.enabled = False
    on.save()

    pass_minutes(receiver, START + 2 * HOUR, 10)

    assert len(receiver.got) == 1


def test_a_rule_that_is_switched_off_tells_nothing_that_waited(installation, receiver):
    on = rule()
    break_it(installation, START)
    pass_minutes(receiver, START, 2)
    on.enabled = False
    on.save()

    pass_minutes(receiver, START + 3 * MINUTE, 10)

    assert receiver.got == []


NARROWER: list[dict[str, Any]] = [{"codes": ["token.*"]}, {"severity": "failing"}]


def leave_unread(installation: Installation, since: datetime, now: datetime) -> None:
    """Bring about `api.failing`: a warning that opens after ten minutes, and is failing after an hour."""
    unread(installation, "webhooks", since=since)
    judge_at(installation, now)


@pytest.mark.parametrize("narrower", NARROWER)
def test_a_rule_that_is_narrowed_repeats_no_longer_what_it_is_not_about(installation, receiver, narrower):
    on = rule(repeat_hours=1)
    leave_unread(installation, START - 20 * MINUTE, START)
    pass_minutes(receiver, START, 10)
    Rule.objects.filter(pk=on.pk).update(**narrower)

    pass_minutes(receiver, START + 2 * HOUR, 10)

    assert len(receiver.got) == 1


@pytest.mark.parametrize("narrower", NARROWER)
def test_a_rule_that_is_narrowed_tells_nothing_that_waited_and_that_it_is_not_about(installation, receiver, narrower):
    on = rule()
    leave_unread(installation, START - 20 * MINUTE, START)
    pass_minutes(receiver, START, 2)
    Rule.objects.filter(pk=on.pk).update(**narrower)

    pass_minutes(receiver, START + 3 * MINUTE, 10)

    assert receiver.got == []


def test_a_repetition_that_waits_for_a_snooze_is_not_told_by_a_rule_that_is_narrowed(installation, receiver):
    on = rule(repeat_hours=1)
    issue = break_it(installation, START)
    pass_minutes(receiver, START, 10)
    Issue.objects.filter(pk=issue.pk).update(snoozed_until=START + 4 * HOUR)
    pass_minutes(receiver, START + 2 * HOUR, 2)
    rule()
    Rule.objects.filter(pk=on.pk).update(codes=["token.*"])

    pass_minutes(receiver, START + 5 * HOUR, 10)

    assert len(receiver.got) == 1  # the other rule repeats nothing


def test_another_rule_of_the_channel_tells_what_waited_for_one_that_is_narrowed(installation, receiver):
    first = rule()
    rule(codes=["webhook.*"])
    break_it(installation, START)
    pass_minutes(receiver, START, 2)
    Rule.objects.filter(pk=first.pk).update(codes=["token.*"])

    pass_minutes(receiver, START + 3 * MINUTE, 10)

    assert len(receiver.got) == 1


def test_what_was_too_mild_for_a_narrowed_rule_is_told_once_it_grows_worse(installation, receiver):
    on = rule()
    leave_unread(installation, START - 20 * MINUTE, START)
    pass_minutes(receiver, START, 2)
    Rule.objects.filter(pk=on.pk).update(severity="failing")
    pass_minutes(receiver, START + 3 * MINUTE, 10)
    assert receiver.got == []

    judge_at(installation, START + HOUR)
    pass_minutes(receiver, START + HOUR, 10)

    assert len(receiver.got) == 1


@pytest.mark.parametrize("how", ["switched off", "deleted"])
def test_another_rule_of_the_channel_tells_what_waited_for_one_that_is_gone(installation, receiver, how):
    first = rule()
    rule(codes=["webhook.*"])
    break_it(installation, START)
    pass_minutes(receiver, START, 2)
    Rule.objects.filter(pk=first.pk).update(enabled=False) if how == "switched off" else first.delete()

    pass_minutes(receiver, START + 3 * MINUTE, 10)

    assert len(receiver.got) == 1


def test_what_a_deleted_rule_has_told_is_told_to_be_over_and_not_again(installation, receiver):
    gone = rule(repeat_hours=1)
    break_it(installation, START)
    pass_minutes(receiver, START, 10)
    gone.delete()
    pass_minutes(receiver, START + 2 * HOUR, 10)
    mend_it(installation, START + 4 * HOUR)

    pass_minutes(receiver, START + 4 * HOUR, 10)

    assert [each.startswith("Over: ") for each in receiver.titles] == [False, True]


def test_the_same_message_is_tried_with_the_same_key(installation):
    rule()
    keys = []

    def refuse(message: Message) -> Result:
        keys.append(message.key)
        return Result(False, "no")

    break_it(installation, START)
    for minute in range(20):
        moment = START + minute * MINUTE
        notifying.notify(lambda moment=moment: moment, sender=refuse)

    assert len(keys) > 3
    assert len(set(keys)) == 1


def test_the_statements_of_a_round_do_not_grow_with_what_waits(receiver):
    rule(digest="hourly")
    rows = fleet(12)

    def statements(some: list[Installation], hour: int) -> int:
        for each in some:
            break_it(each, START + hour * HOUR)
        with CaptureQueriesContext(connection) as asked:
            pass_minutes(receiver, START + (hour + 2) * HOUR, 0)
        return len(asked)

    assert statements(rows[:2], 0) >= statements(rows[2:], 5)


def test_a_preview_says_what_a_rule_would_have_sent(receiver):
    rows = fleet(8)
    now = timezone.now()
    long_ago, lately = now - 9 * 24 * HOUR, now - 5 * HOUR
    break_it(rows[6], long_ago)
    break_it(rows[7], lately)
    mend_it(rows[7], lately + HOUR)
    for each in rows[:6]:
        change(deal_field(each), active=False)
        judge_at(each, lately)
    noticing.notice(lately + MINUTE)

    lines, more = preview(rule(codes=["webhook.*", "field.*"]), now)

    assert not more
    sent = sorted(line.text.partition(" (")[0] for line in lines if line.sent_at)
    assert [each.partition(":")[0] for each in sent] == ["6 accounts", "Customer 410008", "Over"]
    assert all("spoke for it" in line.why_not for line in lines if not line.sent_at)
    assert sum(line.sent_at is None for line in lines) == 6
    assert receiver.got == []
