"""Health at a past instant: what the console showed then is what it says it showed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from extensions.health.as_of import ABSENT, open_at, with_verdict_at
from extensions.health.models import Flip, Issue, IssueEvent
from extensions.installations import connecting
from extensions.installations.models import DataField, Installation, Verdict
from extensions.installations.models.installation import STALE
from extensions.installations.signals import connected_again
from tests.health.judged import stored, unread
from tests.making import STAFF, make_installation, make_token

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
FRESH = timedelta(hours=3)


def loaded(installation):
    return Installation.objects.select_related("account", "extension", "token", "blueprint").get(pk=installation.pk)


def refresh(installation, now):
    """Judge as a refresh of that moment does, good for three hours."""
    installation = loaded(installation)
    stored(installation, now)
    installation.fresh_until = now + FRESH
    installation.save()


def shown(installation, now):
    """What every list shows at this moment."""
    row = Installation.objects.with_shown_verdict(now).get(pk=installation.pk)
    return row.shown_verdict


def then(installation, moment):
    return with_verdict_at(Installation.objects.filter(pk=installation.pk), moment).get()


def break_field(installation, active=False):
    DataField.objects.filter(installation=installation, custom_id="deal_value").update(active=active)


def rename_field(installation):
    DataField.objects.filter(installation=installation, custom_id="vat_exempt").update(name="Renamed")


def read_nothing(installation):
    unread(installation, since=START)


def end(installation, now):
    connecting.disconnect(loaded(installation), actor=STAFF, now=now)


def begin_again(installation, now):
    """As `connecting.connect` leaves a disconnected installation."""
    installation = loaded(installation)
    if installation.state != Installation.State.DISCONNECTED:
        return
    installation.token = make_token(installation.account, secret=f"{now.timestamp():040.0f}")
    installation.state, installation.disconnected_at = Installation.State.CONNECTING, None
    installation.verdict, installation.verdict_since = Verdict.UNKNOWN, now
    installation.cause, installation.causes, installation.fresh_until = "", 0, None
    installation.connected_at = now
    installation.save()
    connected_again.send(sender=Installation, installation=installation, now=now)


STEPS = ("break", "mend", "rename", "nothing", "end", "again")


def take(step, installation, now):
    if step == "end":
        return end(installation, now)
    if step == "again":
        return begin_again(installation, now)
    if loaded(installation).state == Installation.State.DISCONNECTED:
        return None
    if step == "break":
        break_field(installation)
    elif step == "mend":
        break_field(installation, active=True)
    elif step == "rename":
        rename_field(installation)
    return refresh(installation, now)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 400)), min_size=1, max_size=12),
    looks=st.lists(st.integers(0, 390), min_size=1, max_size=4),
)
def test_what_was_shown_is_what_is_said_to_have_been_shown(steps, looks):
    """Whatever happened, in whatever order, with whatever gaps in which nobody looked."""
    Account.objects.all().delete()  # the example before left it, with all that hangs on it
    installation = make_installation(now=START)
    now, seen = START, []
    for step, minutes in steps:
        for look in looks:
            if look < minutes:
                at = now + timedelta(minutes=look, seconds=30)
                seen.append((at, shown(installation, at)))
        now += timedelta(minutes=minutes)
        take(step, installation, now)
    seen.append((now + FRESH * 3, shown(installation, now + FRESH * 3)))

    assert [(at, then(installation, at).then_verdict) for at, _ in seen] == seen


def test_before_it_was_connected_an_installation_was_not_there():
    installation = make_installation(now=START)

    row = then(installation, installation.connected_at - timedelta(seconds=1))

    assert (row.then_verdict, row.then_cause, row.then_since) == (ABSENT, "", None)
    assert then(installation, installation.connected_at).then_verdict == "healthy"


def test_the_cause_and_since_when_come_with_the_verdict():
    installation = make_installation(now=START)
    break_field(installation)
    refresh(installation, START + timedelta(hours=1))

    row = then(installation, START + timedelta(hours=2))
    late = then(installation, START + timedelta(hours=9))

    assert (row.then_verdict, row.then_cause) == ("failing", "field.inactive")
    assert row.then_since == START + timedelta(hours=1)
    assert (late.then_verdict, late.then_cause, late.then_since) == ("unknown", STALE, START + timedelta(hours=4))


def test_the_fleet_is_compared_in_one_statement(django_assert_num_queries):
    for number in range(3):
        make_installation(oneflow_id=410_001 + number, now=START)

    with django_assert_num_queries(1):
        rows = list(with_verdict_at(Installation.objects.all(), START))

    assert {row.then_verdict for row in rows} == {"healthy"}


def test_an_issue_was_open_between_its_opening_and_its_end():
    installation = make_installation(now=START)
    break_field(installation)
    refresh(installation, START + timedelta(hours=1))
    break_field(installation, active=True)
    refresh(installation, START + timedelta(hours=3))
    break_field(installation)
    refresh(installation, START + timedelta(hours=5))

    def open_codes(hours):
        return [each.code for each in open_at(Issue.objects.all(), START + timedelta(hours=hours))]

    assert [open_codes(hours) for hours in (0.5, 1, 2, 3, 4, 6)] == [
        [],
        ["field.inactive"],
        ["field.inactive"],
        [],
        [],
        ["field.inactive"],
    ]


def test_what_staff_did_to_an_issue_changes_nothing_of_whether_it_was_open():
    installation = make_installation(now=START)
    break_field(installation)
    refresh(installation, START)
    issue = Issue.objects.get(code="field.inactive")
    IssueEvent.objects.create(issue=issue, at=START + timedelta(minutes=5), kind="acknowledged", actor="Sam")

    assert open_at(Issue.objects.all(), START + timedelta(minutes=6)).get() == issue


def test_disconnecting_ends_the_issues_and_is_a_flip():
    installation = make_installation(now=START)
    break_field(installation)
    refresh(installation, START + timedelta(hours=1))
    end(installation, START + timedelta(hours=2))

    issue = Issue.objects.get()
    assert issue.state == Issue.State.RESOLVED
    assert issue.events.first().cause == "disconnected"
    assert [(flip.before, flip.after) for flip in Flip.objects.order_by("at")] == [
        ("healthy", "failing"),
        ("failing", "disconnected"),
    ]
    assert not Issue.objects.open(START + timedelta(hours=3)).exists()
