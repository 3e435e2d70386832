"""The pages of blueprint versions: seen by all, drafted and released by administrators."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.blueprints import importing
from console.models import AuditEvent, Heartbeat
from console.templatetags.console import since
from extensions.blueprints import editing
from extensions.blueprints.content import as_document, content_of, digest_of
from extensions.blueprints.drafting import copy
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension
from extensions.installations.matching import types_of_ours
from extensions.installations.models import DataField, Installation, TemplateType
from tests.connected import connect, refresh
from tests.health.test_previewing import preview_of
from tests.making import STAFF, make_blueprint, make_extension, make_installation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(make_user("administrator"))
    return client


@pytest.fixture
def support() -> Client:
    client = Client()
    client.force_login(make_user("support"))
    return client


@pytest.fixture
def extension(db: None) -> Extension:
    return make_extension()


@pytest.fixture
def draft(extension: Extension) -> Blueprint:
    return copy(extension.blueprints.get(), actor=STAFF)


def at(name: str, *args: Any) -> str:
    return reverse(name, args=["acme_ledger", *args])


def text(answer: Any) -> str:
    return answer.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def field_of(blueprint: Blueprint, custom_id: str) -> BlueprintField:
    return BlueprintField.objects.get(template_type__blueprint=blueprint, custom_id=custom_id)


def values(field: BlueprintField, **changed: Any) -> dict[str, Any]:
    names = ("custom_id", "name", "description", "placeholder", "kind")
    place = field.position + 1
    unchanged = {"place": place, "initial-place": place, "seen": digest_of(field)}
    return {**{name: getattr(field, name) for name in names}, **unchanged, **changed}


def order(blueprint: Blueprint, extension_type: str = "acme_deal") -> list[str]:
    fields = BlueprintField.objects.filter(
        template_type__blueprint=blueprint, template_type__extension_type=extension_type
    )
    return list(fields.order_by("position", "pk").values_list("custom_id", flat=True))


def test_the_menu_leads_to_the_versions_of_the_only_extension(support, extension):
    assert at("versions") in text(support.get(reverse("admin:index"))) or reverse("versions-home") in text(
        support.get(reverse("admin:index"))
    )
    assert support.get(reverse("versions-home")).headers["Location"] == at("versions")


def test_without_an_extension_the_page_says_how_to_get_one(support):
    assert "No extension yet" in text(support.get(reverse("versions-home")))


def test_an_extension_without_a_version_says_how_to_begin(support, extension):
    Blueprint.objects.all().delete()

    assert "No version yet" in text(support.get(at("versions")))


def test_the_versions_say_who_lives_on_which_and_how_well(support, extension):
    second = make_blueprint(extension, 2)
    for number, match in enumerate([100, 91, 80], start=1):
        make_installation(extension, oneflow_id=number, blueprint=second, blueprint_match=match)
    make_installation(extension, oneflow_id=4, blueprint=second, blueprint_set=True, blueprint_match=None)
    make_installation(extension, oneflow_id=5, blueprint=None)
    make_installation(extension, oneflow_id=6, blueprint=second, state=Installation.State.DISCONNECTED)

    answer = support.get(at("versions"))

    living = answer.context["lines"][0][1]
    assert (living["number"], living["inferred"], living["set"], living["lowest"]) == (4, 3, 1, 80)
    assert round(living["mean"], 1) == 90.3
    shown = text(answer).replace("&amp;", "&")
    assert "90.3 %" in shown
    assert "blueprint=acme_ledger+2&match=less" in shown
    assert "version is not known yet" in shown


def test_a_number_on_the_versions_pages_and_the_list_that_it_leads_to_agree(support, extension):
    other = make_extension("acme_other", name="Other")
    for number, state in enumerate([*Installation.State] * 2, start=1):
        for key, version in enumerate([extension.blueprints.get(), None]):
            make_installation(extension, oneflow_id=10 * number + key, blueprint=version, state=state)
    make_installation(other, oneflow_id=99, blueprint=None)

    answer = support.get(at("versions"))
    living, unknown = answer.context["lines"][0][1], answer.context["unknown"]
    facts = support.get(at("version", 1)).context["living"]

    for number, url in (
        (living["number"], living["url"]),
        (unknown["number"], answer.context["unknown_url"]),
        (facts["number"], facts["url"]),
    ):
        assert number == 4
        assert support.get(url).context["cl"].result_count == number
    assert "disconnected ones too" not in text(answer)


@pytest.mark.parametrize("page", ["versions", "version"])
def test_a_page_costs_the_same_however_much_there_is(support, extension, django_assert_max_num_queries, page):
    kind = BlueprintTemplateType.objects.get(extension_type="acme_deal")
    BlueprintField.objects.bulk_create(
        BlueprintField(template_type=kind, custom_id=f"field_{n}", name="A field with a name", description="x" * 200)
        for n in range(297)
    )
    BlueprintTemplateType.objects.bulk_create(
        BlueprintTemplateType(blueprint=kind.blueprint, name="Type", extension_type=f"a_type_{n}", position=n + 2)
        for n in range(98)
    )
    for number in range(2, 40):
        Blueprint.objects.create(extension=extension, version=number, notes="x" * 1000)
    for number in range(1, 6):
        make_installation(extension, oneflow_id=number)

    with django_assert_max_num_queries(10):
        answer = support.get(at(page) if page == "versions" else at(page, 1))

    assert answer.status_code == 200
    assert len(answer.content) < 150_000


def test_a_version_shows_what_it_says_one_template_type_at_a_time(support, extension):
    first = text(support.get(at("version", 1)))
    second = text(support.get(at("version", 1), {"type": "acme_engagement"}))

    assert "deal_value" in first and "fiscal_year" not in first
    assert "fiscal_year" in second and "deal_value" not in second
    assert "contract:decline" in first


@pytest.mark.parametrize(
    "address", ["/versions/acme_ledger/9/", "/versions/acme_ledger/99999999999999999999/", "/versions/x/"]
)
def test_there_is_no_page_of_what_there_is_not(support, extension, address):
    assert support.get(address).status_code == 404


def test_of_two_extensions_each_has_versions_of_its_own(support, extension):
    make_extension("other_ledger", name="Other")
    make_blueprint(Extension.objects.get(integration_key="other_ledger"), 2)

    assert "Other" in text(support.get(reverse("versions-home")))
    assert support.get(at("version", 2)).status_code == 404


# --- Drafts --------------------------------------------------------------------------------------------------------


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


# --- Releasing -----------------------------------------------------------------------------------------------------


def test_a_release_says_what_it_means_and_is_done_when_confirmed(administrator, draft):
    make_installation(draft.extension, blueprint=draft.extension.blueprints.get(version=1))
    field = field_of(draft, "deal_value")
    administrator.post(at("version-field", 2, field.pk), values(field, name="Amount"))

    asked = administrator.get(at("version-release", 2))
    shown = " ".join(text(asked).split())
    assert "It reaches nobody by itself: the 1 connected installation stays on the version" in shown
    assert "1</span> changed" in shown or "1 changed" in shown

    answer = administrator.post(
        at("version-release", 2), {"notes": "Renames the amount.", "seen": asked.context["seen"]}, follow=True
    )

    assert "Version 2 is released" in text(answer)
    assert Blueprint.objects.get(version=2).notes == "Renames the amount."
    assert Installation.objects.get().blueprint.version == 1


def test_a_release_says_what_the_latest_preview_said_and_that_there_was_none(administrator, draft):
    make_installation(draft.extension)
    kind = draft.template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=kind, custom_id="later", name="Later", required=True)

    def shown() -> str:
        return " ".join(text(administrator.get(at("version-release", 2))).split())

    assert "nobody has asked yet" in shown()
    preview = preview_of(draft)
    page = shown()
    assert reverse("preview", args=[preview.pk]) in page and "of 1 connected account: " in page
    assert "newly failing 1</a>." in page and "Out of date" not in page
    BlueprintField.objects.filter(template_type=kind, custom_id="later").update(required=False)
    assert "Out of date" in shown() and "newly failing 1</a>." in shown()


def test_a_draft_that_changed_since_it_was_looked_at_is_not_released(administrator, draft):
    seen = administrator.get(at("version-release", 2)).context["seen"]
    BlueprintField.objects.filter(template_type__blueprint=draft).first().delete()

    answer = administrator.post(at("version-release", 2), {"notes": "As seen.", "seen": seen})

    assert answer.status_code == 422
    assert "was changed meanwhile" in text(answer)
    assert "As seen." in text(answer)  # nothing of what was written is lost
    assert Blueprint.objects.get(version=2).state == "draft"
    assert AuditEvent.objects.get(verb="blueprint.release").outcome == "refused"


def test_nothing_is_released_by_a_form_that_does_not_say_what_was_seen(administrator, draft):
    assert administrator.post(at("version-release", 2), {"notes": "Blind."}).status_code == 422
    assert Blueprint.objects.get(version=2).state == "draft"


def test_a_release_sent_twice_happens_once(administrator, draft):
    sent = {"notes": "Once.", "seen": administrator.get(at("version-release", 2)).context["seen"]}
    administrator.post(at("version-release", 2), sent)
    released_at = Blueprint.objects.get(version=2).released_at

    answer = administrator.post(at("version-release", 2), sent, follow=True)

    assert "is released and never changes again" in text(answer)
    assert Blueprint.objects.get(version=2).released_at == released_at


def test_an_empty_draft_cannot_be_released(administrator, draft):
    draft.template_types.all().delete()

    asked = administrator.get(at("version-release", 2))

    assert "The draft is empty" in text(asked)
    answer = administrator.post(at("version-release", 2), {"notes": "x", "seen": asked.context["seen"]})
    assert answer.status_code == 422


# --- Comparing -----------------------------------------------------------------------------------------------------


def test_two_versions_are_compared_field_by_field(support, draft):
    BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="deal_value").update(name="Amount")
    BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="fiscal_year").delete()

    shown = " ".join(text(support.get(at("versions-compare"), {"left": "1", "right": "2"})).split())

    assert "<del>Deal value </del> → <ins>Amount </ins>" in shown
    assert "− removed" in shown
    assert "0 fields added" in shown


def test_versions_that_say_the_same_are_said_to(support, draft):
    assert "Nothing differs" in text(support.get(at("versions-compare"), {"left": "1", "right": "2"}))


def test_a_version_s_page_leads_to_its_comparison_with_the_version_before(support, extension, draft):
    second, third = make_blueprint(extension, 3), copy(extension.blueprints.get(version=1), actor=STAFF)
    assert (draft.version, second.version, third.version) == (2, 3, 4)

    def before(version: int) -> Any:
        link = f"{at('versions-compare')}?right={version}"
        assert link in text(support.get(at("version", version)))
        answer = support.get(link)
        return answer.context["left"].version if "left" in answer.context else text(answer)

    assert before(3) == 1  # the released one before, over a draft in between
    assert before(4) == before(2) == 3  # of a draft the newest that is released
    assert "No version before it" in before(1)
    assert "has no version 99" in text(support.get(at("versions-compare"), {"right": "99"}))


def test_a_version_is_compared_with_what_an_account_really_has(support, extension):
    installation = make_installation(extension)
    DataField.objects.filter(custom_id="deal_value").update(name="Betrag", active=False)
    DataField.objects.filter(custom_id="fiscal_year").update(missing_since=timezone.now())

    answer = support.get(at("versions-compare"), {"left": "1", "account": str(installation.account.oneflow_id)})

    shown = " ".join(text(answer).split())
    assert "what Customer 410001 has" in shown
    assert "<del>Deal value </del> → <ins>Betrag </ins>" in shown
    assert "<del>active </del> → <ins>off </ins>" in shown
    assert "− not in the account" in shown


def test_a_half_read_account_is_compared_with_a_warning_and_a_never_read_one_not_at_all(support, extension):
    installation = make_installation(extension)
    asked = {"left": "1", "account": "410001"}
    installation.parts.filter(name__startswith="fields/").update(unread_reason="unavailable")
    assert "were not read by the latest refresh" in text(support.get(at("versions-compare"), asked))

    installation.parts.all().delete()
    assert "were never read. Refresh it first." in text(support.get(at("versions-compare"), asked))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"left": "1", "right": "2"}, "has no version 2"),  # another extension's
        ({"left": "x", "right": "1"}, "has no version x"),
        ({"left": "1", "right": "9" * 40}, "has no version"),
        ({"left": "1", "account": "9" * 40}, "no installation of Acme Ledger"),
        ({"left": "1", "account": "-1"}, "no installation of Acme Ledger"),
        ({"left": "1", "account": "٣"}, "no installation of Acme Ledger"),
        ({"left": "1\0", "right": "1"}, "has no version"),
        ({"left": "1", "account": "77"}, "no installation of Acme Ledger"),  # of another extension
        ({}, "Nothing chosen yet"),
    ],
)
def test_what_cannot_be_compared_is_said(support, extension, asked, words):
    other = make_extension("other_ledger", name="Other")
    make_blueprint(other, 2)
    make_installation(other, oneflow_id=77)

    answer = support.get(at("versions-compare"), asked)

    assert answer.status_code == 200
    assert words in text(answer)


def test_comparing_costs_few_queries_and_shows_a_page(support, extension, django_assert_max_num_queries):
    second = Blueprint.objects.create(extension=extension, version=2)
    for number in range(5):
        kind = BlueprintTemplateType.objects.create(blueprint=second, name="T", extension_type=f"t{number}")
        BlueprintField.objects.bulk_create(
            BlueprintField(template_type=kind, custom_id=f"f{n}", name="Field") for n in range(300)
        )
    make_installation(extension)
    Heartbeat.beat("worker", timezone.now())

    for other, most in (({"right": "2"}, 7), ({"account": "410001"}, 10)):
        with django_assert_max_num_queries(most):
            answer = support.get(at("versions-compare"), {"left": "1", **other})
        assert len(answer.content) < 150_000


# --- Importing and exporting ---------------------------------------------------------------------------------------


def upload(client: Client, content: bytes | Any) -> Any:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(at("versions-import-file"), {"file": SimpleUploadedFile("blueprint.json", raw)})


def test_an_export_is_the_file_that_an_import_takes(administrator, extension):
    exported = administrator.get(at("version-export", 1))
    assert exported.headers["Content-Disposition"] == 'attachment; filename="acme_ledger-blueprint-1.json"'

    answer = upload(administrator, exported.content)

    assert answer.headers["Location"] == at("version", 2)
    draft = Blueprint.objects.get(version=2)
    assert draft.state == "draft"
    assert as_document(content_of(draft)) == as_document(content_of(Blueprint.objects.get(version=1)))
    assert AuditEvent.objects.filter(verb="blueprint.export", outcome="done").exists()


def test_an_extension_file_is_taken_by_its_blueprint(administrator, extension):
    blueprint = {
        "version": 7,
        "template_types": [{"name": "D", "extension_type": "d", "event_types": [], "fields": []}],
    }

    upload(administrator, {"name": "Acme", "integration_key": "acme_ledger", "blueprint": blueprint})

    assert [each.name for each in Blueprint.objects.get(version=2).template_types.all()] == ["D"]


TYPE = {"name": "D", "extension_type": "d", "event_types": [], "fields": []}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected JSON"),
        (b"\xff\xfe{", "UTF-8"),
        (b"[]", "expected an object"),
        (b'{"template_types": [], "template_types": []}', "stands twice"),
        (b'{"template_types": ' + b"[" * 100_000, "nested too deeply"),
        ({}, "lacks the key template_types"),
        ({"template_types": []}, "is empty"),
        ({"template_types": [TYPE], "colour": 1}, "does not know the key colour"),
        ({"template_types": [{**TYPE, "fields": [{"custom_id": "a", "name": "A"}] * 2}]}, "a stands already"),
        ({"template_types": [TYPE, TYPE]}, "d stands already"),
        ({"template_types": [{**TYPE, "name": "x\0"}]}, "cannot be shown"),
        (
            {"template_types": [{**TYPE, "fields": [{"custom_id": "a", "name": "A", "kind": "number"}]}]},
            "text, checkbox",
        ),
        ({"template_types": [TYPE], "extension": "other"}, "is a blueprint of other, not of acme_ledger"),
        ({"template_types": [TYPE], "version": 10**29}, "whole number from 1"),
        ({"openapi": "3.1.0", "paths": {}}, "does not know the key"),
    ],
)
def test_a_file_that_is_no_blueprint_is_refused_and_nothing_stored(administrator, extension, content, words):
    answer = upload(administrator, content)

    assert answer.status_code == 422
    assert words in text(answer)
    assert Blueprint.objects.count() == 1
    assert AuditEvent.objects.get(verb="blueprint.draft").outcome == "refused"


def test_a_file_of_fifty_megabytes_is_refused_unread(administrator, extension, monkeypatch):
    monkeypatch.setattr(TemporaryUploadedFile, "read", lambda *args: pytest.fail("it was read"))

    answer = upload(administrator, b" " * 50_000_000)

    assert answer.status_code == 422
    assert "is larger than 8,000,000 bytes" in text(answer)


def test_without_a_file_the_page_asks_for_one(administrator, extension):
    assert "no file was chosen" in text(administrator.post(at("versions-import-file")))


def of_account(client: Client, *types: int | str, account: str = "410001") -> Any:
    return client.post(at("versions-import-account"), {"account": account, "types": types})


def test_a_reference_account_becomes_a_draft_with_what_could_not_be_known(administrator, extension):
    installation = make_installation(extension)
    deal = TemplateType.objects.get(extension_type="acme_deal")
    DataField.objects.create(
        installation=installation,
        template_type_oneflow_id=deal.oneflow_id,
        oneflow_id=5,
        custom_id="discount",
        name="Discount",
        active=True,
        source="system",
        seen_at=timezone.now(),
    )

    chosen = administrator.get(at("versions-import"), {"account": "410001"})
    assert f'value="{deal.oneflow_id}"' in text(chosen)
    answer = of_account(administrator, deal.oneflow_id)

    draft = Blueprint.objects.get(version=2)
    assert answer.headers["Location"] == at("version", 2)
    assert order(draft) == ["deal_value", "customer_number", "vat_exempt", "discount"]
    assert field_of(draft, "deal_value").required  # as the newest version says of the same custom_id
    assert draft.template_types.get().event_types == ["contract:publish", "contract:sign", "contract:decline"]
    assert "1 field that no known version has is taken for optional text" in draft.notes
    assert AuditEvent.objects.get(verb="blueprint.draft").details == {"version": 2, "from": "account 410001"}


def test_an_import_says_what_it_took_for_wanted_and_what_is_off_there(administrator, extension):
    make_installation(extension)
    BlueprintTemplateType.objects.filter(extension_type="acme_deal").delete()
    DataField.objects.filter(custom_id="vat_exempt").update(active=False)
    deal = TemplateType.objects.get(extension_type="acme_deal")

    answer = of_account(administrator, deal.oneflow_id)

    draft = Blueprint.objects.get(version=2)
    assert draft.template_types.get().event_types == ["contract:decline", "contract:publish", "contract:sign"]
    page = text(administrator.get(answer.headers["Location"]))
    for words in ("are taken for wanted (contract:decline,", "though switched off there: acme_deal/vat_exempt"):
        assert words in page


def test_notes_that_do_not_fit_say_so(administrator, extension, monkeypatch):
    make_installation(extension)
    BlueprintTemplateType.objects.all().delete()
    monkeypatch.setattr(importing, "LONGEST_NOTES", 200)

    of_account(administrator, *TemplateType.objects.values_list("oneflow_id", flat=True))

    notes = Blueprint.objects.get(version=2).notes
    assert len(notes) == 200 and notes.endswith("take fewer template types into one draft.")


def test_a_release_that_wants_no_events_of_a_type_asks_whether_that_is_meant(administrator, extension):
    draft = copy(extension.blueprints.get(), actor=STAFF)
    assert "wants no events" not in text(administrator.get(at("version-release", draft.version)))

    draft.template_types.filter(extension_type="acme_deal").update(event_types=[])

    assert "Deal wants no events" in text(administrator.get(at("version-release", draft.version)))


def test_a_toolkit_account_gives_every_field_of_its_own(administrator, extension):
    make_installation(extension, mode="toolkit")
    TemplateType.objects.update(extension_type="", confirmed_role="")
    DataField.objects.update(source="user")

    of_account(administrator, *TemplateType.objects.values_list("oneflow_id", flat=True))

    draft = Blueprint.objects.get(version=2)
    assert order(draft) == ["deal_value", "customer_number", "vat_exempt"]  # matched by the type's name
    assert draft.template_types.count() == 2


@pytest.mark.parametrize("types", [[], ["1"], ["x"], ["9" * 40], ["\0"]])
def test_types_that_the_account_does_not_have_are_refused(administrator, extension, types):
    make_installation(extension)

    answer = of_account(administrator, *types)

    assert answer.status_code == 422
    assert "Choose at least one template type that the account has" in text(answer)


@pytest.mark.parametrize(
    ("narrowed", "values", "words"),
    [
        ({"name": "template_types"}, {"read_at": None}, "template types of Customer 410001 were never read"),
        ({"name__startswith": "fields/"}, {"read_at": None}, "The fields of Deal were never read"),
        ({"name__startswith": "fields/"}, {"unread_reason": "unavailable"}, "not read by the latest refresh"),
    ],
)
def test_a_half_read_account_is_no_reference(administrator, extension, narrowed, values, words):
    make_installation(extension).parts.filter(**narrowed).update(**values)

    answer = of_account(administrator, TemplateType.objects.get(extension_type="acme_deal").oneflow_id)

    assert answer.status_code == 422
    assert words in text(answer)
    assert Blueprint.objects.count() == 1


def test_what_an_account_has_is_dated_by_when_it_was_read_and_not_by_a_refused_refresh(administrator, extension):
    installation = make_installation(extension)
    read_at = timezone.now() - timedelta(days=3)
    installation.parts.update(read_at=read_at, unread_reason="invalid_token")

    answer = administrator.get(at("versions-import"), {"account": "410001"})

    assert answer.context["read_at"] == read_at
    assert f"as last read {since(read_at)}." in text(answer)


def test_an_account_with_what_no_blueprint_holds_is_refused_in_words(administrator, extension):
    make_installation(extension)
    DataField.objects.filter(custom_id="deal_value").update(custom_id=" deal value ")

    answer = of_account(administrator, TemplateType.objects.get(extension_type="acme_deal").oneflow_id)

    assert "has what no blueprint can hold" in text(answer)
    assert "without spaces at either end" in text(answer)


@pytest.mark.parametrize("account", ["", "77", "x", "٣", "9" * 40, "410001\0"])
def test_an_account_that_is_not_ours_is_no_reference(administrator, extension, account):
    make_installation(extension)

    assert "no installation of Acme Ledger" in text(of_account(administrator, "1", account=account))


def test_a_template_type_that_no_version_has_is_read_when_asked_for_and_then_taken(administrator, sandbox):
    installation = connect(sandbox)
    token, email = installation.token.reveal(), installation.acting_user_email
    made = sandbox.api(
        "/template_types", token=token, email=email, method="POST", json={"name": "Lease", "description": ""}
    ).json()
    sandbox.api(
        f"/template_types/{made['id']}/data_fields",
        token=token,
        email=email,
        method="PUT",
        json={"data_fields": [{"custom_id": "object", "name": "Object", "description": "", "placeholder": ""}]},
    )
    refresh(installation)
    account = str(installation.account.oneflow_id)
    assert "Have them read first" in text(of_account(administrator, made["id"], account=account))

    asked = administrator.post(at("versions-import-read"), {"account": account, "types": [made["id"]]})
    refresh(installation)
    of_account(administrator, made["id"], account=account)

    assert asked.headers["Location"] == f"{at('versions-import')}?account={account}"
    draft = Blueprint.objects.get(version=2)
    assert [(each.name, each.extension_type) for each in draft.template_types.all()] == [("Lease", "lease")]
    assert order(draft, "lease") == ["object"]
    assert (installation.verdict, installation.blueprint_match) == ("healthy", 100)  # it is none of our business yet
    assert AuditEvent.objects.get(verb="installation.read_fields", outcome="done").details == {
        "template_types": [made["id"]]
    }


def test_reading_a_type_that_is_called_like_a_role_of_ours_makes_it_none_of_ours_and_is_taken_back(
    administrator, extension
):
    installation = make_installation(extension)
    own = TemplateType.objects.create(
        installation=installation, oneflow_id=99999, name="Acme deal", active=True, seen_at=timezone.now()
    )
    sent = {"account": "410001", "types": ["99999"]}

    administrator.post(at("versions-import-read"), sent)

    own.refresh_from_db()
    assert own.confirmed_role == "acme_deal_99999"
    assert "Stop reading these" in text(administrator.get(at("versions-import"), {"account": "410001"}))
    answer = administrator.post(at("versions-import-stop-reading"), sent)
    assert answer.headers["Location"] == f"{at('versions-import')}?account=410001"
    own.refresh_from_db()
    assert own.confirmed_role == ""
    told = AuditEvent.objects.get(verb="installation.forget_roles")
    assert told.details == {"template_types": {"99999": "acme_deal_99999"}}
    installation.refresh_from_db()
    assert installation.wanted_at is not None


def test_what_plays_a_role_wrongly_since_it_was_read_is_taken_back(administrator, extension):
    installation = make_installation(extension)
    values = {"oneflow_id": 99999, "name": "Acme deal", "active": True, "confirmed_role": "acme_deal"}
    TemplateType.objects.create(installation=installation, seen_at=timezone.now(), **values)

    administrator.post(at("versions-import-stop-reading"), {"account": "410001", "types": ["99999"]})

    seen = list(TemplateType.objects.filter(installation=installation))
    assert types_of_ours(extension.blueprints.get().template_types.all(), seen)["acme_deal"].name == "Deal"


@pytest.mark.parametrize("types", [[], ["1"], ["x"], ["41000110"]])
def test_of_what_nothing_was_said_nothing_is_taken_back(administrator, extension, types):
    make_installation(extension)

    answer = administrator.post(at("versions-import-stop-reading"), {"account": "410001", "types": types})

    assert answer.status_code == 422
    assert AuditEvent.objects.get(verb="installation.forget_roles").outcome == "refused"


def test_a_types_role_that_only_a_draft_has_is_not_made_up_for_another(administrator, extension):
    installation = make_installation(extension)
    TemplateType.objects.create(
        installation=installation, oneflow_id=99999, name="Order", active=True, seen_at=timezone.now()
    )
    draft = copy(extension.blueprints.get(), actor=STAFF)
    draft.template_types.filter(extension_type="acme_deal").update(extension_type="order")

    administrator.post(at("versions-import-read"), {"account": "410001", "types": ["99999"]})

    assert TemplateType.objects.get(oneflow_id=99999).confirmed_role == "order_99999"


def test_nothing_is_read_of_a_disconnected_account(administrator, extension):
    installation = make_installation(extension, state=Installation.State.DISCONNECTED)
    row = TemplateType.objects.get(extension_type="acme_deal")

    sent = {"account": str(installation.account.oneflow_id), "types": [row.oneflow_id]}
    answer = administrator.post(at("versions-import-read"), sent)

    assert (answer.status_code, TemplateType.objects.exclude(confirmed_role="").exists()) == (422, False)
    assert [each["taken"] for each in answer.context["choices"]] == [True, False]  # as they were chosen
    assert "is disconnected" in text(answer)
