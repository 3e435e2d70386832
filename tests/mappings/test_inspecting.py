"""The state of each field of an installation, decided from its rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.blueprints.content import content_of
from extensions.installations.mirror import Mirror
from extensions.installations.models import DataField, Part, TemplateType
from extensions.mappings.effective import effective
from extensions.mappings.inspecting import Facts, State, Table, tables, weights_of
from extensions.mappings.models import Mapping

LATER = timezone.now() + timedelta(hours=1)


def inspect(installation) -> dict[str, Table]:
    mirror = Mirror.load(installation)
    wanted = content_of(installation.blueprint)
    found = tables(wanted, mirror.template_types, mirror.fields, mirror.parts, effective(installation))
    return {table.wanted.extension_type: table for table in found}


def row(installation, custom_id: str, extension_type: str = "acme_deal"):
    return next(row for row in inspect(installation)[extension_type].rows if row.custom_id == custom_id)


def field(installation, custom_id: str = "deal_value") -> DataField:
    return DataField.objects.get(installation=installation, custom_id=custom_id)


def change(installation, custom_id: str = "deal_value", **values) -> None:
    DataField.objects.filter(installation=installation, custom_id=custom_id).update(**values)


def add(installation, custom_id: str, name: str, *, source: str = "user") -> DataField:
    of = field(installation)
    return DataField.objects.create(
        installation=installation,
        seen_at=LATER,
        template_type_oneflow_id=of.template_type_oneflow_id,
        oneflow_id=of.oneflow_id + 90,
        custom_id=custom_id,
        name=name,
        active=True,
        source=source,
    )


def test_in_a_healthy_account_every_field_is_ok_in_the_blueprints_order(installation):
    table = inspect(installation)["acme_deal"]

    assert [(row.custom_id, row.state) for row in table.rows] == [
        ("deal_value", State.OK),
        ("customer_number", State.OK),
        ("vat_exempt", State.OK),
    ]
    assert table.differing == 0


def test_a_row_says_what_fills_the_field(installation):
    assert row(installation, "deal_value").filled_by.path == "deal.deal_value"


def test_a_field_without_mapping_says_so(installation):
    Mapping.objects.filter(custom_id="deal_value").delete()

    assert row(installation, "deal_value").filled_by is None


def test_a_field_switched_off_is_off_since_it_was_seen_so(installation):
    change(installation, active=False, seen_at=LATER)

    found = row(installation, "deal_value")

    assert (found.state, found.since) == (State.OFF, LATER)


def test_a_field_with_another_name_is_renamed(installation):
    change(installation, name="Value")

    found = row(installation, "deal_value")

    assert found.state is State.RENAMED
    assert found.differences == [("name", "Deal value", "Value")]


@pytest.mark.parametrize("attribute", ["description", "placeholder"])
def test_a_field_with_another_description_or_placeholder_is_reworded(installation, attribute):
    change(installation, **{attribute: "other"})

    assert row(installation, "deal_value").state is State.REWORDED


def test_a_field_that_is_off_and_renamed_is_off(installation):
    change(installation, active=False, name="Value")

    assert row(installation, "deal_value").state is State.OFF


def test_a_field_gone_from_the_account_is_missing_since_then(installation):
    change(installation, missing_since=LATER)

    found = row(installation, "deal_value")

    assert (found.state, found.here, found.since) == (State.MISSING, None, LATER)


def test_a_field_of_a_part_never_read_is_not_called_missing(installation):
    of = field(installation).template_type_oneflow_id
    DataField.objects.filter(template_type_oneflow_id=of).delete()
    Part.objects.filter(name=f"fields/{of}").update(read_at=None)

    assert row(installation, "deal_value").state is State.UNREAD


def test_fields_of_a_missing_template_type_are_missing(installation):
    TemplateType.objects.filter(extension_type="acme_deal").update(missing_since=LATER)

    table = inspect(installation)["acme_deal"]

    assert table.here is None
    assert {row.state for row in table.rows} == {State.MISSING}


def test_without_any_template_types_read_nothing_is_known(installation):
    TemplateType.objects.all().delete()
    Part.objects.filter(name="template_types").update(read_at=None)

    assert {row.state for row in inspect(installation)["acme_deal"].rows} == {State.UNREAD}


def test_of_two_fields_with_one_custom_id_the_one_that_works_counts(installation):
    change(installation, active=False)
    add(installation, "deal_value", "Deal value", source="system")

    assert row(installation, "deal_value").state is State.OK


@pytest.mark.parametrize("name", ["Deal value", "deal  VALUE", "Dealvalue"])
def test_a_users_field_with_the_name_of_ours_shadows_it(installation, name):
    add(installation, "deal_val", name)

    found = row(installation, "deal_val")

    assert (found.state, found.shadows) == (State.SHADOWS, "deal_value")


def test_a_users_field_with_the_name_that_ours_bears_here_shadows_it(installation):
    change(installation, name="Value of the deal")
    add(installation, "own", "value of the DEAL")

    assert row(installation, "own").shadows == "deal_value"


def test_a_users_field_that_is_off_shadows_nothing(installation):
    add(installation, "deal_val", "Deal value")
    change(installation, "deal_val", active=False)

    assert row(installation, "deal_val").state is State.OWN


def test_spaces_around_a_name_do_not_count(installation):
    change(installation, name=" Deal value ")

    assert row(installation, "deal_value").state is State.OK


def test_a_users_field_with_a_name_of_its_own_is_none_of_our_business(installation):
    add(installation, "colour", "Colour")

    assert row(installation, "colour").state is State.OWN
    assert inspect(installation)["acme_deal"].differing == 0


def test_a_users_field_under_our_custom_id_is_the_field(installation):
    change(installation, source="user")

    assert row(installation, "deal_value").state is State.OK


def test_a_field_of_the_extension_beyond_the_blueprint_is_shown(installation):
    add(installation, "old_value", "Old value", source="system")

    assert row(installation, "old_value").state is State.EXTRA


def test_facts_survive_as_their_weight():
    for weight in range(32):
        assert Facts.from_weight(weight).weight == weight


def test_every_weight_means_one_state():
    listed = [weight for state in State for weight in weights_of(state)]

    assert sorted(listed) == list(range(32))
