"""The record on the screen: read, filtered, searched and exported by those who may."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent
from tests.making import make_user

pytestmark = pytest.mark.django_db
LIST = "admin:console_auditevent_changelist"


def note(actor: str = "maja", verb: str = "account.connect", **values) -> AuditEvent:
    return AuditEvent.objects.create(
        **{"at": timezone.now(), "actor": actor, "role": "support", "verb": verb, **values}
    )


def rows(answer) -> list[AuditEvent]:
    return list(answer.context["cl"].result_list)


@pytest.fixture
def auditor(client):
    client.force_login(make_user("auditor"))
    return client


def test_the_latest_comes_first(auditor):
    old, new = note(at=timezone.now() - timedelta(days=1)), note()

    listed = rows(auditor.get(reverse(LIST)))

    assert [row for row in listed if row.verb != "login"] == [new, old]


def test_when_is_told_with_its_zone(auditor):
    event = note(at=datetime(2026, 7, 1, 10, 0, tzinfo=UTC))

    assert b"2026-07-01 12:00:00 CEST" in auditor.get(reverse(LIST)).content
    assert b"2026-07-01 12:00:00 CEST" in auditor.get(f"/console/auditevent/{event.pk}/change/").content


@pytest.mark.parametrize(
    "query",
    [
        {"outcome__exact": "denied"},
        {"role": "onboarding"},
        {"verb": "account.relink"},
        {"q": "nils"},
        {"q": "410009"},
    ],
)
def test_filters_and_search_find_what_is_asked_for(auditor, query):
    note()
    wanted = note("nils", "account.relink", outcome="denied", role="auditor, onboarding", account_oneflow_id=410009)

    assert rows(auditor.get(reverse(LIST), query)) == [wanted]


@pytest.mark.parametrize("query", [{"q": "9" * 40}, {"q": "٣"}, {"role": "x"}, {"verb": "x"}, {"at__day": "99"}])
def test_odd_questions_are_taken_calmly(auditor, query):
    note()

    assert auditor.get(reverse(LIST), query).status_code in {200, 302}


def test_one_row_can_be_read_but_not_changed(auditor):
    event = note()
    address = reverse("admin:console_auditevent_change", args=[event.pk])

    assert auditor.get(address).status_code == 200
    assert auditor.post(address, {"actor": "nobody"}).status_code == 403
    event.refresh_from_db()
    assert event.actor == "maja"


def export(client, *events: AuditEvent) -> list[list[str]]:
    answer = client.post(reverse(LIST), {"action": "export", "_selected_action": [event.pk for event in events]})
    return list(csv.reader(answer.getvalue().decode().splitlines()))


def test_an_export_holds_the_chosen_rows_and_is_recorded(auditor):
    first, _ = note("maja"), note("nils")

    heading, *lines = export(auditor, first)

    assert heading[:3] == ["at", "actor", "role"]
    assert [line[1] for line in lines] == ["maja"]
    event = AuditEvent.objects.get(verb="record.export")
    assert (event.actor, event.details) == ("auditor", {"rows": 1})


@pytest.mark.parametrize("reason", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_of_an_export_is_taken_for_a_formula(auditor, reason):
    _, line = export(auditor, note(reason=reason))

    assert line[9].startswith("'")


def test_the_list_costs_the_same_for_any_record(auditor, django_assert_max_num_queries):
    for number in range(120):
        note(verb=f"verb.{number % 7}")

    with django_assert_max_num_queries(16):
        auditor.get(reverse(LIST))


@pytest.mark.parametrize("role", ["support", "onboarding"])
def test_others_do_not_read_the_record(client, role):
    client.force_login(make_user(role))

    assert client.get(reverse(LIST)).status_code == 403
