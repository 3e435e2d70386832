"""`manage.py conformance`: the matrix for scripts, which asks and answers as the page does."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from console.models import AuditEvent
from extensions.blueprints.models import Extension
from extensions.installations.models import DataField
from tests.making import make_blueprint, make_extension, make_installation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fleet():
    extension = make_extension()
    second = make_blueprint(extension, 2)
    make_installation(extension, oneflow_id=410001, name="Alder", blueprint=extension.blueprints.get(version=1))
    make_installation(extension, oneflow_id=410002, name="Birch", blueprint=second, blueprint_set=True)
    DataField.objects.filter(installation__account__name="Alder", custom_id="deal_value").delete()


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("conformance", "--extension", "acme_ledger", *arguments, stdout=out)
    return out.getvalue().removeprefix("\ufeff")


def test_the_table_says_how_each_account_stands():
    lines = [line.split() for line in run().splitlines()]

    assert lines[1:] == [
        ["410001", "Alder", "1", "inferred", "4", "of", "5", "1", "missing"],
        ["410002", "Birch", "2", "set", "5", "of", "5"],
        ["2", "accounts"],
    ]


def test_who_lacks_a_field_as_json_and_csv():
    found = json.loads(run("--against", "2", "--field", "deal_value", "--state", "missing", "--json"))
    rows = list(csv.DictReader(io.StringIO(run("--on", "2", "--long", "--type", "acme_deal"))))

    assert [(row["account_id"], row["compared_with"]) for row in found] == [(410001, 2)]
    assert {(row["account_name"], row["custom_id"], row["state"]) for row in rows} == {
        ("Birch", "deal_value", "ok"),
        ("Birch", "customer_number", "ok"),
        ("Birch", "vat_exempt", "ok"),
    }
    assert json.loads(run("--search", "nobody", "--json")) == []


def test_a_field_that_a_draft_has_elsewhere_or_that_two_template_types_have_is_not_guessed():
    ask = ("--field", "fiscal_year", "--state", "ok", "--json")
    extension = Extension.objects.get()
    draft = extension.blueprints.create(version=3)
    elsewhere = draft.template_types.create(name="New", extension_type="acme_new")
    elsewhere.fields.create(custom_id="fiscal_year", name="Fiscal year")
    assert [row["account_id"] for row in json.loads(run(*ask))] == [410001, 410002]

    first = extension.blueprints.get(version=1).template_types.get(extension_type="acme_deal")
    first.fields.create(custom_id="fiscal_year", name="Fiscal year", position=9)

    with pytest.raises(CommandError, match="type: acme_deal/fiscal_year or acme_engagement/fiscal_year"):
        run(*ask)


def test_what_was_listed_stands_in_the_record():
    run("--differs", "--csv")

    event = AuditEvent.objects.get(verb="mappings.export_conformance")
    assert event.details == {
        "extension": "acme_ledger",
        "view": "fields",
        "against": "own",
        "differs": True,
        "format": "csv",
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--against", "9"], "no blueprint version “9”. There is: 2, 1."),
        (["--field", "nope"], "No version has a field “nope”"),
        (["--state", "gone"], "“gone” is no state"),
        (["--mode", "x"], "“x” is no mode"),
        (["--state", "missing"], "Say what should be in that state"),
        (["--extension", "nobody"], "There is no extension nobody. There is: acme_ledger."),
        (["--json", "--csv"], "not allowed with"),
    ],
)
def test_what_cannot_be_answered_is_told_and_not_recorded(arguments, told):
    with pytest.raises(CommandError, match=told.replace(".", r"\.")):
        run(*arguments)
    assert not AuditEvent.objects.exists()
