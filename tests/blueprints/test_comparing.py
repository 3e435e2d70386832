"""What differs between two contents of a blueprint: nothing here needs a database."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from extensions.blueprints.comparing import Attribute, FieldDifference, What, compare
from extensions.blueprints.content import TypeContent, digest, from_document


def deal(*fields: str | dict[str, Any], **values: Any) -> list[TypeContent]:
    """A content of one template type with these fields, each by its custom_id or in full."""
    each = [{"custom_id": field, "name": field.title()} if isinstance(field, str) else field for field in fields]
    return from_document([{"name": "Deal", "extension_type": "deal", "event_types": [], "fields": each, **values}])


def found(left: list[TypeContent], right: list[TypeContent], **options: Any) -> list[tuple[str, str]]:
    """What became of the fields of the deal."""
    [only] = compare(left, right, **options).types
    return [(each.field.custom_id, each.what.value) for each in only.fields]


def test_the_same_content_does_not_differ_and_has_the_same_digest():
    comparison = compare(deal("value", "number"), deal("value", "number"))

    assert not comparison.differs
    assert digest(deal("value")) == digest(deal("value")) != digest(deal("number"))


def test_fields_are_matched_by_custom_id_and_never_by_name():
    left = deal({"custom_id": "value", "name": "Deal value"})
    right = deal({"custom_id": "amount", "name": "Deal value"})

    assert found(left, right) == [("amount", "added"), ("value", "removed")]


def test_a_changed_field_says_what_changed_attribute_by_attribute():
    left = deal({"custom_id": "value", "name": "Value", "required": True})
    right = deal({"custom_id": "value", "name": " Deal value ", "kind": "checkbox", "placeholder": "1"})

    [only] = compare(left, right).types

    assert only.fields[0].attributes == (
        Attribute("name", "Value", "Deal value"),
        Attribute("placeholder", "", "1"),
        Attribute("kind", "text", "checkbox"),
        Attribute("required", True, False),
    )


def test_a_field_put_first_has_moved_and_the_others_have_not():
    [only] = compare(deal("a", "b", "c", "d"), deal("d", "a", "b", "c")).types

    [moved] = only.fields
    assert (moved.field.custom_id, moved.what, moved.places) == ("d", What.MOVED, (4, 1))


def test_what_was_added_or_removed_moves_nothing():
    assert found(deal("a", "b", "c"), deal("x", "a", "c")) == [("x", "added"), ("b", "removed")]


def test_an_order_that_means_nothing_is_left_out():
    assert found(deal("a", "b"), deal("b", "a"), ordered=False) == []


def test_what_is_switched_off_in_an_account_is_a_difference():
    comparison = compare(deal("a", "b"), deal("a", "b"), off={("deal", "b"), ("deal", "")})

    [only] = comparison.types
    assert only.attributes == (Attribute("state", "active", "off"),)
    assert [(each.field.custom_id, each.attributes) for each in only.fields] == [
        ("b", (Attribute("state", "active", "off"),))
    ]


def test_template_types_come_and_go_with_their_fields():
    comparison = compare(deal("a"), deal("b", extension_type="other"))

    assert [(each.template_type.extension_type, each.what) for each in comparison.types] == [
        ("other", What.ADDED),
        ("deal", What.REMOVED),
    ]
    assert (comparison.counts[What.ADDED], comparison.counts[What.REMOVED]) == (1, 1)


def test_the_order_of_event_types_does_not_count():
    left = deal(event_types=["contract:sign", "contract:publish"])

    assert not compare(left, deal(event_types=["contract:publish", "contract:sign"])).differs
    [changed] = compare(left, deal(event_types=["contract:sign"])).types
    assert (changed.what, changed.attributes[0].name) == (What.CHANGED, "wanted event types")


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_taking_out_what_moved_leaves_one_order(left, right):
    [only] = compare(deal(*left), deal(*right)).types

    changed: dict[str, FieldDifference] = {each.field.custom_id: each for each in only.fields}
    stays = [each for each in left if each not in changed]
    assert stays == [each for each in right if each not in changed]
    assert {each for each, difference in changed.items() if difference.what == What.ADDED} == set(right) - set(left)
    assert {each for each, difference in changed.items() if difference.what == What.REMOVED} == set(left) - set(right)
