"""Causes that many installations share: one incident, joined late, left, ended; others are read early."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tag
from console.models import AuditEvent
from extensions.health.incidents import noticing
from extensions.health.models import Incident, Issue, Member, Suspicion
from extensions.health.signals import incidents_changed
from extensions.installations.models import DataField, Installation
from tests.health.judged import HOUR, change, deal_field, stored
from tests.making import make_blueprint, make_extension, make_installation

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
START = timezone.now().replace(microsecond=0)


@pytest.fixture
def told():
    """What the signal told, in order: (kind, code)."""
    said: list[tuple[str, str]] = []

    def note(sender, opened, ended, now, **kwargs):
        said.extend(("opened", each.code) for each in opened)
        said.extend(("ended", each.code) for each in ended)

    incidents_changed.connect(note)
    yield said
    incidents_changed.disconnect(note)


def fleet(number: int, **values: Any) -> list[Installation]:
    extension = make_extension()
    return [
        make_installation(extension, oneflow_id=410_001 + each, now=START - HOUR, refresh_at=START + HOUR, **values)
        for each in range(number)
    ]


def judge_at(installation: Installation, now) -> None:
    stored(installation, now)
    installation.refreshed_at, installation.fresh_until = now, now + 3 * HOUR
    installation.save()


def switch_off(installation: Installation, now, custom_id: str = "deal_value") -> None:
    change(deal_field(installation, custom_id), active=False)
    judge_at(installation, now)


def switch_on(installation: Installation, now) -> None:
    DataField.objects.filter(installation=installation).update(active=True)
    judge_at(installation, now)


def holding(incident: Incident) -> set[int]:
    return set(incident.members.filter(left_at=None).values_list("installation", flat=True))


def test_the_same_cause_in_five_is_one_incident(told):
    rows = fleet(8)
    for number, each in enumerate(rows[:5]):
        switch_off(each, START + number * MINUTE)

    noticing.notice(START + 10 * MINUTE)
    noticing.notice(START + 11 * MINUTE)

    incident = Incident.objects.get()
    assert (incident.code, incident.subject_name, incident.began_at) == ("field.inactive", "Deal value", START)
    assert holding(incident) == {each.pk for each in rows[:5]}
    assert (incident.affected, incident.holding, incident.is_open) == (5, 5, True)
    assert told == [("opened", "field.inactive")]


def test_four_are_a_suspicion_and_others_are_read_early_for_it():
    rows = fleet(8)
    for each in rows[:4]:
        switch_off(each, START)

    noticing.notice(START + MINUTE)

    assert not Incident.objects.exists()
    assert Suspicion.objects.get().asked == 4
    early = Installation.objects.filter(refresh_at=START + MINUTE)
    assert {each.pk for each in early} == {each.pk for each in rows[4:]}
    event = AuditEvent.objects.get(verb="installation.refresh_early")
    assert (event.role, event.details["installations"]) == ("system", 4)


def test_others_are_asked_again_only_while_it_grows():
    rows = fleet(30)
    for each in rows[:2]:
        switch_off(each, START)
    for minute in (1, 4, 7):
        noticing.notice(START + minute * MINUTE)
    assert Suspicion.objects.get().asked == settings.INCIDENT_ASK

    switch_off(rows[2], START + 8 * MINUTE)
    noticing.notice(START + 9 * MINUTE)

    assert Suspicion.objects.get().asked == 2 * settings.INCIDENT_ASK


def test_a_suspicion_ends_with_its_window():
    rows = fleet(3)
    for each in rows[:2]:
        switch_off(each, START)
    noticing.notice(START + MINUTE)

    noticing.notice(START + MINUTE + settings.INCIDENT_WINDOW)

    assert not Suspicion.objects.exists()


def test_different_subjects_and_times_are_no_incident():
    rows = fleet(6)
    for each in rows[:4]:
        switch_off(each, START)
    switch_off(rows[4], START, "customer_number")
    noticing.notice(START + MINUTE)
    switch_off(rows[5], START + settings.INCIDENT_WINDOW + MINUTE)

    for hours in range(4):
        noticing.notice(START + settings.INCIDENT_WINDOW + 2 * MINUTE + hours * HOUR)

    assert not Incident.objects.exists()


def test_what_is_usual_is_no_incident():
    """Tokens that some customer revokes each hour have no cause in common."""
    [installation, *rows] = fleet(6)
    others = [make_installation(installation.extension, oneflow_id=500_000 + number) for number in range(300)]
    Issue.objects.bulk_create(
        Issue(
            installation=each,
            code="field.inactive",
            subject="acme_deal/deal_value",
            verdict="failing",
            rank=0,
            state="resolved",
            holds_since=START - timedelta(days=3),
            opens_at=START,
        )
        for each in others
    )
    for each in rows:
        switch_off(each, START)

    noticing.notice(START + MINUTE)

    assert not Incident.objects.exists()


def test_accounts_that_are_being_connected_make_no_incident():
    for each in fleet(6, state=Installation.State.CONNECTING):
        switch_off(each, START)

    noticing.notice(START + MINUTE)

    assert not Incident.objects.exists()
    assert not Suspicion.objects.exists()


def test_one_that_is_noticed_late_joins():
    rows = fleet(8)
    for each in rows[:5]:
        switch_off(each, START)
    noticing.notice(START + MINUTE)
    switch_off(rows[5], START + HOUR)
    noticing.notice(START + HOUR + MINUTE)
    switch_off(rows[6], START + 2 * HOUR)  # within a window of the last that joined
    noticing.notice(START + 2 * HOUR + MINUTE)

    incident = Incident.objects.get()
    assert holding(incident) == {each.pk for each in rows[:7]}
    assert incident.affected == 7


def test_one_that_comes_to_it_much_later_is_alone():
    rows = fleet(8)
    for each in rows[:5]:
        switch_off(each, START)
    noticing.notice(START + MINUTE)

    switch_off(rows[5], START + 5 * HOUR)
    noticing.notice(START + 5 * HOUR + MINUTE)

    assert len(holding(Incident.objects.get())) == 5


def test_it_ends_with_the_last_that_was_mended_and_may_begin_anew(told):
    rows = fleet(6)
    for each in rows[:5]:
        switch_off(each, START)
    noticing.notice(START + MINUTE)
    for each in rows[:5]:
        switch_on(each, START + HOUR)
    noticing.notice(START + HOUR + MINUTE)

    incident = Incident.objects.get()
    assert (incident.ended_at, incident.holding, incident.affected) == (START + HOUR + MINUTE, 0, 5)

    later = START + 24 * HOUR
    for each in rows[:5]:
        switch_off(each, later)
    noticing.notice(later + MINUTE)
    assert told == [("opened", "field.inactive"), ("ended", "field.inactive"), ("opened", "field.inactive")]


def test_it_ends_when_only_few_are_left_for_a_while():
    rows = fleet(20)
    for each in rows:
        switch_off(each, START)
    noticing.notice(START + MINUTE)
    for each in rows[:18]:
        switch_on(each, START + HOUR)

    noticing.notice(START + HOUR + MINUTE)
    assert Incident.objects.get().is_open

    noticing.notice(START + HOUR + 2 * MINUTE + settings.INCIDENT_WINDOW)
    incident = Incident.objects.get()
    assert not incident.is_open
    assert incident.holding == 2


def test_several_things_lost_at_once_by_the_same_are_one_incident(told):
    rows = fleet(7)
    for each in rows[:6]:
        change(deal_field(each, "customer_number"), active=False)
        switch_off(each, START)

    noticing.notice(START + MINUTE)
    noticing.notice(START + 2 * MINUTE)

    incident = Incident.objects.get()
    assert sorted(place for _, place in incident.keys) == ["acme_deal/customer_number", "acme_deal/deal_value"]
    assert told == [("opened", "field.inactive")]
    for each in rows[:6]:
        for issue in Issue.objects.filter(installation=each):
            assert incident.covers(issue.code, issue.subject)


def test_an_installation_may_be_in_two_incidents():
    rows = fleet(12)
    for each in rows[:7]:
        switch_off(each, START)
    for each in rows[6:12]:
        switch_off(each, START, "customer_number")

    noticing.notice(START + MINUTE)

    assert Incident.objects.count() == 2
    assert Member.objects.filter(installation=rows[6]).count() == 2


def test_members_that_share_a_tag_point_to_that_group():
    rows = fleet(15)
    pilot = Tag.objects.create(name="pilot")
    for each in rows[:6]:
        each.account.tags.add(pilot)
        switch_off(each, START)

    noticing.notice(START + MINUTE)

    assert Incident.objects.get().suspected == "one group of customers: tagged pilot"


def test_members_that_share_a_release_which_others_do_not_have_point_to_it():
    rows = fleet(15)
    second = make_blueprint(rows[0].extension, 2)
    for each in rows[:6]:
        each.blueprint = second
        switch_off(each, START)

    noticing.notice(START + MINUTE)

    assert Incident.objects.get().suspected == "one release of the blueprint: Acme Ledger 2"


def test_what_everybody_has_in_common_points_to_nobody():
    for each in fleet(6):
        switch_off(each, START)

    noticing.notice(START + MINUTE)

    assert Incident.objects.get().suspected == "nobody in particular"


def test_the_number_of_statements_does_not_grow_with_incidents_and_members():
    rows = fleet(24)
    for each in rows[:5]:
        switch_off(each, START)
    noticing.notice(START + MINUTE)
    with CaptureQueriesContext(connection) as few:
        noticing.notice(START + 2 * MINUTE)
    for each in rows[5:]:
        switch_off(each, START)
    for each in rows[12:]:
        switch_off(each, START, "customer_number")
    noticing.notice(START + 3 * MINUTE)

    with CaptureQueriesContext(connection) as many:
        noticing.notice(START + 4 * MINUTE)

    assert Incident.objects.count() == 2
    assert len(many) <= len(few) <= 14


def test_a_cause_that_is_new_in_one_has_a_few_others_read():
    rows = fleet(12)
    switch_off(rows[0], START)

    noticing.notice(START + MINUTE)
    noticing.notice(START + 5 * MINUTE)

    assert Installation.objects.filter(refresh_at=START + MINUTE).count() == 4
    assert (Suspicion.objects.get().asked, Suspicion.objects.get().sharing) == (4, 1)


def test_a_customer_s_own_affair_has_nobody_else_read():
    rows = fleet(12)
    rows[0].acting_user_email = "gone@nowhere.example"
    judge_at(rows[0], START)
    assert Issue.objects.get().code == "user.gone"

    noticing.notice(START + MINUTE)

    assert not Suspicion.objects.exists()
