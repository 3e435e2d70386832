"""The field inspector on the screen, both ways round."""

import pytest
from django.urls import reverse
from django.utils import timezone

from extensions.blueprints.models import Blueprint, BlueprintField
from extensions.health.models import Finding
from extensions.installations.models import DataField, Part
from extensions.mappings.models import Mapping, Override
from tests.making import make_blueprint, make_extension, make_installation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


def inspector(client, number: int = 410001, **query: str) -> str:
    answer = client.get(reverse("installation-fields", args=[number, "acme_ledger"]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def fleet(client, *place: str, **query: str) -> str:
    name = "field" if place else "fields"
    answer = client.get(reverse(name, args=["acme_ledger", *place]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_field_of_ours_is_listed_with_what_fills_it(support, installation):
    page = inspector(support)

    for words in ("deal_value", "Deal value", "deal.deal_value", "Engagement", "5 fields"):
        assert words in page


def test_only_what_differs_leaves_out_what_is_well(support, installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)

    page = inspector(support, differs="1")

    assert "deal_value" in page
    assert "vat_exempt" not in page


def test_a_search_finds_by_id_name_and_path(support, installation):
    for query in ("vat_ex", "vat EXEMPT", "deal.vat"):
        page = inspector(support, q=query)
        assert "vat_exempt" in page
        assert "customer_number" not in page


def test_a_changed_mapping_changes_what_the_inspector_shows(support, installation):
    Mapping.objects.filter(custom_id="deal_value").update(path="deal.total", label="Total")

    assert "deal.total" in inspector(support)


def test_a_rule_shows_its_transform_and_where_it_comes_from(support, installation):
    Mapping.objects.filter(custom_id="deal_value").update(transform="number", options={"decimals": 2})
    place = {"installation": installation, "extension_type": "acme_deal"}
    Override.objects.create(**place, custom_id="customer_number", path="deal.own_number")
    Override.objects.create(**place, custom_id="vat_exempt", path="")

    page = inspector(support)

    assert '<code>deal.deal_value</code> <span title="number: decimals 2">→ number</span>' in page
    assert '<code>deal.own_number</code> <span class="tag own" title="Overridden here; the extension has ' in page
    assert "not filled here" in page
    assert page.count(">overridden</span>") == 2
    assert "→ number" in fleet(support)
    assert "deal.own_number" not in fleet(support)


def test_an_off_field_is_dated_as_its_finding_is(support, installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)
    since = timezone.now().replace(year=2021)
    Finding.objects.create(
        installation=installation,
        code="field.inactive",
        subject="acme_deal/deal_value",
        verdict="failing",
        rank=0,
        since=since,
    )

    assert f'datetime="{timezone.localtime(since).isoformat(timespec="seconds")}"' in inspector(support)


def test_fields_never_read_are_not_called_missing(support, installation):
    DataField.objects.all().delete()
    Part.objects.filter(name__startswith="fields/").update(read_at=None)

    page = inspector(support)

    assert "not read" in page
    assert "</i> missing" not in page


def test_three_hundred_fields_stay_under_150_kilobytes(support, installation):
    kind = installation.blueprint.template_types.first()
    for number in range(300):
        BlueprintField.objects.create(
            template_type=kind, custom_id=f"field_number_{number}", name=f"Field number {number}", position=number + 9
        )
        DataField.objects.create(
            installation=installation,
            seen_at=timezone.now(),
            template_type_oneflow_id=41000110,
            oneflow_id=5000 + number,
            custom_id=f"field_number_{number}",
            name=f"Field number {number}",
            active=number % 10 > 0,
            source="system",
        )

    assert len(inspector(support).encode()) < 150_000
    assert len(fleet(support).encode()) < 150_000


def test_the_fleets_list_counts_each_state(support):
    extension = make_extension()
    for number in range(3):
        make_installation(extension, oneflow_id=410001 + number)
    DataField.objects.filter(custom_id="deal_value", installation__account__oneflow_id=410001).update(active=False)

    page = fleet(support)

    assert 'href="acme_deal/deal_value/?state=off">1</a>' in page
    assert 'href="acme_deal/deal_value/?state=ok">2</a>' in page


def test_one_field_lists_the_installations_in_the_state_asked_for(support):
    extension = make_extension()
    for number, name in enumerate(["Alder", "Birch"]):
        make_installation(extension, oneflow_id=410001 + number, name=name)
    DataField.objects.filter(custom_id="deal_value", installation__account__name="Alder").update(active=False)

    page = fleet(support, "acme_deal", "deal_value", state="off")

    assert "Alder" in page
    assert "Birch" not in page


def test_one_field_shows_what_fills_it_in_each_account(support):
    extension = make_extension()
    first, _ = (make_installation(extension, oneflow_id=number) for number in (410001, 410002))
    Override.objects.create(installation=first, extension_type="acme_deal", custom_id="deal_value", path="deal.own")

    page = fleet(support, "acme_deal", "deal_value")

    assert page.count("<code>deal.own</code>") == 1
    assert page.count("<code>deal.deal_value</code>") == 2  # of the extension, and of the other account


def test_one_field_shows_its_name_in_the_right_template_type(support):
    extension = make_extension()
    installation = make_installation(extension)
    DataField.objects.create(
        installation=installation,
        seen_at=timezone.now(),
        template_type_oneflow_id=41000120,
        oneflow_id=7,
        custom_id="deal_value",
        name="Of another type",
        active=True,
        source="system",
    )

    assert "Of another type" not in fleet(support, "acme_deal", "deal_value")


@pytest.mark.parametrize("query", ["page=x", "page=99", "page=-3", "state=nonsense", "state=own", "q=%00"])
def test_odd_addresses_are_taken_calmly(support, installation, query):
    for name, args in (("fields", []), ("field", ["acme_deal", "deal_value"])):
        assert support.get(reverse(name, args=["acme_ledger", *args]) + "?" + query).status_code == 200


@pytest.mark.parametrize(
    "args",
    [
        ["nobody"],
        ["acme_ledger", "acme_deal", "nothing"],
        ["acme_ledger", "x", "deal_value"],
        ["acme_ledger", "acme_deal", "\0"],
    ],
)
def test_what_is_not_there_is_not_found(support, installation, args):
    assert support.get(reverse("field" if args[1:] else "fields", args=args)).status_code == 404


def test_with_one_extension_the_room_opens_at_its_fields(support, installation):
    assert support.get(reverse("fields-home")).headers["Location"] == reverse("fields", args=["acme_ledger"])


def test_with_no_extension_the_room_says_how_to_get_one(support):
    assert "load_extension" in support.get(reverse("fields-home")).content.decode()


@pytest.mark.parametrize("installations", [1, 6])
def test_the_fleets_pages_cost_the_same_for_any_fleet(support, django_assert_max_num_queries, installations):
    extension = make_extension()
    for number in range(installations):
        make_installation(extension, oneflow_id=410001 + number)

    # Three of them on PostgreSQL only: a savepoint around what is planned with a hint.
    with django_assert_max_num_queries(15):
        fleet(support)
    with django_assert_max_num_queries(14):
        fleet(support, "acme_deal", "deal_value")


def test_a_draft_does_not_say_what_holds(support, installation):
    draft = make_blueprint(installation.extension, 2)
    Blueprint.objects.filter(pk=draft.pk).update(state="draft")
    kind = draft.template_types.get(extension_type="acme_deal")
    kind.fields.filter(custom_id="deal_value").update(name="Not yet its name", required=False)
    BlueprintField.objects.create(template_type=kind, custom_id="to_come", name="To come", required=True)

    page = fleet(support)

    assert "Deal value" in page and "Not yet its name" not in page
    assert page.count("(draft)") == 1 and 'To come</a> <span class="quiet">(draft)</span>' in page
    one = fleet(support, "acme_deal", "deal_value")
    assert "<h1>Deal value" in one and "Text, required" in one and "in blueprint 1, 2 (draft)" in one
