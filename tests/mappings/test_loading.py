"""The mapping in the extension file replaces the stored one."""

import json
from pathlib import Path

import pytest

from extensions.blueprints import loading as blueprints
from extensions.blueprints.document import BadDocument
from extensions.mappings.loading import load
from extensions.mappings.models import Mapping
from tests.making import STAFF

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "acme-ledger.json"
pytestmark = pytest.mark.django_db


@pytest.fixture
def extension():
    return blueprints.load(json.loads(EXAMPLE.read_text(encoding="utf-8")), actor=STAFF)


def row(custom_id: str, path: str) -> dict[str, str]:
    return {"template_type": "acme_deal", "custom_id": custom_id, "path": path}


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
