"""Which version of the blueprint an installation is taken to have, and that it then stays."""

from typing import Any

import pytest

from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType
from extensions.installations import versions
from extensions.installations.mirror import Mirror
from extensions.installations.models import DataField, Installation, TemplateType
from tests.making import make_blueprint

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(installation: Installation) -> Blueprint:
    """Version 2: one more field in the deal."""
    blueprint = make_blueprint(installation.extension, 2)
    deal = blueprint.template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=deal, custom_id="discount", name="Discount")
    return blueprint


def add_discount(installation: Installation, **values: Any) -> None:
    add_field(installation, "discount", **values)


def add_field(installation: Installation, custom_id: str, **values: Any) -> None:
    deal = TemplateType.objects.get(extension_type="acme_deal")
    fields = {"custom_id": custom_id, "name": custom_id.title(), "active": True, "source": "system", **values}
    DataField.objects.create(
        installation=installation,
        template_type_oneflow_id=deal.oneflow_id,
        oneflow_id=DataField.objects.count() + 999,
        seen_at=installation.refreshed_at,
        **fields,
    )


def inferred(installation: Installation) -> Blueprint | None:
    wanted = list(BlueprintTemplateType.objects.all())
    return versions.infer(installation.extension_id, wanted, Mirror.load(installation))


def test_an_account_without_the_new_field_has_the_older_version(installation: Installation, second: Blueprint) -> None:
    assert inferred(installation).version == 1


def test_an_account_with_the_new_field_has_the_newer_version(installation: Installation, second: Blueprint) -> None:
    add_discount(installation)

    assert inferred(installation) == second


def test_a_field_that_was_switched_off_was_made_all_the_same(installation: Installation, second: Blueprint) -> None:
    add_discount(installation, active=False)

    assert inferred(installation) == second


def test_a_field_of_the_customers_own_says_nothing_of_the_version(
    installation: Installation, second: Blueprint
) -> None:
    add_discount(installation, source="user")

    assert inferred(installation).version == 1


def test_in_a_type_that_the_product_made_user_fields_are_ours(installation: Installation, second: Blueprint) -> None:
    add_discount(installation, source="user")
    TemplateType.objects.filter(extension_type="acme_deal").update(extension_type="", confirmed_role="acme_deal")

    assert inferred(installation) == second


def test_of_versions_that_match_alike_the_newest_is_taken(installation: Installation) -> None:
    make_blueprint(installation.extension, 2)

    assert inferred(installation).version == 2


def test_a_draft_is_never_inferred(installation: Installation, second: Blueprint) -> None:
    add_discount(installation)
    Blueprint.objects.filter(pk=second.pk).update(state=Blueprint.State.DRAFT)

    assert inferred(installation).version == 1


def test_without_any_template_type_of_ours_the_newest_is_expected(
    installation: Installation, second: Blueprint
) -> None:
    TemplateType.objects.all().delete()

    assert inferred(installation) == second


@pytest.mark.parametrize("part", ["template_types", "fields/41000110"])
def test_nothing_is_inferred_from_what_was_not_read(installation: Installation, part: str) -> None:
    installation.parts.filter(name=part).update(unread_reason="unavailable")

    assert inferred(installation) is None


@pytest.mark.parametrize("part", ["template_types", "fields/41000110"])
def test_nothing_is_inferred_from_what_was_never_read(installation: Installation, part: str) -> None:
    installation.parts.filter(name=part).delete()

    assert inferred(installation) is None


def test_an_extension_without_a_released_version_has_none(installation: Installation) -> None:
    Blueprint.objects.update(state=Blueprint.State.DRAFT)

    assert inferred(installation) is None


def seen(*oneflow_ids: int) -> versions.Seen:
    return versions.Seen(frozenset(oneflow_ids), frozenset(oneflow_ids))


def deal(oneflow_id: int, extension_type: str = "acme_deal") -> dict[str, TemplateType]:
    """The template type with that id plays the role of the deal."""
    return {"acme_deal": TemplateType(oneflow_id=oneflow_id, name="Deal", extension_type=extension_type)}


def test_the_version_is_due_when_there_is_none_yet() -> None:
    assert versions.is_due(Installation(), seen(), {})


def test_a_version_once_inferred_stays() -> None:
    assert not versions.is_due(Installation(blueprint_id=1), seen(1), deal(1))


def test_a_version_stays_when_a_template_type_is_gone() -> None:
    assert not versions.is_due(Installation(blueprint_id=1), seen(1), {})


def test_a_version_stays_when_a_template_type_returns(installation: Installation) -> None:
    TemplateType.objects.update(missing_since=installation.refreshed_at)
    installation.parts.filter(name__startswith="fields/").delete()
    before = versions.Seen.by(Mirror.load(installation))

    assert not versions.is_due(installation, before, deal(41000110))


def test_the_version_is_due_again_when_a_template_type_was_made_anew() -> None:
    assert versions.is_due(Installation(blueprint_id=1), seen(1), deal(2))


def test_it_stays_due_until_the_new_types_fields_were_read(installation: Installation) -> None:
    DataField.objects.filter(template_type_oneflow_id=41000110).delete()
    installation.parts.filter(name="fields/41000110").update(read_at=None, unread_reason="unavailable")
    before = versions.Seen.by(Mirror.load(installation))

    assert versions.is_due(installation, before, deal(41000110))


def test_what_staff_set_is_never_due() -> None:
    by_staff = Installation(blueprint_id=1, blueprint_set=True, mode="extension")

    assert not versions.is_due(by_staff, seen(1), deal(2))


@pytest.mark.parametrize(
    ("mode", "roles_now", "due"),
    [
        ("extension", deal(2), True),
        ("extension", deal(1), False),
        ("extension", deal(2, extension_type=""), False),  # the customer's own by that name
        ("toolkit", deal(2), False),  # made by us or the product, a piece at a time: what is wanted stays
        ("development", deal(2), False),
    ],
)
def test_what_a_rollout_set_is_due_once_the_extension_made_a_template_type_anew(mode, roles_now, due) -> None:
    by_rollout = Installation(blueprint_id=1, blueprint_set=True, rollout_id=1, mode=mode)

    assert versions.is_due(by_rollout, seen(1), roles_now) is due


def test_what_a_rollout_set_stays_when_a_later_version_gives_a_role_to_a_type_that_was_there_all_along() -> None:
    by_rollout = Installation(blueprint_id=1, blueprint_set=True, rollout_id=1, mode="extension")
    never_asked_for_its_fields = versions.Seen(listed=frozenset({1, 2}), read=frozenset({1}))

    assert not versions.is_due(by_rollout, never_asked_for_its_fields, deal(2))


def matched(installation: Installation, version: Blueprint) -> int | None:
    """How well the account matches a version, as a refresh finds it."""
    types = list(version.template_types.prefetch_related("fields"))
    expected = {(each.extension_type, "") for each in types}
    expected |= {(each.extension_type, field.custom_id) for each in types for field in each.fields.all()}
    wanted = {each.extension_type: each for each in BlueprintTemplateType.objects.all()}
    return versions.match(list(wanted.values()), expected, Mirror.load(installation))


def test_an_account_made_from_its_version_matches_it_in_full(installation: Installation, second: Blueprint) -> None:
    assert matched(installation, installation.blueprint) == 100
    assert matched(installation, second) == 87  # 7 of the 8 that either has


def test_what_only_the_account_has_lessens_the_match(installation: Installation, second: Blueprint) -> None:
    add_discount(installation)

    assert (matched(installation, installation.blueprint), matched(installation, second)) == (87, 100)


def test_only_what_matches_altogether_is_a_hundred(installation: Installation, second: Blueprint) -> None:
    deal = second.template_types.get(extension_type="acme_deal")
    rows = [BlueprintField(template_type=deal, custom_id=f"f{n}", name="F") for n in range(250)]
    BlueprintField.objects.bulk_create(rows)
    for row in rows:
        add_field(installation, row.custom_id)

    assert matched(installation, second) == 99  # 257 of 258


@pytest.mark.parametrize("part", ["template_types", "fields/41000110"])
def test_the_match_is_not_known_from_what_was_not_read(installation: Installation, part: str) -> None:
    installation.parts.filter(name=part).update(unread_reason="unavailable")

    assert matched(installation, installation.blueprint) is None
