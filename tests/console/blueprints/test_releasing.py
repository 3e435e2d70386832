"""Releasing a draft: what it would mean, and what is asked before."""

import pytest
from django.urls import reverse

from console.models import AuditEvent
from extensions.blueprints.models import Blueprint, BlueprintField
from extensions.installations.models import Installation
from tests.console.blueprints.versions import at, field_of, text, values
from tests.health.test_previewing import preview_of
from tests.making import make_installation

pytestmark = pytest.mark.django_db


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

    assert "Version 2 is released: accounts are expected to have it once Oneflow was given it" in text(answer)
    assert f'<a href="{at("version-export", 2)}">' in text(answer)
    released = Blueprint.objects.get(version=2)
    assert f'<a href="{reverse("rollouts")}?version={released.pk}">' in text(answer)
    assert Blueprint.objects.get(version=2).notes == "Renames the amount."
    assert Installation.objects.get().blueprint.version == 1


def test_new_fields_that_nothing_fills_are_named_before_the_release_and_in_the_preview(administrator, draft):
    kind = draft.template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=kind, custom_id="order_reference", name="Order", required=True)
    BlueprintField.objects.create(template_type=kind, custom_id="note", name="Note")
    preview = preview_of(draft)

    for address in (at("version-release", 2), reverse("preview", args=[preview.pk])):
        page = " ".join(text(administrator.get(address)).split())
        field = at("mapping-field", "acme_deal", "order_reference")
        assert f'<a href="{field}"><code>order_reference</code></a> is required and nothing fills it' in page
        assert "<code>note</code></a> is new and nothing fills it" in page


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
