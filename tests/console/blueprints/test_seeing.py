"""The pages of blueprint versions as everybody sees them."""

import pytest
from django.urls import reverse

from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension
from extensions.installations.models import Installation
from tests.console.blueprints.versions import at, text
from tests.making import make_blueprint, make_extension, make_installation

pytestmark = pytest.mark.django_db


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
