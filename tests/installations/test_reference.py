"""What an account really has, as the content of a blueprint."""

from typing import Any

import pytest
from django.utils import timezone

from extensions.blueprints.comparing import compare
from extensions.blueprints.content import as_document, content_of
from extensions.blueprints.models import BlueprintTemplateType
from extensions.installations.models import DataField, Installation, TemplateType, Webhook
from extensions.installations.reference import (
    Reference,
    Seen,
    forget_roles,
    name_roles,
    reference,
    roles_of,
    roles_of_ours,
)
from tests.making import STAFF

pytestmark = pytest.mark.django_db


def deal(installation: Installation) -> TemplateType:
    return TemplateType.objects.get(installation=installation, extension_type="acme_deal")


def add(row: TemplateType, custom_id: str, **values: Any) -> DataField:
    number = 900 + DataField.objects.count()
    return DataField.objects.create(
        installation=row.installation,
        template_type_oneflow_id=row.oneflow_id,
        oneflow_id=number,
        **{"custom_id": custom_id, "name": f"Field {number}", "active": True, "source": "system", **values},
        seen_at=timezone.now(),
    )


def of_ours(installation: Installation) -> Reference:
    seen = Seen.load(installation)
    wanted = BlueprintTemplateType.objects.filter(blueprint__extension=installation.extension)
    return reference(seen, roles_of_ours(seen, wanted), content_of(installation.blueprint))


def test_an_account_made_from_a_version_has_its_content(installation):
    found = of_ours(installation)

    assert as_document(found.content) == as_document(content_of(installation.blueprint))
    assert (found.notes, found.doubts, found.off) == ((), (), frozenset())


def test_it_is_read_in_one_statement(installation, django_assert_num_queries):
    with django_assert_num_queries(1):
        Seen.load(installation)


def test_what_is_off_or_gone_is_told_from_what_is_there(installation):
    DataField.objects.filter(custom_id="vat_exempt").update(active=False)
    DataField.objects.filter(custom_id="fiscal_year").update(missing_since=timezone.now())
    TemplateType.objects.filter(extension_type="acme_engagement").update(active=False)

    found = of_ours(installation)

    assert found.off == {("acme_deal", "vat_exempt"), ("acme_engagement", "")}
    [_, engagement] = compare(content_of(installation.blueprint), found.content, off=found.off).types
    assert [(each.field.custom_id, each.what.value) for each in engagement.fields] == [("fiscal_year", "removed")]


def test_in_a_type_of_the_extensions_the_customers_own_fields_are_left_out(installation):
    add(deal(installation), "own", name="Our own", source="user")

    found = of_ours(installation)

    assert "own" not in str(as_document(found.content))
    assert found.notes == ("Left out of Deal: 1 field of the customer's own (Our own).",)


def test_in_a_type_that_the_product_made_every_field_is_taken(installation):
    TemplateType.objects.filter(extension_type="acme_deal").update(extension_type="", confirmed_role="acme_deal")
    row = TemplateType.objects.get(confirmed_role="acme_deal")
    add(row, "own", name="Ours too", source="user")

    found = of_ours(installation)

    assert [field.custom_id for field in found.content[0].fields][-1] == "own"
    assert "gives Deal no extension type: it stands here as acme_deal" in " ".join(found.notes)


def test_what_oneflow_does_not_say_is_taken_from_the_known_version_or_said(installation):
    add(deal(installation), "later")

    found = of_ours(installation)

    fields = {field.custom_id: field for field in found.content[0].fields}
    assert fields["deal_value"].required
    assert not fields["later"].required
    assert "1 field that no known version has is taken for optional text" in found.notes[0]


def test_fields_that_no_blueprint_could_hold_are_left_out_and_named(installation):
    add(deal(installation), "", name="Nameless")
    add(deal(installation), "deal_value", name="Twin", active=False)
    add(deal(installation), "long", placeholder="x" * 300)

    found = of_ours(installation)

    notes = " ".join(found.notes)
    fields = {field.custom_id: field for field in found.content[0].fields}
    assert fields["deal_value"].name == "Deal value"
    assert len(fields["long"].placeholder) == 255
    for words in ("without a custom_id (Nameless)", "whose custom_id another has too (Twin)", "Cut to 255"):
        assert words in notes


def test_of_two_with_one_custom_id_the_active_one_is_taken(installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)
    add(deal(installation), "deal_value", name="The new one")

    fields = {field.custom_id: field for field in of_ours(installation).content[0].fields}

    assert fields["deal_value"].name == "The new one"


def test_chosen_types_get_the_role_that_they_play_else_one_made_of_their_name(installation):
    seen = Seen.load(installation)
    ours = roles_of_ours(seen, BlueprintTemplateType.objects.filter(extension_type="acme_deal"))
    rows = [
        *ours.values(),
        TemplateType(oneflow_id=1, name="Köpeavtal 2026", active=True),
        TemplateType(oneflow_id=2, name="Köpeavtal 2026", active=True),
        TemplateType(oneflow_id=3, name="契約", active=True),
        TemplateType(oneflow_id=4, name="x" * 255, active=True),
    ]

    assert [role[:20] for role in roles_of(rows, ours)] == [
        "acme_deal",
        "kopeavtal_2026",
        "kopeavtal_2026_2",
        "type_3",
        "x" * 20,
    ]


def another(installation: Installation, **values: Any) -> TemplateType:
    plain = {"oneflow_id": 99999, "name": "Acme deal", "active": True, "seen_at": timezone.now()}
    return TemplateType.objects.create(installation=installation, **(plain | values))


@pytest.mark.parametrize(
    ("values", "known", "expected"),
    [
        ({}, (), "acme_deal_99999"),
        ({"confirmed_role": "acme_deal"}, (), "acme_deal_99999"),
        ({"extension_type": "acme_deal"}, (), "acme_deal_99999"),
        ({"name": "Order"}, ("order",), "order_99999"),
        ({"name": "Order"}, (), "order"),
        ({"name": "Order", "confirmed_role": "purchase"}, ("order", "purchase"), "purchase"),
        ({"name": "Order", "extension_type": "acme_order"}, ("acme_order",), "acme_order"),
        ({"name": "x" * 255, "oneflow_id": 10**17}, ("x" * 100,), "x" * 100 + f"_{10**17}"),
    ],
)
def test_no_type_is_given_a_role_that_another_plays_or_that_a_version_may_mean(installation, values, known, expected):
    first = deal(installation)
    TemplateType.objects.filter(pk=first.pk).update(confirmed_role="acme_deal")
    own = another(installation, **values)
    ours = roles_of_ours(Seen.load(installation), installation.blueprint.template_types.all())

    assert list(roles_of([own], ours, known)) == [expected]
    assert roles_of([own, *ours.values()], ours, known)["acme_deal"] == first


def test_reading_the_fields_of_a_customers_type_makes_it_no_type_of_ours(installation):
    own = another(installation)
    wanted = list(installation.blueprint.template_types.all())
    before = roles_of_ours(Seen.load(installation), wanted)

    name_roles(installation, roles_of([own], before), actor=STAFF)

    assert roles_of_ours(Seen.load(installation), wanted) == before
    own.refresh_from_db()
    assert own.confirmed_role == "acme_deal_99999"


def test_a_type_that_is_read_anyway_stays_free_to_be_played_by_a_newer_one(installation):
    wanted = list(installation.blueprint.template_types.all())
    ours = roles_of_ours(Seen.load(installation), wanted)

    name_roles(installation, roles_of(ours.values(), ours), actor=STAFF)

    assert not TemplateType.objects.exclude(confirmed_role="").exists()
    assert Installation.objects.get().revision == installation.revision
    newer = another(installation, oneflow_id=99999999, extension_type="acme_deal")
    assert roles_of_ours(Seen.load(installation), wanted)["acme_deal"] == newer


def test_a_type_that_only_a_draft_has_is_read_once_it_is_named(installation):
    installation.extension.blueprints.update(state="draft")
    Installation.objects.update(blueprint=None)
    installation.refresh_from_db()
    ours = {"acme_deal": deal(installation)}

    name_roles(installation, roles_of(ours.values(), ours), actor=STAFF)

    assert deal(installation).confirmed_role == "acme_deal"


def test_what_was_named_is_taken_back(installation):
    own = another(installation, confirmed_role="acme_deal")
    wanted = list(installation.blueprint.template_types.all())
    assert roles_of_ours(Seen.load(installation), wanted)["acme_deal"] == own

    assert forget_roles(installation, [own, deal(installation)], actor=STAFF) == 1

    assert roles_of_ours(Seen.load(installation), wanted)["acme_deal"] == deal(installation)
    assert forget_roles(installation, [own], actor=STAFF) == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [({"read_at": None}, "were never read"), ({"unread_reason": "unavailable"}, "not read by the latest refresh")],
)
def test_what_was_not_read_is_doubted(installation, values, words):
    installation.parts.filter(name=f"fields/{deal(installation).oneflow_id}").update(**values)

    assert words in of_ours(installation).doubts[0]


def test_an_account_whose_types_were_never_read_says_so(installation):
    assert Seen.load(installation).types_read_at
    installation.parts.filter(name="template_types").update(read_at=None)
    assert Seen.load(installation).types_read_at is None
    installation.parts.all().delete()
    assert Seen.load(installation).types_read_at is None


def without_deal(installation: Installation) -> Reference:
    """The account beside a version that knows nothing of one of its template types."""
    seen = Seen.load(installation)
    roles = roles_of_ours(seen, BlueprintTemplateType.objects.filter(blueprint__extension=installation.extension))
    known = content_of(installation.blueprint)
    return reference(seen, roles, [each for each in known if each.template_type.extension_type != "acme_deal"])


def webhook_of(row: TemplateType) -> Webhook:
    return Webhook.objects.get(template_type_oneflow_id=row.oneflow_id)


def sends(row: Webhook, *rules: list[str] | None) -> None:
    row.filters = [{"event_types": each, "workspace_ids": None} for each in rules]
    row.save()


def test_of_a_type_that_no_version_has_the_events_that_our_webhook_sends_are_wanted(installation):
    sends(webhook_of(deal(installation)), ["contract:sign", "contract:publish"], ["contract:sign"])
    own = webhook_of(deal(installation))
    own.pk, own.oneflow_id, own.integration_instance, own.callback_url = None, 1, None, "https://customer.example/"
    sends(own, ["contract:delete"])

    found = without_deal(installation)

    assert found.content[0].template_type.event_types == ["contract:publish", "contract:sign"]
    assert (
        "No known version has Deal: the events that its webhook sends there are taken for wanted "
        "(contract:publish, contract:sign)." in found.notes
    )


@pytest.mark.parametrize(
    ("rules", "why"), [([], "sends every event"), ([["contract:sign"], None], "sends every event"), (None, "has none")]
)
def test_where_the_webhook_does_not_say_which_events_are_wanted_the_notes_do(installation, rules, why):
    row = webhook_of(deal(installation))
    if rules is None:
        row.missing_since = timezone.now()
        row.save()
    else:
        sends(row, *rules)

    found = without_deal(installation)

    assert found.content[0].template_type.event_types == []
    [said] = [each for each in found.notes if "Deal must send" in each]
    assert why in said and said.endswith("none are wanted. Add them, or nothing is checked of it.")


def test_events_that_no_blueprint_could_hold_are_left_out_and_named(installation):
    sends(webhook_of(deal(installation)), ["contract:sign", "Contract Signed", "x" * 200])

    found = without_deal(installation)

    assert found.content[0].template_type.event_types == ["contract:sign"]
    assert "Left out of Deal: event types that no blueprint can hold (Contract Signed, xxx" in " ".join(found.notes)


def test_events_beside_those_that_a_version_wants_are_named(installation):
    wanted = ["contract:publish", "contract:sign", "contract:decline"]
    sends(webhook_of(deal(installation)), [*wanted, "contract:delete"])

    found = of_ours(installation)

    assert found.content[0].template_type.event_types == wanted
    assert "Left out of Deal: events that its webhook sends and the version does not want (contract:delete)." in (
        found.notes
    )


def test_what_is_switched_off_is_named(installation):
    assert of_ours(installation).off_in_words == ""
    DataField.objects.filter(custom_id="vat_exempt").update(active=False)
    TemplateType.objects.filter(extension_type="acme_engagement").update(active=False)

    assert of_ours(installation).off_in_words == (
        "Taken over though switched off there: acme_deal/vat_exempt, acme_engagement."
    )
    DataField.objects.update(active=False)
    assert of_ours(installation).off_in_words.endswith("acme_engagement/engagement_id and 1 more.")
