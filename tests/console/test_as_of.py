"""The pages of a past moment: the fleet's table of then and now, its lists and export, and one installation."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent
from extensions.health.models import Flip
from extensions.installations.models import Change
from tests.health.judged import DataField, stored
from tests.making import make_installation, make_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()
AN_HOUR_AGO = timezone.localtime(NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.fixture
def auditor(client):
    client.force_login(make_user("auditor"))
    return client


@pytest.fixture
def fleet():
    """Three installations: one failing for half an hour, one failing for two, one well."""
    rows = [make_installation(oneflow_id=410_001 + number, name=name) for number, name in enumerate("ABC")]
    for installation, ago in ((rows[0], timedelta(minutes=30)), (rows[1], timedelta(hours=2))):
        DataField.objects.filter(installation=installation, custom_id="deal_value").update(active=False)
        stored(installation, NOW - ago)
    return rows


def page(client, **query):
    return client.get(reverse("as-of"), query)


def names(answer):
    return [row.account.name for row in answer.context["rows"]]


def test_the_fleet_shows_who_was_in_which_verdict_then_and_now(auditor, fleet):
    answer = page(auditor, at=AN_HOUR_AGO)

    table = {then: [cell.number for cell in cells] for then, cells in answer.context["table"]}
    assert table == {"failing": [1, 0, 0, 0, 0], "healthy": [1, 0, 0, 1, 0]}
    assert names(answer) == ["A"]  # by default those that differ
    text = answer.content.decode()
    assert "Field switched off" in text or "field.inactive" in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"all": "1"}, ["A", "B", "C"]),
        ({"then": "failing"}, ["B"]),
        ({"then": "healthy"}, ["A", "C"]),
        ({"now": "failing"}, ["A", "B"]),
        ({"then": "healthy", "now": "failing"}, ["A"]),
        ({"then": "absent"}, []),
        ({"then": "nonsense", "now": "<script>"}, ["A"]),
    ],
)
def test_a_cell_of_the_table_chooses(auditor, fleet, query, expected):
    answer = page(auditor, at=AN_HOUR_AGO, **query)

    assert names(answer) == expected
    assert answer.context["rows"].paginator.count == len(expected)


def test_before_they_were_connected_they_were_not_there(auditor, fleet):
    long_ago = (NOW - timedelta(days=30)).isoformat()

    answer = page(auditor, at=long_ago, then="absent")

    assert names(answer) == ["A", "B", "C"]
    assert "not here yet" in answer.content.decode()
    assert "The first change of a verdict was written down" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("soon", "is no date"),
        ("2026-13-45", "is no date"),
        ("2026-02-30T10:00", "is no date"),
        ("0001-01-01T00:00", "Verdicts are kept for 730 days"),
        ("9999-12-31T23:59:59+23:59", "still to come"),
        ("2999-01-01", "still to come"),
        ("1999-01-01", "Verdicts are kept for 730 days"),
        ("\0", "is no date"),
        ("9" * 400, "is no date"),
    ],
)
def test_a_moment_that_cannot_be_shown_says_why_and_shows_yesterday(auditor, fleet, asked, told):
    for address in (reverse("as-of"), reverse("installation-as-of", args=[410_001, "acme_ledger"])):
        answer = auditor.get(address, {"at": asked})

        assert answer.status_code == 200
        assert told in answer.content.decode()
        assert abs(answer.context["moment"].at - (timezone.now() - timedelta(days=1))) < timedelta(minutes=1)


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])
def test_a_moment_may_be_written_in_several_ways(auditor, fleet, written):
    moment = timezone.localtime(NOW - timedelta(days=2))

    answer = page(auditor, at=moment.strftime(written))

    assert not answer.context["moment"].problem
    assert answer.context["moment"].at.date() == moment.date()


def test_the_hour_that_summer_time_leaves_out_is_no_error(auditor, fleet):
    assert page(auditor, at="2026-03-29T02:30").status_code == 200


def test_the_export_holds_the_chosen_rows_and_is_recorded(auditor, fleet):
    answer = auditor.get(reverse("as-of-export"), {"at": AN_HOUR_AGO, "all": "1"})

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].endswith(
        "account_id,account_name,extension,then_verdict,then_cause,then_since,now_verdict,now_cause"
    )
    assert [line.split(",")[1:5:2] for line in lines[1:]] == [["A", "healthy"], ["B", "failing"], ["C", "healthy"]]
    assert AuditEvent.objects.filter(verb="health.export_as_of", actor="auditor").exists()


def test_the_fleet_costs_the_same_whatever_its_size(auditor, django_assert_max_num_queries):
    for number in range(120):
        make_installation(oneflow_id=411_000 + number)
    with django_assert_max_num_queries(10):
        answer = page(auditor, all="1")

    assert len(answer.context["lines"]) == 100
    assert len(answer.content) < 150_000


def test_an_empty_fleet_says_what_would_be_here(auditor):
    assert "No account is connected yet" in page(auditor).content.decode()


def test_an_installation_shows_then_and_now_and_what_happened_between(auditor, fleet):
    Change.objects.create(installation=fleet[0], at=NOW, kind="changed", subject_kind="data field", subject_id="1")

    answer = auditor.get(reverse("installation-as-of", args=[410_001, "acme_ledger"]), {"at": AN_HOUR_AGO})

    text = answer.content.decode()
    assert answer.context["then"].then_verdict == "healthy"
    assert [(each.issue.code, each.what) for each in answer.context["issues"]] == [("field.inactive", "new since")]
    assert [(flip.before, flip.after) for flip, _, _ in answer.context["flips"]] == [("healthy", "failing")]
    assert "1 change" in text


def test_an_installation_that_was_not_connected_then_says_so(auditor, fleet):
    answer = auditor.get(reverse("installation-as-of", args=[410_001, "acme_ledger"]), {"at": "2026-01-01"})

    assert "not connected yet" in answer.content.decode()


def test_an_issue_that_is_over_says_since_when(auditor, fleet):
    DataField.objects.filter(installation=fleet[1], custom_id="deal_value").update(active=True)
    stored(fleet[1], NOW)

    answer = auditor.get(reverse("installation-as-of", args=[410_002, "acme_ledger"]), {"at": AN_HOUR_AGO})

    assert [each.what for each in answer.context["issues"]] == ["resolved since"]


def test_a_thousand_flips_fit_on_the_page(auditor, fleet):
    Flip.objects.bulk_create(
        Flip(installation=fleet[2], at=NOW - timedelta(minutes=number), before="healthy", after="warning")
        for number in range(1000)
    )

    answer = auditor.get(reverse("installation-as-of", args=[410_003, "acme_ledger"]))

    assert len(answer.content) < 150_000
