import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from console import listing
from console.models import AuditEvent
from extensions.health.models import Finding
from extensions.installations.models import Installation, Verdict
from tests.making import make_extension, make_installation

pytestmark = pytest.mark.django_db


def installations(*arguments: str) -> str:
    output = StringIO()
    call_command("installations", *arguments, stdout=output)
    return output.getvalue()


def as_json(*arguments: str) -> list[dict]:
    return json.loads(installations("--json", *arguments))


def found(installation: Installation, code: str, subject: str = "", **values) -> Finding:
    defaults = {"verdict": Verdict.FAILING, "rank": Verdict.FAILING.rank, "since": timezone.now()}
    return Finding.objects.create(installation=installation, code=code, subject=subject, **{**defaults, **values})


def judged(installation: Installation, verdict: Verdict, cause: str) -> None:
    Installation.objects.filter(pk=installation.pk).update(verdict=verdict, cause=cause)


def test_an_empty_fleet_is_an_empty_array():
    assert as_json() == []


def test_a_healthy_installation_has_every_key_and_no_cause(installation):
    (row,) = as_json()

    assert row == {
        "account_id": 410001,
        "account_name": "Customer 410001",
        "extension": "acme_ledger",
        "mode": "extension",
        "state": "live",
        "blueprint": 1,
        "blueprint_set": False,
        "blueprint_match": None,
        "verdict": "healthy",
        "causes": [],
        "findings": [],
        "refreshed_at": installation.refreshed_at.isoformat(),
    }
    assert row["refreshed_at"].endswith("+00:00")


def test_causes_are_distinct_worst_first_and_leave_out_what_is_explained(installation):
    judged(installation, Verdict.FAILING, "field.inactive")
    found(installation, "field.changed", "acme_deal/vat_exempt", verdict=Verdict.WARNING, rank=Verdict.WARNING.rank)
    found(installation, "field.inactive", "acme_deal/deal_value")
    found(installation, "field.inactive", "acme_deal/customer_number")
    found(installation, "mapping.incomplete", "acme_deal/deal_value", explained_by="field.inactive")

    (row,) = as_json()

    assert row["causes"] == ["field.inactive", "field.changed"]
    assert [finding["code"] for finding in row["findings"]].count("field.inactive") == 2
    assert {"mapping.incomplete"} <= {finding["code"] for finding in row["findings"]}
    assert set(row["findings"][0]) == {"code", "subject", "since"}


def test_a_stale_installation_is_unknown_for_that_cause_alone(installation):
    past = timezone.now() - timedelta(minutes=1)
    found(installation, "webhook.missing", "acme_deal")
    Installation.objects.update(verdict=Verdict.FAILING, cause="webhook.missing", fresh_until=past)

    (row,) = as_json()

    assert row["verdict"] == "unknown"
    assert row["causes"] == ["refresh.stale"]
    assert [finding["code"] for finding in row["findings"]] == ["refresh.stale", "webhook.missing"]
    assert row["findings"][0]["since"] == past.isoformat()


def test_one_never_refreshed_is_unknown_and_has_no_time(installation):
    Installation.objects.update(refreshed_at=None, fresh_until=None)

    (row,) = as_json()

    assert (row["verdict"], row["refreshed_at"], row["findings"][0]["since"]) == ("unknown", None, None)


def test_a_disconnected_installation_has_neither_causes_nor_findings(installation):
    found(installation, "webhook.missing", "acme_deal")
    Installation.objects.update(state=Installation.State.DISCONNECTED)

    (row,) = as_json()

    assert (row["verdict"], row["causes"], row["findings"]) == ("disconnected", [], [])


def test_rows_come_by_account_id_and_may_be_chosen_by_verdict_or_account():
    extension = make_extension()
    for oneflow_id in (410003, 410001, 410002):
        make_installation(extension, oneflow_id=oneflow_id)
    judged(Installation.objects.get(account__oneflow_id=410002), Verdict.WARNING, "user.unset")

    assert [row["account_id"] for row in as_json()] == [410001, 410002, 410003]
    assert [row["account_id"] for row in as_json("--verdict", "warning")] == [410002]
    assert [row["account_id"] for row in as_json("--account", "410003", "--account", "410001")] == [410001, 410003]


def test_an_unknown_account_is_refused_by_name(installation):
    with pytest.raises(CommandError, match="No account with the Oneflow id 77 is connected"):
        installations("--account", "77")


def test_a_table_is_for_people(installation):
    judged(installation, Verdict.FAILING, "token.rejected")
    found(installation, "token.rejected")

    head, line, foot = installations().splitlines()

    assert head.startswith("VERDICT")
    assert line.split() == ["failing", "410001", "Customer", "410001", "acme_ledger", "token.rejected"]
    assert foot == "1 installation"


def test_a_name_of_several_lines_stays_on_one(installation):
    installation.account.name = "Elm\r\n& Co"
    installation.account.save()

    assert "Elm & Co" in installations().splitlines()[1]


def test_names_that_are_not_ascii_stay_readable(installation):
    installation.account.name = "Åkes Bygg “AB”"
    installation.account.save()

    assert "Åkes Bygg “AB”" in installations("--json")


def test_any_number_of_installations_takes_one_statement(django_assert_num_queries):
    extension = make_extension()
    for number in range(4):
        found(make_installation(extension, oneflow_id=410001 + number), "webhook.missing", "acme_deal")

    with django_assert_num_queries(1):
        assert len(list(listing.rows(listing.chosen(timezone.now())))) == 4


def test_the_export_is_recorded(installation):
    installations("--json", "--verdict", "healthy")

    event = AuditEvent.objects.get(verb="installation.export")
    assert event.role == "command line"
    assert event.details["verdicts"] == ["healthy"]
