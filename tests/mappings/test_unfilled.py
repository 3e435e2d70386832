"""Fields that a version brings and that no mapping fills."""

import pytest

from extensions.blueprints.drafting import copy
from extensions.blueprints.models import BlueprintField
from extensions.mappings.models import Mapping
from extensions.mappings.unfilled import unfilled
from tests.making import STAFF, make_extension

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """A draft that follows version 1, of whose fields nothing fills one."""
    extension = make_extension()
    Mapping.objects.filter(extension=extension, custom_id="vat_exempt").delete()
    return copy(extension.blueprints.get(), actor=STAFF)


def told(version):
    return [(field.custom_id, field.required) for field in unfilled(version)]


def test_a_new_field_and_a_newly_required_one_that_nothing_fills(draft):
    assert told(draft) == []
    deal = draft.template_types.get(extension_type="acme_deal")
    deal.fields.create(custom_id="note", name="Note", position=90)
    deal.fields.create(custom_id="order_reference", name="Order reference", required=True, position=91)
    deal.fields.create(custom_id="total", name="Total", position=92)
    Mapping.objects.create(
        extension=draft.extension, extension_type="acme_deal", custom_id="total", path="deal.total", transform="text"
    )

    assert told(draft) == [("order_reference", True), ("note", False)]

    BlueprintField.objects.filter(template_type=deal).update(required=True)
    assert ("vat_exempt", True) in told(draft)
    assert ("deal_value", True) not in told(draft)


def test_a_rule_of_another_type_or_extension_fills_nothing(draft):
    deal = draft.template_types.get(extension_type="acme_deal")
    deal.fields.create(custom_id="note", name="Note", position=90)
    other = make_extension("other")
    for extension, kind in ((draft.extension, "acme_order"), (other, "acme_deal")):
        Mapping.objects.create(
            extension=extension, extension_type=kind, custom_id="note", path="deal.note", transform="text"
        )

    assert told(draft) == [("note", False)]


def test_of_the_first_version_everything_is_new_and_what_is_released_later_changes_nothing(draft):
    first = draft.extension.blueprints.get(version=1)
    assert [custom_id for custom_id, _ in told(first)] == ["vat_exempt"]
