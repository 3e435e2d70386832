"""The conformance matrix on the screen, as files, and for scripts: who has what, and what odd questions get."""

import csv
import io
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console import tasks
from console.models import AuditEvent, Heartbeat
from extensions.blueprints.models import Blueprint, BlueprintField, Extension
from extensions.health.codes import sentence
from extensions.health.models import Finding, Incident
from extensions.installations.models import DataField, Installation, Part, TemplateType
from tests.making import make_blueprint, make_extension, make_installation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


@pytest.fixture
def fleet():
    """Alder lacks `deal_value`, Birch renamed it, Cedar is well on version 2; version 3 is a draft with a field more.

    The worker is alive.
    """
    Heartbeat.beat("worker", timezone.now())
    extension = make_extension()
    second, third = make_blueprint(extension, 2), make_blueprint(extension, 3)
    Blueprint.objects.filter(pk=third.pk).update(state=Blueprint.State.DRAFT, released_at=None)
    kind = third.template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=kind, custom_id='new "ö"/<b>', name="New", position=9)
    first = extension.blueprints.get(version=1)
    for number, (name, version) in enumerate((("Alder", first), ("Birch", first), ("Cedar", second))):
        make_installation(extension, oneflow_id=410001 + number, name=name, blueprint=version)
    DataField.objects.filter(installation__account__name="Alder", custom_id="deal_value").delete()
    DataField.objects.filter(installation__account__name="Birch", custom_id="deal_value").update(name="Worth")
    return extension


def matrix(client, **query):
    answer = client.get(reverse("matrix", args=["acme_ledger"]), query)
    assert answer.status_code == 200
    return answer


def names(answer) -> list[str]:
    return [line.stood.installation.account.name for line in answer.context["lines"]]


def exported(client, kind: str, **query) -> str:
    answer = client.get(reverse("matrix-export", args=["acme_ledger", kind]), query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode().removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Alder", "Birch", "Cedar"]),
        ({"on": "2"}, ["Cedar"]),
        ({"on": "1", "against": "2"}, ["Alder", "Birch"]),
        ({"field": "deal_value", "state": "missing"}, ["Alder"]),
        ({"field": "acme_deal/deal_value", "state": "renamed"}, ["Birch"]),
        ({"field": "deal_value", "state": "ok"}, ["Cedar"]),
        ({"field": "deal_value", "state": "differs"}, ["Alder", "Birch"]),
        ({"field": "deal_value"}, ["Alder", "Birch", "Cedar"]),
        ({"field": "deal_value", "differs": "1"}, ["Alder", "Birch"]),
        ({"field": "vat_exempt", "differs": "1"}, []),
        ({"field": "deal_value", "state": "missing", "on": "2"}, []),
        ({"field": 'new "ö"/<b>', "state": "missing", "against": "3"}, ["Alder", "Birch", "Cedar"]),
        ({"differs": "1"}, ["Alder", "Birch"]),
        ({"differs": "1", "against": "3", "q": "cedar"}, ["Cedar"]),
        ({"q": "410002"}, ["Birch"]),
        ({"mode": "toolkit"}, []),
        ({"on": "none"}, []),
        ({"q": "nobody@acme.example"}, []),
        ({"view": "types", "differs": "1"}, []),
        ({"page": "99999"}, ["Alder", "Birch", "Cedar"]),
        ({"page": "-1", "columns_page": "x"}, ["Alder", "Birch", "Cedar"]),
    ],
)
def test_the_accounts_are_those_that_were_asked_for(support, fleet, query, expected):
    answer = matrix(support, **query)

    assert names(answer) == expected
    assert answer.context["rows"].paginator.count == len(expected)


def test_a_cell_that_differs_says_so_and_leads_to_the_field_there(support, fleet):
    page = matrix(support).content.decode()

    where = reverse("installation-fields", args=[410001, "acme_ledger"])
    assert f'<td class="bad"><a href="{where}?q=deal_value" aria-label="missing">?</a></td>' in page
    assert "4 of 5" in page and "1 renamed" in page
    assert '<a href="../acme_deal/deal_value/"' in page


def test_choices_bear_the_number_of_accounts_that_they_would_leave(support, fleet):
    Installation.objects.filter(account__name="Birch").update(mode=Installation.Mode.TOOLKIT)

    answer = matrix(support, field="deal_value", state="differs", on="1")

    assert answer.context["versions"] == [("1", "1", 2)]
    assert answer.context["modes"] == [("extension", "extension", 1), ("toolkit", "toolkit", 1)]
    assert {mark.key: number for mark, number in answer.context["states"] if number} == {"missing": 1, "renamed": 1}


def test_only_columns_that_differ_are_left_when_asked_for(support, fleet):
    columns = matrix(support, columns="differs").context["columns"]

    assert [each.subject for each in columns] == ["acme_deal/deal_value"]


def test_columns_of_a_template_type_that_is_not_there_say_so(support, fleet):
    assert "no template type “acme_x” in these versions" in matrix(support, type="acme_x").content.decode()


def test_who_differs_is_counted_unasked_once_it_is_summed_up(support, fleet):
    assert matrix(support).context["differing"] is None

    tasks.sum_up_the_rest()

    numbers = [
        matrix(support, **query).context["differing"]
        for query in ({}, {"on": "2"}, {"against": "3"}, {"view": "types"}, {"differs": "1", "q": "alder"})
    ]
    assert numbers == [2, 0, 3, 0, 1]
    assert 'only accounts that differ <span class="quiet">2</span>' in matrix(support).content.decode()


@pytest.mark.parametrize("query", [{}, {"against": "3"}, {"view": "types"}])
def test_who_differs_is_found_without_reading_all_fields_once_it_is_summed_up(support, fleet, query):
    with CaptureQueriesContext(connection) as before:
        read = names(matrix(support, differs="1", **query))
    tasks.sum_up_the_rest()

    with CaptureQueriesContext(connection) as after:
        assert names(matrix(support, differs="1", **query)) == read

    assert len(after) == len(before) - 1


def test_what_another_version_lacks_stays_empty(support, fleet):
    answer = matrix(support)  # nobody lives on the draft

    assert "New" not in [each.name for each in answer.context["columns"]]
    assert "New" in [each.name for each in matrix(support, against="3").context["columns"]]


def test_template_types_and_webhooks_have_views_of_their_own(support, fleet):
    TemplateType.objects.filter(installation__account__name="Alder", extension_type="acme_deal").update(active=False)
    cedar = Installation.objects.get(account__name="Cedar")
    now = cedar.refreshed_at
    values = {"installation": cedar, "since": now, "verdict": "failing", "rank": 0}
    Finding.objects.create(**values, code="webhook.missing", subject="acme_engagement")
    Finding.objects.create(**values, code="webhook.deaf", subject="webhook/1", evidence={"template_type": "acme_deal"})
    Part.objects.filter(installation__account__name="Birch", name="webhooks").update(read_at=None)

    types = matrix(support, view="types", field="acme_deal", state="off")
    deaf = matrix(support, view="webhooks", code="webhook.deaf")
    webhooks = matrix(support, view="webhooks")

    assert names(types) == ["Alder"] and "inactive" in types.content.decode()
    assert names(deaf) == ["Cedar"]
    assert names(matrix(support, view="webhooks", differs="1")) == ["Birch", "Cedar"]
    cells = {line.stood.installation.account.name: line.cells for line in webhooks.context["lines"]}
    assert [mark.word for mark, _ in cells["Cedar"]] == ["deaf", "missing"]
    assert [mark.word for mark, _ in cells["Birch"]] == ["not read", "not read"]
    assert [mark.word for mark, _ in cells["Alder"]] == ["ok", "ok"]


WEBHOOKS = {"view": "webhooks"}


def holds(name: str, code: str, *, explains: str = "", **values) -> None:
    """That account shows this, and of what health last found of its webhooks, that it follows from it."""
    one = Installation.objects.get(account__name=name)
    Finding.objects.create(installation=one, code=code, since=one.refreshed_at, verdict="failing", rank=0, **values)
    Finding.objects.filter(installation=one, code__startswith="webhook.").update(explained_by=explains)


def marks(answer) -> dict[str, set[str]]:
    """By account, the words of its cells."""
    lines = answer.context["lines"]
    return {each.stood.installation.account.name: {mark.word for mark, _ in each.cells} for each in lines}


@pytest.mark.parametrize(
    "code", ["token.rejected", "token.foreign", "extension.absent", "extension.disabled", "dependency.disabled"]
)
def test_webhooks_that_cannot_be_told_are_not_called_well(support, fleet, code):
    holds("Alder", code)

    answer = matrix(support, **WEBHOOKS)

    assert marks(answer) == {"Alder": {"cannot be told"}, "Birch": {"ok"}, "Cedar": {"ok"}}
    assert "0 of 2" in answer.content.decode()
    assert names(matrix(support, **WEBHOOKS, differs="1")) == ["Alder"]


def test_what_follows_from_an_obstacle_is_not_told_of_webhooks_and_what_does_not_is(support, fleet):
    holds("Alder", "webhook.missing", subject="acme_deal")
    holds("Alder", "dependency.disabled", explains="dependency.disabled")
    holds("Birch", "webhook.legacy", subject="webhook/1", evidence={"template_type": "acme_deal"})
    holds("Birch", "dependency.disabled")

    answer = matrix(support, **WEBHOOKS)

    assert marks(answer) == {"Alder": {"cannot be told"}, "Birch": {"legacy", "cannot be told"}, "Cedar": {"ok"}}
    assert names(matrix(support, **WEBHOOKS, code="webhook.missing")) == []
    assert names(matrix(support, **WEBHOOKS, code="webhook.legacy")) == ["Birch"]


@pytest.mark.parametrize("part", ["webhooks", "template_types"])
def test_webhooks_are_not_told_of_an_account_that_is_too_old_or_in_an_incident(support, fleet, part):
    now = timezone.now()
    Installation.objects.filter(account__name="Alder").update(fresh_until=now - timedelta(seconds=1))
    holds("Alder", "webhook.missing", subject="acme_deal")
    incident = Incident.objects.create(code="oneflow.down", began_at=now, opened_at=now, last_joined_at=now)
    incident.members.create(installation=Installation.objects.get(account__name="Birch"), joined_at=now)
    old = {"unread_reason": "server_error", "read_at": now - settings.PART_USE_BY}
    Part.objects.filter(installation__account__name="Cedar", name=part).update(**old)

    answer = matrix(support, **WEBHOOKS)

    assert marks(answer) == {"Alder": {"cannot be told"}, "Birch": {"cannot be told"}, "Cedar": {"not read"}}
    assert names(matrix(support, **WEBHOOKS, differs="1")) == ["Alder", "Birch", "Cedar"]
    assert names(matrix(support, **WEBHOOKS, code="webhook.missing")) == []


@pytest.mark.parametrize("view", ["fields", "types", "webhooks"])
def test_what_keeps_an_account_from_being_told_stands_under_its_name_with_the_age_of_what_is_known(
    support, fleet, view
):
    holds("Alder", "token.rejected")
    Part.objects.filter(installation__account__name="Alder").update(read_at=timezone.now() - timedelta(hours=3))

    page = matrix(support, view=view).content.decode()

    about = page.split(">Alder</a>")[1].split("</th>")[0]
    assert f'href="{reverse("code", args=["token.rejected"])}"' in about
    assert "3\u202fh ago" in about
    assert page.count("token.rejected</code>") == 1


@pytest.mark.parametrize(("code", "told"), [("api.limited", True), ("user.unset", False)])
def test_what_the_latest_try_did_not_read_is_dated_with_why_and_still_counts(support, fleet, code, told):
    holds("Alder", code)
    part = Part.objects.filter(installation__account__name="Alder", name="webhooks")
    part.update(unread_reason="rate_limited", read_at=timezone.now() - timedelta(hours=3))

    answer = matrix(support, **WEBHOOKS)

    about = answer.content.decode().split(">Alder</a>")[1].split("</th>")[0]
    assert "3\u202fh ago" in about and (f"{code}</code>" in about) == told
    assert marks(answer)["Alder"] == {"ok"}
    assert "ago" not in matrix(support).content.decode().split(">Alder</a>")[1].split("</th>")[0]


@pytest.mark.parametrize("kind", ["csv", "long"])
def test_a_file_says_what_keeps_an_account_from_being_told_and_when_it_was_read(support, fleet, kind):
    holds("Alder", "token.rejected")

    rows = {row["account_name"]: row for row in csv.DictReader(io.StringIO(exported(support, kind, **WEBHOOKS)))}

    read = Part.objects.get(installation__account__name="Alder", name="webhooks").read_at
    assert (rows["Alder"]["cannot_be_told_for"], rows["Birch"]["cannot_be_told_for"]) == ("token.rejected", "")
    assert rows["Alder"]["read_at"] == read.isoformat(timespec="seconds")
    if kind == "csv":
        assert rows["Alder"]["acme_deal"] == "untold"


def test_the_view_of_webhooks_says_what_its_words_mean_and_leads_to_webhooks(support, fleet):
    holds("Cedar", "webhook.deaf", subject="webhook/1", evidence={"template_type": "acme_deal"})
    holds("Birch", "webhook.legacy", subject="webhook/2", evidence={"template_type": "acme_deal"})
    holds("Birch", "webhook.unbound", subject="webhook/2", evidence={"template_type": "acme_deal"})

    answer = matrix(support, **WEBHOOKS)

    page = answer.content.decode()
    legend = page.split('<dl class="legend">')[1].split("</dl>")[0]
    for code in ("webhook.deaf", "webhook.legacy", "webhook.unbound"):
        assert f'href="{reverse("code", args=[code])}"' in legend
        assert sentence(code) in legend
    assert "webhook.missing" not in legend and "cannot be told" not in legend
    where = reverse("installation-webhooks", args=[410003, "acme_ledger"])
    assert f'<td class="bad"><a href="{where}"' in page
    assert reverse("installation-fields", args=[410003, "acme_ledger"]) not in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"against": "9"}, "has no blueprint version “9”. There is: 3, 2, 1."),
        ({"against": "two"}, "has no blueprint version “two”"),
        ({"on": "9" * 400}, "has no blueprint version"),
        ({"view": "people"}, "is no view"),
        ({"mode": "<b>"}, "is no mode"),
        ({"field": "nope"}, "No version has a field “nope”"),
        ({"field": "nope/\0", "against": "2"}, "Version 2 has no field “nope/”"),
        ({"field": 'new "ö"/<b>', "against": "1"}, "Version 1 has no field"),
        ({"view": "types", "field": "deal_value"}, "No version has a template type “deal_value”"),
        ({"field": "deal_value", "state": "shadows"}, "is no state"),
        ({"view": "webhooks", "code": "token.rejected"}, "is no code"),
        ({"state": "missing"}, "Say what should be in that state"),
        ({"code": "webhook.missing"}, "is said of webhooks only"),
    ],
)
def test_what_cannot_be_answered_is_told_shows_nothing_and_exports_nothing(support, fleet, query, told):
    answer = matrix(support, **query)

    assert names(answer) == []
    assert told in answer.content.decode().replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">")
    file = support.get(reverse("matrix-export", args=["acme_ledger", "csv"]), query)
    assert (file.status_code, file.headers["Location"]) == (
        302,
        f"{reverse('matrix', args=['acme_ledger'])}?{urlencode(query)}",
    )
    assert not AuditEvent.objects.filter(verb="mappings.export_conformance").exists()


def has(version: Blueprint, extension_type: str, custom_id: str = "currency") -> None:
    """Give the version that field, in a template type of its own where it has none of that type, which stands first."""
    kind, _ = version.template_types.get_or_create(extension_type=extension_type, defaults={"name": "New"})
    BlueprintField.objects.create(template_type=kind, custom_id=custom_id, name="Currency", position=8)


WHO_LACKS = {"field": "currency", "state": "missing"}


def test_what_a_draft_has_elsewhere_changes_nothing_about_who_lacks_a_field(support, fleet):
    has(fleet.blueprints.get(version=1), "acme_deal")
    has(fleet.blueprints.get(version=3), "acme_new")

    answer = matrix(support, **WHO_LACKS)

    assert names(answer) == ["Alder", "Birch"]
    assert answer.context["asked"].key == ("acme_deal", "currency")
    assert names(matrix(support, **WHO_LACKS, against="3")) == ["Alder", "Birch", "Cedar"]


def test_a_field_is_that_of_the_versions_that_the_asked_accounts_live_on(support, fleet):
    make_blueprint(fleet, 4)
    for version, extension_type in ((1, "acme_deal"), (2, "acme_engagement"), (4, "acme_new")):
        has(fleet.blueprints.get(version=version), extension_type)

    assert names(matrix(support, **WHO_LACKS, on="1")) == ["Alder", "Birch"]
    assert names(matrix(support, **WHO_LACKS, on="2")) == names(matrix(support, **WHO_LACKS, q="cedar")) == ["Cedar"]
    assert matrix(support, **WHO_LACKS, against="4").context["asked"].key == ("acme_new", "currency")
    assert matrix(support, **WHO_LACKS).context["asked"].problems


@pytest.mark.parametrize("against", ["", "2"])
def test_a_field_of_several_template_types_is_asked_for_with_its_template_type(support, fleet, against):
    for extension_type in ("acme_engagement", "acme_deal"):
        has(fleet.blueprints.get(version=2), extension_type)

    answer = matrix(support, **WHO_LACKS, against=against)

    assert names(answer) == []
    told = "Name it with its template type: acme_deal/currency or acme_engagement/currency."
    assert told in answer.content.decode()
    assert support.get(reverse("matrix-export", args=["acme_ledger", "csv"]), WHO_LACKS).status_code == 302
    named = matrix(support, field="acme_engagement/currency", state="missing", against=against)
    assert names(named) == (["Alder", "Birch", "Cedar"] if against else ["Cedar"])


def test_a_field_named_with_its_template_type_is_not_taken_for_another(support, fleet):
    has(fleet.blueprints.get(version=1), "acme_deal")
    has(fleet.blueprints.get(version=1), "acme_engagement", "acme_deal/currency")

    assert matrix(support, field="acme_deal/currency").context["asked"].key == ("acme_deal", "currency")


@pytest.mark.parametrize("name", ["Deal value", "deal VALUE", " DEAL VALUE "])
@pytest.mark.parametrize("against", ["", "3"])
def test_a_field_is_asked_for_by_its_name_too(support, fleet, name, against):
    answer = matrix(support, field=name, state="missing", against=against)

    assert (names(answer), answer.context["asked"].key) == (["Alder"], ("acme_deal", "deal_value"))
    assert 'value="acme_deal/deal_value"' in answer.content.decode()


def test_a_name_that_several_fields_have_is_not_guessed_and_a_custom_id_goes_first(support, fleet):
    version = fleet.blueprints.get(version=1)
    has(version, "acme_deal", "currency")
    has(version, "acme_deal", "currency_code")
    BlueprintField.objects.filter(custom_id="currency").update(name="Worth")
    BlueprintField.objects.filter(custom_id="currency_code").update(name="Worth")
    BlueprintField.objects.filter(custom_id="vat_exempt").update(name="Deal_value")

    answer = matrix(support, field="worth", state="missing")

    assert names(answer) == []
    told = "Several fields are called “worth”. Name the one that you mean"
    assert f"{told}: acme_deal/currency or acme_deal/currency_code." in answer.content.decode()
    assert matrix(support, field="deal_value").context["asked"].key == ("acme_deal", "deal_value")


def test_a_field_that_only_a_draft_has_is_nobodys(support, fleet):
    answer = matrix(support, field='new "ö"/<b>', state="missing")

    assert names(answer) == answer.context["asked"].problems == []


def test_a_template_type_that_the_compared_version_lacks_is_told(support, fleet):
    has(fleet.blueprints.get(version=3), "acme_new")
    asked = {"view": "types", "field": "acme_new", "state": "missing"}

    assert "Version 1 has no template type “acme_new”" in matrix(support, **asked, against="1").content.decode()
    assert names(matrix(support, **asked, against="3")) == ["Alder", "Birch", "Cedar"]


def test_the_version_of_another_extension_is_none_of_this_one(support, fleet):
    other = make_extension("acme_other", name="Other")
    make_blueprint(other, 7)
    make_installation(other, oneflow_id=500001, name="Stranger")

    assert names(matrix(support, against="7")) == []
    assert "Stranger" not in names(matrix(support))


@pytest.mark.parametrize(
    "odd", ["q", "type", "page", "columns", "columns_page", "differs", "field", "state", "against"]
)
@pytest.mark.parametrize("value", ["\0", "'%s{x}--", "9" * 5000, "\ud800".encode("utf-8", "surrogatepass")])
def test_odd_addresses_are_taken_calmly(support, fleet, odd, value):
    matrix(support, **{odd: value})


def test_nobody_connected_and_no_version_yet_say_what_would_be_here(support):
    Extension.objects.create(name="Acme", integration_key="acme_ledger")
    assert "No account is connected yet" in matrix(support).content.decode()

    make_installation(Extension.objects.get(), blueprint=None)
    page = matrix(support).content.decode()
    assert "version not known" in page and "no version of these accounts is known yet" in page


def test_an_extension_that_is_not_there_is_not_found(support, fleet):
    for address in (reverse("matrix", args=["nobody"]), reverse("matrix-export", args=["nobody", "csv"])):
        assert support.get(address).status_code == 404
    assert support.get(reverse("matrix-export", args=["acme_ledger", "xml"])).status_code == 404


def test_disconnected_accounts_are_left_out_of_page_and_file(support, fleet):
    Installation.objects.filter(account__name="Alder").update(state=Installation.State.DISCONNECTED)

    assert names(matrix(support)) == ["Birch", "Cedar"]
    assert "Alder" not in exported(support, "csv")


def test_a_file_has_a_column_for_each_field_and_a_line_for_each_account(support, fleet):
    rows = list(csv.DictReader(io.StringIO(exported(support, "csv", against="3"))))

    assert [row["account_name"] for row in rows] == ["Alder", "Birch", "Cedar"]
    assert [row["acme_deal/deal_value"] for row in rows] == ["missing", "renamed", "ok"]
    assert [(row["version"], row["compared_with"], row["ok"], row["of"]) for row in rows] == [
        ("1", "3", "4", "6"),
        ("1", "3", "4", "6"),
        ("2", "3", "5", "6"),
    ]
    assert rows[0]['acme_deal/new "ö"/<b>'] == "missing"


def test_a_file_has_a_line_for_each_account_and_field(support, fleet):
    rows = list(csv.DictReader(io.StringIO(exported(support, "long", field="deal_value", state="missing"))))

    assert {row["account_name"] for row in rows} == {"Alder"}
    assert {(row["template_type"], row["custom_id"]): row["state"] for row in rows} == {
        ("acme_deal", "deal_value"): "missing",
        ("acme_deal", "customer_number"): "ok",
        ("acme_deal", "vat_exempt"): "ok",
        ("acme_engagement", "engagement_id"): "ok",
        ("acme_engagement", "fiscal_year"): "ok",
    }


def test_json_nests_the_states_by_template_type(support, fleet):
    rows = json.loads(exported(support, "json", differs="1", type="acme_deal"))

    assert [row["account_name"] for row in rows] == ["Alder", "Birch"]
    assert rows[1]["states"] == {"acme_deal": {"deal_value": "renamed", "customer_number": "ok", "vat_exempt": "ok"}}
    types = json.loads(exported(support, "json", view="types", on="2"))
    assert types[0]["states"] == {"acme_deal": "ok", "acme_engagement": "ok"}


def test_no_cell_of_a_file_is_run_as_a_formula(support, fleet):
    BlueprintField.objects.filter(custom_id="vat_exempt").update(custom_id="=1+1", name="+cmd")
    Installation.objects.get(account__name="Alder").account.__class__.objects.filter(name="Alder").update(name="@sum")

    for kind in ("csv", "long"):
        cells = {cell for row in csv.reader(io.StringIO(exported(support, kind))) for cell in row}
        assert not {cell for cell in cells if cell.startswith(("=", "+", "@"))}


def test_an_export_stands_in_the_record_with_what_was_asked_for(support, fleet):
    exported(support, "csv", field="deal_value", state="missing", on="1", type="acme_deal")

    event = AuditEvent.objects.get(verb="mappings.export_conformance")
    assert event.actor == "support"
    assert event.details == {
        "extension": "acme_ledger",
        "view": "fields",
        "against": "own",
        "on": 1,
        "type": "acme_deal",
        "field": "acme_deal/deal_value",
        "state": "missing",
        "format": "csv",
    }


def test_more_accounts_than_a_batch_are_all_exported_once(support, fleet, monkeypatch):
    monkeypatch.setattr("console.fields.standing.BATCH", 2)

    assert [row["account_id"] for row in json.loads(exported(support, "json"))] == [410001, 410002, 410003]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"field": "deal_value", "state": "missing"},
        {"field": "deal_value", "q": "alder", "on": "1"},
        {"field": "Deal value", "state": "differs"},
        {"differs": "1"},
        {"view": "webhooks"},
        {"view": "webhooks", "differs": "1"},
        {"view": "webhooks", "code": "webhook.missing", "q": "alder"},
    ],
)
def test_a_page_costs_ten_queries_whatever_the_fleet(support, fleet, django_assert_max_num_queries, query):
    with django_assert_max_num_queries(10):
        matrix(support, **query)


def test_three_hundred_fields_that_all_differ_stay_under_200_kilobytes(support):
    extension = make_extension()
    kind = extension.blueprints.get().template_types.first()
    BlueprintField.objects.bulk_create(
        BlueprintField(
            template_type=kind, custom_id=f"customers_field_{number}", name=f"Field {number}", position=number
        )
        for number in range(300)
    )
    for number in range(50):
        make_installation(extension, oneflow_id=410001 + number)

    assert len(matrix(support, differs="1", columns_page="2").content) < 200_000
