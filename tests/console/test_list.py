"""The installation list: order, filters with counts, search, selection, export, and what it costs."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, Tag
from console.exporting import cell, csv_of_lines
from console.models import AuditEvent
from extensions.health.models import Finding
from extensions.installations.models import Installation
from tests.making import make_extension, make_installation, make_user

ADDRESS = "/installations/installation/"


@pytest.fixture
def support(client: Any, db: None) -> Any:
    """A browser in which support is signed in."""
    client.force_login(make_user("support"))
    return client


def make_failing(oneflow_id: int, code: str = "token.rejected", verdict: str = "failing", **values: Any) -> Any:
    """An installation with one cause, as judging would have stored it."""
    now = timezone.now()
    since = values.pop("verdict_since", now - timedelta(hours=3))
    made = make_installation(
        oneflow_id=oneflow_id, verdict=verdict, cause=code, causes=1, verdict_since=since, **values
    )
    Finding.objects.create(installation=made, code=code, verdict=verdict, rank=0, since=since)
    return made


def names(answer: Any) -> list[str]:
    return [row.account.name for row in answer.context["cl"].result_list]


def counts(answer: Any, parameter: str) -> dict[str, int]:
    cl = answer.context["cl"]
    spec = next(each for each in cl.filter_specs if each.parameter_name == parameter)
    return {choice["value"]: choice["count"] for choice in spec.choices(cl)}


def choose(client: Any, action: str, *rows: Installation, **data: Any) -> Any:
    chosen = {"index": "0", "action": action, "_selected_action": ["0", *(str(row.pk) for row in rows)]}
    return client.post(ADDRESS, {**chosen, **data})


def test_connected_are_those_that_live_and_those_that_are_connecting(support):
    for number, state in enumerate(["live", "live", "connecting", "disconnected"], start=1):
        make_installation(oneflow_id=number, state=state)

    everything = counts(support.get(ADDRESS), "state")
    answer = support.get(ADDRESS, {"state": "connected"})

    assert everything == {"connected": 3, "live": 2, "connecting": 1, "disconnected": 1}
    assert counts(answer, "state") == everything
    assert answer.context["cl"].result_count == 3


def test_a_version_that_is_not_known_is_told_by_extension(support):
    make_installation(oneflow_id=1)
    make_installation(oneflow_id=2, blueprint=None)
    make_installation(make_extension("acme_other", name="Other"), oneflow_id=3, blueprint=None)

    assert counts(support.get(ADDRESS), "blueprint") == {
        "acme_ledger 1": 1,
        "acme_ledger none": 1,
        "acme_other none": 1,
    }
    answer = support.get(ADDRESS, {"blueprint": "acme_other none"})
    assert names(answer) == ["Customer 3"]
    assert counts(answer, "blueprint")["acme_other none"] == 1
    assert "acme_other, not known" in answer.content.decode()


def test_an_address_from_when_a_version_not_known_was_told_without_extension_finds_them_all(support):
    make_installation(oneflow_id=1)
    make_installation(oneflow_id=2, blueprint=None)
    make_installation(make_extension("acme_other", name="Other"), oneflow_id=3, blueprint=None)

    answer = support.get(ADDRESS, {"blueprint": "none"})

    assert sorted(names(answer)) == ["Customer 2", "Customer 3"]
    assert counts(answer, "blueprint")["none"] == 2
    spec = next(each for each in answer.context["cl"].filter_specs if each.parameter_name == "blueprint")
    assert spec.chosen_label() == "not known"


def test_the_worst_stands_first_then_the_longest(support):
    now = timezone.now()
    make_installation(oneflow_id=1, name="Healthy")
    make_failing(2, name="Warned", verdict="warning", code="field.changed")
    make_failing(3, name="Failing lately", verdict_since=now - timedelta(minutes=5))
    make_failing(4, name="Failing long", verdict_since=now - timedelta(days=5))
    make_installation(oneflow_id=5, name="Stale", fresh_until=now)

    assert names(support.get(ADDRESS)) == ["Failing long", "Failing lately", "Stale", "Warned", "Healthy"]


def test_a_dead_worker_leaves_nothing_green(support):
    make_installation(fresh_until=timezone.now() - timedelta(minutes=1))

    answer = support.get(ADDRESS)

    assert counts(answer, "verdict") == {"unknown": 1}
    assert counts(answer, "cause") == {"refresh.stale": 1}
    assert names(support.get(ADDRESS, {"verdict": "healthy"})) == []


def test_a_filter_counts_what_its_choices_would_leave_under_the_other_filters(support):
    make_installation(oneflow_id=1, name="Calm")
    make_failing(2, name="Refused")
    make_failing(3, name="Misdirected", code="webhook.misdirected")
    Account.objects.filter(oneflow_id=3).update(country_code="NO")

    answer = support.get(ADDRESS, {"verdict": "failing"})

    assert sorted(names(answer)) == ["Misdirected", "Refused"]
    assert counts(answer, "verdict") == {"failing": 2, "healthy": 1}
    assert counts(answer, "country") == {"NO": 1, "SE": 1}
    assert counts(answer, "cause") == {"token.rejected": 1, "webhook.misdirected": 1}
    assert counts(answer, "state") == {"live": 2}
    assert counts(answer, "blueprint") == {"acme_ledger 1": 2}


def test_the_cause_filter_finds_causes_that_are_not_the_worst_and_leaves_out_what_follows(support):
    both = make_failing(1, name="Both")
    Finding.objects.create(installation=both, code="field.changed", verdict="warning", rank=2, since=timezone.now())
    Finding.objects.create(
        installation=both,
        code="webhook.missing",
        verdict="failing",
        rank=0,
        since=timezone.now(),
        explained_by="token.rejected",
    )

    assert names(support.get(ADDRESS, {"cause": "field.changed"})) == ["Both"]
    assert names(support.get(ADDRESS, {"cause": "webhook.missing"})) == []


def test_a_cause_may_be_narrowed_to_its_subject(support):
    for number, subject in ((1, "acme_deal/deal_value"), (2, "acme_deal/vat_exempt")):
        made = make_failing(number, name=subject, code="field.inactive")
        made.findings.update(subject=subject)

    assert names(support.get(ADDRESS, {"cause": "field.inactive@acme_deal/vat_exempt"})) == ["acme_deal/vat_exempt"]


def test_what_was_refreshed_long_ago_is_found_by_age(support):
    now = timezone.now()
    make_installation(oneflow_id=1, name="Now")
    make_installation(oneflow_id=2, name="Yesterday", refreshed_at=now - timedelta(days=2))
    make_installation(oneflow_id=3, name="Never", refreshed_at=None)

    answer = support.get(ADDRESS)

    assert counts(answer, "refreshed") == {"1d": 1, "1h": 1, "never": 1}
    assert names(support.get(ADDRESS, {"refreshed": "1h"})) == ["Yesterday"]
    assert names(support.get(ADDRESS, {"refreshed": "never"})) == ["Never"]


def test_the_match_with_the_blueprint_is_shown_and_filtered_by(support):
    for number, match in enumerate([100, 99, 89, None], start=1):
        make_installation(oneflow_id=number, name=f"Matches {match}", blueprint_match=match)

    answer = support.get(ADDRESS)

    assert "99 %</span>" in answer.content.decode()
    assert counts(answer, "match") == {"whole": 1, "most": 1, "less": 1, "none": 1}
    assert names(support.get(ADDRESS, {"match": "less"})) == ["Matches 89"]
    assert names(support.get(ADDRESS, {"match": "none"})) == ["Matches None"]


@pytest.mark.parametrize(
    "query",
    [
        {"verdict": "green"},
        {"match": "200"},
        {"blueprint": "acme_ledger ²"},
        {"blueprint": "acme_ledger 99999999999999999999"},
        {"refreshed": "3w"},
        {"cause": "@"},
        {"state": "\x01"},
        {"country": "S\x00X"},
        {"tag": "%"},
    ],
)
def test_a_filter_of_a_value_that_does_not_occur_finds_nothing(support, query):
    make_installation()

    answer = support.get(ADDRESS, query)

    assert names(answer) == []
    assert "Nothing matches" in answer.content.decode()


def test_what_no_filter_asks_is_left_aside(support):
    made = make_installation()

    answer = support.get(ADDRESS, {"account__tokens__last_four__startswith": "9", "lease_id": "x"})

    assert names(answer) == [made.account.name]


def test_an_empty_fleet_says_how_the_first_one_comes(support):
    text = support.get(ADDRESS).content.decode()

    assert "No installation yet" in text


def test_two_extensions_of_one_account_are_told_apart(support):
    account = make_installation(oneflow_id=1).account
    assert b'<span class="quiet">Acme Ledger</span>' not in support.get(ADDRESS).content
    people = make_extension("acme_people", name="Acme People")

    Installation.objects.create(
        account=account, extension=people, state="live", refresh_at=timezone.now(), connected_at=timezone.now()
    )

    shown = support.get(ADDRESS).content
    assert b'<span class="quiet">Acme Ledger</span>' in shown
    assert b'<span class="quiet">Acme People</span>' in shown


def test_a_token_that_was_pasted_into_the_search_is_neither_shown_nor_kept_in_the_address(support):
    make_installation(oneflow_id=410021, name="Nordlund Bygg AB")
    token = "a1" * 18 + "0021"

    answer = support.get(ADDRESS, {"q": f" {token}\n"}, follow=True)

    assert answer.redirect_chain == [(f"{ADDRESS}?q=0021", 302)]
    assert names(answer) == ["Nordlund Bygg AB"]
    assert token.encode() not in answer.content
    assert b"looked like a token" in answer.content


def test_a_reference_as_long_as_a_token_is_searched_as_it_is(support):
    made = make_installation(oneflow_id=410021)
    Account.objects.filter(pk=made.account_id).update(customer_reference="a1" * 20)

    assert len(names(support.get(ADDRESS, {"q": "a1" * 20}))) == 1


def test_a_name_of_blanks_still_leads_to_its_account(support):
    make_failing(410012, name="   ")

    assert b">account 410012</a>" in support.get(ADDRESS).content
    assert b">account 410012</a>" in support.get("/").content


def test_the_list_costs_the_same_for_one_and_for_sixty(support, django_assert_max_num_queries):
    for number in range(1, 61):
        make_failing(number)

    with django_assert_max_num_queries(10):
        answer = support.get(ADDRESS, {"q": "customer", "verdict": "failing"})

    assert len(answer.content) < 150_000
    assert len(names(answer)) == 50
    assert len(names(support.get(ADDRESS, {"p": 2}))) == 10


def test_staff_refresh_those_that_they_selected(support):
    wanted, other = make_installation(oneflow_id=1), make_installation(oneflow_id=2)

    choose(support, "refresh", wanted)

    wanted.refresh_from_db()
    other.refresh_from_db()
    assert wanted.wanted_at is not None
    assert other.wanted_at is None


def test_all_in_the_view_are_meant_when_staff_say_so(support):
    for number in range(1, 4):
        make_installation(oneflow_id=number)
    make_failing(9)

    support.post(
        f"{ADDRESS}?verdict=healthy",
        {"index": "0", "action": "refresh", "_selected_action": "0", "select_across": "1"},
    )

    assert Installation.objects.exclude(wanted_at=None).count() == 3


def test_an_owner_is_assigned_to_several_and_it_stands_in_the_record(support):
    rows = [make_installation(oneflow_id=number) for number in (1, 2)]
    owner = make_user("onboarding")

    asked = choose(support, "assign", *rows)
    choose(support, "assign", *rows, apply="1", owner=owner.pk)

    assert b"Assign an owner to 2 installations" in asked.content
    assert set(Account.objects.values_list("owner", flat=True)) == {owner.pk}
    assert AuditEvent.objects.get(verb="account.assign").details == {"accounts": 2}


def test_a_tag_is_put_on_and_taken_off(support):
    row = make_installation()

    choose(support, "tag", row, apply="1", tag="  pilot  customer ")
    choose(support, "tag", row, apply="1", tag="pilot customer")
    tagged = names(support.get(ADDRESS, {"tag": "pilot customer"}))
    choose(support, "tag", row, apply="1", tag="pilot customer", remove="on")

    assert tagged == [row.account.name]
    assert Tag.objects.count() == 1
    assert not row.account.tags.exists()


@pytest.mark.parametrize("action", ["refresh", "assign", "tag", "export_csv", "export_json"])
def test_an_action_on_nothing_says_so(support, action):
    make_installation()

    answer = support.post(ADDRESS, {"index": "0", "action": action, "_selected_action": "0"}, follow=True)

    assert "first." in " ".join(str(message) for message in answer.context["messages"])


def test_an_auditor_cannot_refresh_and_the_try_is_recorded(client, db):
    client.force_login(make_user("auditor"))
    row = make_installation()

    answer = choose(client, "refresh", row)

    assert answer.status_code == 403
    assert AuditEvent.objects.filter(outcome="denied", reason__contains="refresh_installation").exists()


def test_the_export_has_a_line_for_each_and_runs_no_formula(support):
    row = make_failing(1, name='=HYPERLINK("http://evil.example")')

    answer = choose(support, "export_csv", row)
    text = b"".join(answer.streaming_content).decode().removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")

    (line,) = csv.DictReader(io.StringIO(text))
    assert line["account_name"].startswith("'=")
    assert (line["account_id"], line["verdict"], line["cause"]) == ("1", "failing", "token.rejected")
    assert AuditEvent.objects.get(verb="installation.export").details == {"installations": 1, "format": "csv"}


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_begins_as_a_formula(value):
    assert cell(value) == f"'{value}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Acme;=cmd|' /C calc'!A0", "Acme;'=cmd|' /C calc'!A0"),
        ("a;+1;-1;@x", "a;'+1;'-1;'@x"),
        ("a\n=1", "a\n'=1"),
        ("a\r\n=1", "a\r\n'=1"),
        ("a\t=1", "a\t'=1"),
        ("a;\t\r=1", "a;\t\r'=1"),
        ('a; "=1"', 'a; "\'=1"'),
        ('"=1"', '"\'=1"'),
        (" =1", " '=1"),
        (";=1", ";'=1"),
    ],
)
def test_no_cell_holds_what_begins_as_a_formula_where_a_spreadsheet_splits_it(value, written):
    assert cell(value) == written


@pytest.mark.parametrize("value", ["Alder & Sons, a-b; c = d", "a@b.example;c@d.example", "a\r\n\r\nb", "1;2", ""])
def test_any_other_cell_stays_as_it_is(value):
    assert cell(value) == value


@pytest.mark.parametrize("split_at", [",", ";", "\t"])
def test_a_file_holds_no_formula_whatever_it_is_split_at(split_at):
    names = ["Acme;=1;2", 'Acme; "=1', "Acme\t=1", "Acme\n=1", 'Acme";=1"', "Acme,=1", "=1", 'Acme;""=1']
    text = b"".join(csv_of_lines([[1, name, 2] for name in names], ["a", "b", "c"], "x.csv").streaming_content).decode()

    cells = [each for line in csv.reader(io.StringIO(text), delimiter=split_at) for each in line]

    assert len(cells) > len(names)
    assert not [each for each in cells if each.lstrip(' "').startswith(("=", "+", "-", "@"))]


def test_the_export_for_scripts_says_what_the_command_says(support):
    rows = [make_installation(oneflow_id=1), make_failing(2)]

    answer = choose(support, "export_json", *rows)

    exported = json.loads(b"".join(answer.streaming_content))
    assert {row["account_id"]: row["causes"] for row in exported} == {1: [], 2: ["token.rejected"]}


def test_the_admin_s_own_form_leads_to_the_installation_s_page(support):
    row = make_installation()

    answer = support.get(f"{ADDRESS}{row.pk}/change/")

    assert answer.headers["Location"] == "/installation/410001/acme_ledger/"
