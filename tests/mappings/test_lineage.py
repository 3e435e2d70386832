"""What a record becomes in an installation: filled, empty or refused, with why."""

from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from extensions.blueprints.models import BlueprintField
from extensions.installations.models import DataField, Installation, Part, TemplateType
from extensions.mappings.effective import Rule
from extensions.mappings.inspecting import tables_of
from extensions.mappings.lineage import Match, Outcome, compare, follow, trace
from extensions.mappings.models import Mapping, Override
from tests.mappings.records import NAMES, VALUES

RECORD = {"deal": {"deal_value": Decimal("12500.50"), "customer_number": "10042", "vat_exempt": True}}
pytestmark = pytest.mark.django_db


def parts():
    return {part.name: part for part in Part.objects.all()}


def traced(installation, record=RECORD):
    return trace(Installation.objects.select_related("blueprint").get(pk=installation.pk), parts(), record)


def deal(installation, record=RECORD):
    return traced(installation, record).types[0]


def line(installation, custom_id="deal_value", record=RECORD):
    return next(line for line in deal(installation, record).lines if line.custom_id == custom_id)


def told(found):
    return found.outcome, [reason.sentence for reason in found.reasons]


def set_rule(custom_id="deal_value", **values):
    Mapping.objects.filter(extension_type="acme_deal", custom_id=custom_id).update(**values)


def set_field(custom_id="deal_value", **values):
    DataField.objects.filter(custom_id=custom_id).update(**values)


def test_a_record_fills_the_fields_that_its_rules_lead_to(installation):
    set_rule("vat_exempt", transform="yes_no")
    kind = deal(installation)

    assert [(each.custom_id, each.text, each.outcome) for each in kind.lines] == [
        ("deal_value", "12500.50", Outcome.FILLED),
        ("customer_number", "10042", Outcome.FILLED),
        ("vat_exempt", "1", Outcome.FILLED),
    ]
    assert kind.body(13001, 17001) == {
        "workspace_id": 13001,
        "template_id": 17001,
        "data_fields": [
            {"custom_id": "deal_value", "value": "12500.50"},
            {"custom_id": "customer_number", "value": "10042"},
            {"custom_id": "vat_exempt", "value": "1"},
        ],
    }


def test_a_field_without_a_value_stays_empty_and_says_why(installation):
    Mapping.objects.filter(custom_id="customer_number").delete()
    Override.objects.create(installation=installation, extension_type="acme_deal", custom_id="vat_exempt", path="")

    assert told(line(installation, record={"deal": {"deal_value": "  "}})) == (Outcome.EMPTY, ["The value is empty."])
    assert told(line(installation, record={"deal": [1]})) == (
        Outcome.EMPTY,
        ["“deal” is a list of 1, and a path cannot go into a list."],
    )
    assert told(line(installation, "customer_number")) == (Outcome.EMPTY, ["No mapping fills this field."])
    assert told(line(installation, "vat_exempt")) == (
        Outcome.EMPTY,
        ["In this installation nothing fills it: an override says so."],
    )


def test_an_override_counts_here_and_knows_what_it_stands_over(installation):
    Override.objects.create(
        installation=installation, extension_type="acme_deal", custom_id="deal_value", path="deal.customer_number"
    )

    found = line(installation)

    assert (found.text, found.rule.overridden, found.rule.inherited.path) == ("10042", True, "deal.deal_value")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("x" * 1_025, "The text has 1,025 characters, and a field holds 1,024."),
        (["a"], "The value is a list of 1, and a field holds one text. The transform “join” makes one."),
        ("a\0", "The value holds a character that no field can hold: NUL, or half of a pair."),
        (Decimal("1e99999"), "The number has more than 1,000 digits."),
    ],
)
def test_a_value_that_no_field_takes_is_refused_and_left_out_of_the_body(installation, value, sentence):
    record = {"deal": {"deal_value": value, "customer_number": "许" * 1_024}}

    assert told(line(installation, record=record)) == (Outcome.REFUSED, [sentence])
    assert [field["custom_id"] for field in deal(installation, record).data_fields] == ["customer_number"]


@pytest.mark.parametrize(("value", "fits"), [("0", True), ("1", True), (True, False), ("yes", False), ("01", False)])
def test_a_checkbox_takes_0_or_1(installation, value, fits):
    BlueprintField.objects.filter(custom_id="vat_exempt").update(kind="checkbox")

    found = line(installation, "vat_exempt", {"deal": {"vat_exempt": value}})

    assert told(found) == (
        (Outcome.FILLED, []) if fits else (Outcome.REFUSED, ["The field is a checkbox, which takes 0 or 1."])
    )


def test_what_the_account_lacks_refuses_a_value_whatever_it_is(installation):
    set_field("deal_value", active=False)
    set_field("customer_number", missing_since=timezone.now())

    assert told(line(installation)) == (Outcome.REFUSED, ["The field is switched off in the account."])
    assert told(line(installation, "customer_number")) == (
        Outcome.REFUSED,
        ["The account’s template type has no such field."],
    )
    assert deal(installation).data_fields == [{"custom_id": "vat_exempt", "value": "true"}]


def test_a_field_that_stays_empty_says_too_that_the_account_lacks_it(installation):
    set_field(active=False)

    assert told(line(installation, record={})) == (
        Outcome.EMPTY,
        ["The record has no “deal”.", "The field is switched off in the account."],
    )


def test_of_fields_that_were_never_read_nobody_knows(installation):
    part = Part.objects.get(installation=installation, name__startswith="fields/", name__endswith="10")
    Part.objects.filter(pk=part.pk).update(read_at=None)
    DataField.objects.all().delete()

    (outcome, sentences) = told(line(installation))

    assert outcome is Outcome.REFUSED
    assert "never read" in sentences[0]


def test_without_the_template_type_every_field_is_refused(installation):
    TemplateType.objects.filter(extension_type="acme_deal").update(missing_since=timezone.now())

    kind = deal(installation)

    assert kind.here is None
    assert kind.data_fields == []
    assert told(kind.lines[0]) == (Outcome.REFUSED, ["The template type is not in the account."])


def test_a_rule_for_a_field_that_is_nowhere_is_told_beside_its_type_and_one_for_no_type_apart(installation):
    for extension_type, custom_id in (("acme_deal", "gone"), ("acme_order", "total")):
        Mapping.objects.create(
            extension=installation.extension,
            extension_type=extension_type,
            custom_id=custom_id,
            path="deal.deal_value",
        )

    found = traced(installation)

    assert told(found.types[0].lines[-1]) == (
        Outcome.REFUSED,
        ["Neither this blueprint version nor the account has such a field in Deal."],
    )
    assert [told(each) for each in found.astray] == [
        (Outcome.REFUSED, ["This blueprint version has no template type acme_order."])
    ]


def test_fields_of_the_accounts_own_are_shown_only_where_a_rule_fills_them(installation):
    of = DataField.objects.get(custom_id="deal_value")
    for number in range(300):
        DataField.objects.create(
            installation=installation,
            seen_at=timezone.now(),
            template_type_oneflow_id=of.template_type_oneflow_id,
            oneflow_id=of.oneflow_id + 90 + number,
            custom_id=f"own_{number}",
            name="Own",
            active=True,
            source="user",
        )
    Mapping.objects.create(
        extension=installation.extension, extension_type="acme_deal", custom_id="own_7", path="deal.customer_number"
    )

    kind = deal(installation)

    assert [each.custom_id for each in kind.lines] == ["deal_value", "customer_number", "vat_exempt", "own_7"]
    assert {"custom_id": "own_7", "value": "10042"} in kind.data_fields


def test_options_that_are_wrong_refuse_the_value(installation):
    set_rule(transform="shout", options={"loud": 1})

    assert told(line(installation))[0] is Outcome.REFUSED


def test_without_a_blueprint_there_is_nothing_to_say(installation):
    Installation.objects.update(blueprint=None)

    assert traced(installation).types == ()


def test_the_number_of_statements_does_not_grow_with_the_fields(installation, django_assert_num_queries):
    installation = Installation.objects.select_related("blueprint").get()

    known = parts()

    with django_assert_num_queries(4):
        trace(installation, known, RECORD)


def test_a_contract_is_compared_field_by_field(installation):
    BlueprintField.objects.filter(custom_id="vat_exempt").update(kind="checkbox")
    held = {"deal_value": "12500.50", "customer_number": "10041", "other": "none of our business"}

    found = {each.line.custom_id: each for each in compare(deal(installation), held)}

    assert {key: each.match for key, each in found.items()} == {
        "deal_value": Match.SAME,
        "customer_number": Match.DIFFERS,
        "vat_exempt": Match.NOT_THERE,
    }
    assert (found["customer_number"].held, found["customer_number"].line.given) == ("10041", "10042")
    assert found["vat_exempt"].line.given == ""


def test_a_contract_with_a_value_where_the_mapping_gives_none_differs_and_both_empty_are_the_same(installation):
    (value, number, _) = compare(deal(installation, {}), {"deal_value": "5", "customer_number": ""})

    assert (value.match, number.match) == (Match.DIFFERS, Match.SAME)


def test_a_field_that_is_refused_is_not_the_same_as_one_that_is_empty_on_the_contract(installation):
    record = {"deal": {**RECORD["deal"], "deal_value": [1]}}

    value = compare(deal(installation, record), {"deal_value": ""})[0]

    assert value.line.refused and value.match is Match.DIFFERS


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(record=VALUES, name=NAMES)
def test_whatever_the_record_each_field_has_an_outcome_and_the_body_fits(installation, record, name):
    installation = Installation.objects.select_related("blueprint").get(pk=installation.pk)
    found = tables_of(installation, parts(), {})
    rules = {("acme_deal", "deal_value"): Rule(name), ("acme_deal", "vat_exempt"): Rule(f"deal.{name}", "number")}

    for kind in follow(found, rules, record).types:
        for each in kind.lines:
            assert bool(each.reasons) == (each.outcome is not Outcome.FILLED)
        for field in kind.data_fields:
            assert 0 < len(field["value"]) <= 1_024
            field["value"].encode()
