"""A version compared with another, or with what an account really has."""

from typing import Any

import pytest
from django.utils import timezone

from console.models import Heartbeat
from extensions.blueprints.drafting import copy
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType
from extensions.installations.models import DataField
from tests.console.blueprints.versions import at, text
from tests.making import STAFF, make_blueprint, make_extension, make_installation

pytestmark = pytest.mark.django_db


def test_two_versions_are_compared_field_by_field(support, draft):
    BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="deal_value").update(name="Amount")
    BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="fiscal_year").delete()

    shown = " ".join(text(support.get(at("versions-compare"), {"left": "1", "right": "2"})).split())

    assert "<del>Deal value </del> → <ins>Amount </ins>" in shown
    assert "− removed" in shown and 'data-label="Difference">text field' in shown
    assert "0 fields added" in shown


def test_what_was_added_is_said_with_its_kind_and_whether_it_is_required(support, draft):
    kind = draft.template_types.get(extension_type="acme_deal")
    values = {"kind": "checkbox", "required": True, "description": "Agreed by phone"}
    BlueprintField.objects.create(template_type=kind, custom_id="agreed", name="Agreed", **values)

    shown = " ".join(text(support.get(at("versions-compare"), {"left": "1", "right": "2"})).split())

    assert 'checkbox field, required <span class="quiet">Agreed by phone</span>' in shown


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


def test_an_account_is_compared_by_its_name_too(support, extension):
    for number, (name, values) in enumerate(
        (("Meri Media Oy", {}), ("Åby Bygg", {}), ("Åby Bygg & Co", {}), ("Gone Oy", {"state": "disconnected"}))
    ):
        make_installation(extension, oneflow_id=410001 + number, name=name, **values)

    def by_name(name):
        return support.get(at("versions-compare"), {"left": "1", "account": name})

    one, several = by_name("meri media"), text(by_name("Åby"))
    assert "what Meri Media Oy has" in text(one)
    assert 'value="410001"' in text(one)
    for number in (410002, 410003):
        assert f'href="?left=1&amp;account={number}"' in several
    assert "Several connected accounts may be meant" in several
    for nobody in ("Gone Oy", "Nobody", "\0"):
        assert "no installation of Acme Ledger in a connected account" in text(by_name(nobody))


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
