"""Drafts: begun, edited field by field, discarded."""

import re
from typing import Any

import pytest

from console.models import AuditEvent
from extensions.blueprints import editing
from extensions.blueprints.content import as_document, content_of
from extensions.blueprints.models import Blueprint, BlueprintField
from tests.console.blueprints.versions import at, field_of, order, text, values

pytestmark = pytest.mark.django_db


def test_an_administrator_begins_a_draft_from_any_version(administrator, extension):
    answer = administrator.post(at("version-draft", 1))

    assert answer.headers["Location"] == at("version", 2)
    assert "A draft judges nobody" in text(administrator.get(at("version", 2)))
    assert AuditEvent.objects.get(verb="blueprint.draft").actor == "administrator"


def test_who_changed_a_draft_and_when_stands_on_its_page(administrator, draft):
    field = field_of(draft, "deal_value")
    administrator.post(at("version-field", 2, field.pk), values(field, name="Amount", required="on"))

    shown = " ".join(text(administrator.get(at("version", 2))).split())

    assert "Sam began it from version 1" in shown
    assert "administrator changed <code>deal_value</code> in <code>acme_deal</code>: name" in shown


def test_a_field_is_changed_and_put_elsewhere(administrator, draft):
    field = field_of(draft, "vat_exempt")

    answer = administrator.post(at("version-field", 2, field.pk), values(field, kind="checkbox", place=1))

    assert answer.status_code == 302
    assert order(draft) == ["vat_exempt", "deal_value", "customer_number"]
    assert field_of(draft, "vat_exempt").kind == "checkbox"
    assert order(draft.extension.blueprints.get(version=1)) == ["deal_value", "customer_number", "vat_exempt"]


def test_a_number_that_is_emptied_leaves_the_row_where_it_is_and_records_nothing(administrator, draft):
    field = field_of(draft, "deal_value")

    answer = administrator.post(at("version-field", 2, field.pk), values(field, required="on", place=""))

    assert answer.status_code == 302
    assert order(draft) == ["deal_value", "customer_number", "vat_exempt"]
    assert not AuditEvent.objects.filter(verb="blueprint.change").exists()


def test_fields_are_added_last_or_where_it_is_said(administrator, draft):
    kind = draft.template_types.get(extension_type="acme_deal")
    new = {"custom_id": "discount", "name": "Discount", "kind": "text"}

    administrator.post(at("version-field-add", 2, kind.pk), new)
    answer = administrator.post(
        at("version-field-add", 2, kind.pk), {**new, "custom_id": "first", "place": 1, "another": "1"}
    )

    assert answer.headers["Location"] == at("version-field-add", 2, kind.pk)
    assert order(draft) == ["first", "deal_value", "customer_number", "vat_exempt", "discount"]


def test_a_field_is_moved_up_and_down_and_no_further_than_the_end(administrator, draft):
    pk = field_of(draft, "deal_value").pk
    for step in ("down", "down", "down", "up"):
        assert administrator.post(at("version-move", 2), {step: f"field {pk}"}).status_code == 302

    assert order(draft) == ["customer_number", "deal_value", "vat_exempt"]


def test_where_one_was_taken_out_the_others_close_up(administrator, draft):
    administrator.post(at("version-field-take-out", 2, field_of(draft, "customer_number").pk))
    last = field_of(draft, "vat_exempt")
    assert 'name="place" value="2"' in text(administrator.get(at("version-field", 2, last.pk)))

    administrator.post(at("version-move", 2), {"up": f"field {last.pk}"})

    assert order(draft) == ["vat_exempt", "deal_value"]
    event = AuditEvent.objects.filter(verb="blueprint.change").latest("pk")
    assert (event.details["what"], event.details["custom_id"]) == ("moved", "vat_exempt")


def test_a_template_type_is_added_changed_moved_and_taken_out(administrator, draft):
    administrator.post(
        at("version-type-add", 2),
        {"name": "Order", "extension_type": "acme_order", "event_types": "contract:sign\ncontract:publish"},
    )
    order_type = draft.template_types.get(extension_type="acme_order")
    administrator.post(at("version-move", 2), {"up": f"type {order_type.pk}"})
    deal = draft.template_types.get(extension_type="acme_deal")
    administrator.post(at("version-type-take-out", 2, deal.pk))

    assert order_type.event_types == ["contract:sign", "contract:publish"]
    assert [each.extension_type for each in draft.template_types.all()] == ["acme_order", "acme_engagement"]
    assert not BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="deal_value").exists()


def test_a_field_is_taken_out_of_the_draft_only(administrator, draft):
    administrator.post(at("version-field-take-out", 2, field_of(draft, "deal_value").pk))

    assert order(draft) == ["customer_number", "vat_exempt"]
    assert "deal_value" in order(draft.extension.blueprints.get(version=1))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"custom_id": "customer_number"}, "has the custom_id customer_number already"),
        ({"custom_id": ""}, "required"),
        ({"custom_id": "x" * 256}, "255"),
        ({"custom_id": "nul\0"}, "Null characters"),
        ({"name": "a\x07b"}, "cannot be shown"),
        ({"name": "   "}, "required"),
        ({"kind": "number"}, "number"),
        ({"placeholder": "x" * 256}, "255"),
        ({"description": "x" * 10_001}, "at most 10000"),
        ({"place": "0"}, "greater than or equal to 1"),
        ({"place": "9" * 30}, "less than or equal to 1000"),
        ({"place": "one"}, "whole number"),
    ],
)
def test_what_no_blueprint_can_hold_is_refused_in_the_form(administrator, draft, changed, words):
    field = field_of(draft, "deal_value")

    answer = administrator.post(at("version-field", 2, field.pk), values(field, **changed))

    assert answer.status_code == 422
    assert words in text(answer)
    assert as_document(content_of(draft)) == as_document(content_of(draft.extension.blueprints.get(version=1)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"extension_type": "acme_engagement"}, "is acme_engagement already"),
        ({"extension_type": "acme deal"}, "valid “slug”"),
        ({"event_types": "sign"}, "two or three parts"),
        ({"name": ""}, "required"),
    ],
)
def test_a_template_type_that_no_blueprint_can_hold_is_refused(administrator, draft, changed, words):
    row = draft.template_types.get(extension_type="acme_deal")
    sent = {"name": "Deal", "extension_type": "acme_deal", "event_types": "contract:sign", "place": 1, **changed}

    answer = administrator.post(at("version-type", 2, row.pk), sent)

    assert answer.status_code == 422
    assert words in text(answer)


def hidden(form: str, name: str) -> str:
    [value] = re.findall(rf'name="{name}" value="([^"]*)"', form)
    return str(value)


def test_of_two_who_change_one_field_the_second_is_told_and_overwrites_only_what_was_shown(administrator, draft):
    field = field_of(draft, "deal_value")
    field.required = True
    mine = values(field, placeholder="1 000", required="on")
    administrator.post(at("version-field", 2, field.pk), values(field, name="Amount", required="on"))

    answer = administrator.post(at("version-field", 2, field.pk), mine)

    shown = " ".join(text(answer).split())
    assert answer.status_code == 409
    assert "A colleague changed Amount while you had its form open, so nothing was stored." in shown
    assert "Name: theirs <b>Amount </b> · yours <b>Deal value </b>" in shown
    assert "Placeholder: theirs <b>nothing </b> · yours <b>1 000 </b>" in shown
    assert (hidden(shown, "placeholder"), hidden(shown, "name")) == ("1 000", "Deal value")  # what was typed
    field.refresh_from_db()
    assert (field.name, field.placeholder) == ("Amount", "")
    assert AuditEvent.objects.filter(verb="blueprint.change", outcome="refused").count() == 1

    again = {**mine, "seen": hidden(shown, "seen")}
    assert administrator.post(at("version-field", 2, field.pk), again).status_code == 302
    field.refresh_from_db()
    assert (field.name, field.placeholder) == ("Deal value", "1 000")


def test_what_a_colleague_changed_at_the_same_moment_is_not_overwritten(administrator, draft, monkeypatch):
    field = field_of(draft, "deal_value")
    put_field = editing.put_field

    def meanwhile(*args: Any, **options: Any) -> None:
        BlueprintField.objects.filter(pk=field.pk).update(description="Net of discount")
        put_field(*args, **options)

    monkeypatch.setattr(editing, "put_field", meanwhile)
    answer = administrator.post(at("version-field", 2, field.pk), values(field, name="Amount", required="on"))

    assert answer.status_code == 409
    field.refresh_from_db()
    assert (field.name, field.description) == ("Deal value", "Net of discount")


@pytest.mark.parametrize("seen", ["", "\0", "x" * 5000])
def test_a_form_that_does_not_say_what_it_was_made_for_overwrites_nothing(administrator, draft, seen):
    field = field_of(draft, "deal_value")

    answer = administrator.post(at("version-field", 2, field.pk), values(field, name="Amount", seen=seen))

    assert answer.status_code == 409
    assert field_of(draft, "deal_value").name == "Deal value"


def test_of_two_who_change_one_template_type_the_second_is_told(administrator, draft):
    row = draft.template_types.get(extension_type="acme_deal")
    form = text(administrator.get(at("version-type", 2, row.pk)))
    sent = {"extension_type": "acme_deal", "event_types": "\n".join(row.event_types), "seen": hidden(form, "seen")}
    assert administrator.post(at("version-type", 2, row.pk), {**sent, "name": "Bargain"}).status_code == 302

    answer = administrator.post(at("version-type", 2, row.pk), {**sent, "name": "Trade"})

    assert "theirs <b>Bargain </b> · yours <b>Trade </b>" in " ".join(text(answer).split())
    row.refresh_from_db()
    assert row.name == "Bargain"


def test_a_form_that_was_left_open_does_not_undo_a_colleague_s_move(administrator, draft):
    field = field_of(draft, "deal_value")
    mine = values(field, placeholder="1 000", required="on")
    administrator.post(at("version-move", 2), {"down": f"field {field.pk}"})

    assert administrator.post(at("version-field", 2, field.pk), mine).status_code == 302

    assert order(draft) == ["customer_number", "deal_value", "vat_exempt"]
    assert field_of(draft, "deal_value").placeholder == "1 000"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("version-field", {"custom_id": "x", "name": "X", "kind": "text"}),
        ("version-field-take-out", {}),
    ],
)
def test_a_released_version_is_not_edited(administrator, extension, name, sent):
    field = field_of(extension.blueprints.get(), "deal_value")
    before = as_document(content_of(extension.blueprints.get()))

    answer = administrator.post(at(name, 1, field.pk), sent, follow=True)

    assert "never changes again" in text(answer)
    assert as_document(content_of(extension.blueprints.get())) == before
    moved = administrator.post(at("version-move", 1), {"down": f"field {field.pk}"}, follow=True)
    assert "never changes again" in text(moved)
    assert as_document(content_of(extension.blueprints.get())) == before


@pytest.mark.parametrize("what", ["", "field", "field x", "field ²", f"field {'9' * 30}", "row 1", "field 1"])
def test_moving_what_is_not_there_is_no_page(administrator, draft, what):
    assert administrator.post(at("version-move", 2), {"up": what}).status_code == 404


def test_a_field_of_another_version_is_not_reached_through_this_one(administrator, draft):
    other = field_of(draft.extension.blueprints.get(version=1), "deal_value")

    assert administrator.get(at("version-field", 2, other.pk)).status_code == 404
    assert administrator.get(at("version-field", 2, 2**70)).status_code == 404


def test_a_draft_is_discarded(administrator, draft):
    answer = administrator.post(at("version-discard", 2), follow=True)

    assert "The draft 2 is discarded" in text(answer)
    assert not Blueprint.objects.filter(version=2).exists()
    assert AuditEvent.objects.get(verb="blueprint.discard").subject_name == "Acme Ledger 2"


def test_a_released_version_is_not_discarded(administrator, extension):
    assert "never changes again" in text(administrator.post(at("version-discard", 1), follow=True))
    assert AuditEvent.objects.get(verb="blueprint.discard").outcome == "refused"
