"""The mapping in the extension file replaces the stored one."""

import json
from pathlib import Path

import pytest

from extensions.blueprints import loading as blueprints
from extensions.blueprints.document import SCHEMA, BadDocument, check_mapping
from extensions.mappings.changing import Stale
from extensions.mappings.loading import load
from extensions.mappings.models import Mapping, Version
from extensions.mappings.transforms import DEFAULT_OPTION, TRANSFORMS
from tests.making import STAFF

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "acme-ledger.json"
pytestmark = pytest.mark.django_db


@pytest.fixture
def extension():
    return blueprints.load(json.loads(EXAMPLE.read_text(encoding="utf-8")), actor=STAFF)


def row(custom_id: str, path: str, **more) -> dict:
    return {"template_type": "acme_deal", "custom_id": custom_id, "path": path, **more}


def test_rows_are_added_changed_and_taken_out(extension):
    load(extension, [row("deal_value", "deal.amount"), row("currency", "deal.currency")], actor=STAFF)
    kept = Mapping.objects.get(custom_id="deal_value").pk

    changed = load(extension, [row("deal_value", "deal.total"), row("deal_name", "deal.name")], actor=STAFF)

    assert changed == 3
    assert list(Mapping.objects.values_list("custom_id", "path")) == [
        ("deal_name", "deal.name"),
        ("deal_value", "deal.total"),
    ]
    assert Mapping.objects.get(custom_id="deal_value").pk == kept


def test_a_field_that_no_version_has_is_refused_and_the_mapping_stays(extension):
    load(extension, [row("deal_value", "deal.amount")], actor=STAFF)

    with pytest.raises(BadDocument, match=r"\$.mapping\[1\]: no version .* nothing in acme_deal"):
        load(extension, [row("deal_name", "deal.name"), row("nothing", "deal.name")], actor=STAFF)

    assert list(Mapping.objects.values_list("custom_id", flat=True)) == ["deal_value"]


def test_an_empty_mapping_takes_all_out(extension):
    load(extension, [row("deal_value", "deal.amount")], actor=STAFF)

    load(extension, [], actor=STAFF)

    assert not Mapping.objects.exists()


def test_each_load_that_changes_something_is_a_version(extension):
    load(extension, [row("deal_value", "deal.amount", transform="number", options={"decimals": 2})], actor=STAFF)
    load(extension, [row("deal_value", "deal.amount", transform="number", options={"decimals": 2})], actor=STAFF)
    load(extension, [row("deal_value", "deal.amount")], actor=STAFF, reason="whole numbers suffice")

    newest, oldest = Version.objects.order_by("-number")
    assert (newest.number, newest.how, newest.by, newest.reason) == (2, "file", "Sam", "whole numbers suffice")
    assert oldest.content == [row("deal_value", "deal.amount", transform="number", options={"decimals": 2})]
    assert Mapping.objects.get().options == {}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"transform": "number", "options": {"decimals": 99}}, "“decimals” must be a whole number"),
        ({"transform": "number", "options": {"separator": ","}}, "“separator” is no option of number"),
        ({"transform": "choice"}, "“values” is missing"),
    ],
)
def test_options_that_the_transform_does_not_take_are_refused(extension, more, words):
    with pytest.raises(BadDocument, match=rf"\$.mapping\[1\]: {words}"):
        load(extension, [row("deal_name", "deal.name"), row("deal_value", "deal.amount", **more)], actor=STAFF)

    assert not Mapping.objects.exists()
    assert not Version.objects.exists()


def test_a_load_over_a_version_that_is_no_longer_the_newest_is_refused(extension):
    load(extension, [row("deal_value", "deal.amount")], actor=STAFF)

    with pytest.raises(Stale):
        load(extension, [], actor=STAFF, base=0)

    assert Mapping.objects.count() == 1


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, r"\$: lacks the key mapping"),
        ({"mapping": {}}, "expected a list, found an object"),
        ({"mapping": [], "blueprint": {}}, "does not know the key blueprint"),
        ({"mapping": [row("a", "deal..a")]}, "expected a path of names"),
        ({"mapping": [row("a", "")]}, "expected a path of names"),
        ({"mapping": [row("a", "deal.a", transform="rot13")]}, "expected one of text, number"),
        ({"mapping": [row("a", "deal.a", options=[])]}, "expected an object, found a list"),
        ({"mapping": [row("a", "deal.a", options={"rot": 13})]}, "does not know the key rot"),
        ({"mapping": [row("a", "deal.a", options={"trim": "yes"})]}, "expected true or false, found text"),
        ({"mapping": [row("a", "deal.a", options={"decimals": True})]}, "expected a whole number, found true or false"),
        ({"mapping": [row("a", "deal.a", options={"default": "x" * 1_000_000})]}, "expected at most 1024 characters"),
        ({"mapping": [row("a", "deal.a", options={"default": "\0"})]}, "a character that cannot be shown"),
        ({"mapping": [row("a", "deal.a", options={"default": "\ud800"})]}, "a character that cannot be shown"),
        ({"mapping": [row("a", "deal.a", options={"values": {"a": {"b": {}}}})]}, "expected text, found an object"),
        ({"mapping": [row("a", "deal.a", options={"values": {"x" * 1_000_000: ""}})]}, "expected at most 1024"),
        ({"mapping": [row("a", "deal.a", options={"values": {"x" * 1_000_000: 1}})]}, "expected text, found a number"),
        ({"mapping": [row("a", "deal.a", options={"values": {"\ud800": 1}})]}, r"values.\\ud800: expected text"),
        ({"mapping": [row("a", "deal.a"), row("a", "deal.b")]}, r"stands already at \$.mapping\[0\]"),
        ({"mapping": [row(f"f{each}", "deal.a") for each in range(10_001)]}, "expected at most 10000 entries"),
    ],
)
def test_a_mapping_file_of_another_shape_is_refused_place_by_place(document, words):
    with pytest.raises(BadDocument, match=words) as caught:
        check_mapping(document)

    assert len(str(caught.value)) < 2_000


def test_the_published_schema_knows_every_transform_and_option():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    options = schema["options"]["properties"]
    kinds = {"flag": "boolean", "whole": "integer", "table": "object"}

    assert schema["mapping"]["properties"]["transform"]["enum"] == list(TRANSFORMS)
    known = {option.name: option for each in TRANSFORMS.values() for option in each.options} | {
        "default": DEFAULT_OPTION
    }
    assert options.keys() == known.keys()
    for name, option in known.items():
        assert options[name]["type"] == kinds.get(option.kind, "string")
