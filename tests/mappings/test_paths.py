"""Where a path into a record leads, and where it stops."""

from decimal import Decimal

import pytest
from hypothesis import given

from extensions.mappings.paths import Absent, look_up, outline
from tests.mappings.records import PATHS, VALUES

RECORD = {
    "deal": {
        "amount": Decimal("12500.50"),
        "lines": [{"price": 1}, {"price": 2}, {"price": 3}],
        "closed": None,
        "note": "",
        "name": "Året runt",
    },
    "företag": {"belopp": "许多"},
    "paid": False,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("deal.amount", Decimal("12500.50")),
        ("deal.note", ""),
        ("paid", False),
        ("företag.belopp", "许多"),
        ("deal.lines", RECORD["deal"]["lines"]),
    ],
)
def test_a_path_leads_to_a_value_in_any_script_empty_ones_too(path, value):
    assert look_up(RECORD, path) == value


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("customer.name", "The record has no “customer”."),
        ("deal.owner", "“deal” has no “owner”."),
        ("deal.closed", "“deal.closed” is null."),
        ("deal.closed.at", "“deal.closed” is null."),
        ("deal.lines.0.price", "“deal.lines” is a list of 3, and a path cannot go into a list."),
        ("deal.amount.currency", "“deal.amount” is a number, and a path cannot go into it."),
        ("paid.on", "“paid” is true or false, and a path cannot go into it."),
        ("", "The record has no “”."),
    ],
)
def test_a_path_that_stops_says_where_and_why(path, sentence):
    assert look_up(RECORD, path) == Absent(sentence)


def test_a_record_that_is_no_object_has_no_values():
    assert look_up([1, 2], "deal") == Absent("The record is a list of 2, and a path cannot go into a list.")


@given(record=VALUES, path=PATHS)
def test_whatever_the_record_is_there_is_a_value_or_a_sentence(record, path):
    found = look_up(record, path)

    assert found is not None
    assert not isinstance(found, Absent) or found.sentence.endswith(".")


def test_an_outline_has_a_null_wherever_a_path_leads():
    assert outline(["deal.amount", "deal", "deal.seller.email", "deal.seller", "paid"]) == {
        "deal": {"amount": None, "seller": {"email": None}},
        "paid": None,
    }
    assert outline([]) == {}
