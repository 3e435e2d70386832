"""The matrix agrees with each account's own inspector, against its own version and any other, however it is asked."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extensions.blueprints.content import content_of
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation
from extensions.mappings.conformance import Chosen, Condition, Contents, Key, Standing, look, standings
from extensions.mappings.gathering import Scope
from extensions.mappings.inspecting import OF_BLUEPRINT, State, tables
from tests.making import make_blueprint, make_extension, make_installation
from tests.mappings.test_fleet import disturb

pytestmark = pytest.mark.django_db

ANYTHING = frozenset(State) - {State.OK}


@pytest.fixture
def extension():
    """Two released versions and a draft: fields more, fields less, other words, a type more."""
    made = make_extension()
    second = make_blueprint(made, 2)
    BlueprintField.objects.filter(template_type__blueprint=second, custom_id="vat_exempt").delete()
    BlueprintField.objects.filter(template_type__blueprint=second, custom_id="deal_value").update(name="Other")
    third = make_blueprint(made, 3)
    Blueprint.objects.filter(pk=third.pk).update(state=Blueprint.State.DRAFT)
    deal = third.template_types.get(extension_type="acme_deal")
    BlueprintField.objects.create(template_type=deal, custom_id="a/b “ö”'%s{x}", name="Odd", position=9)
    other = BlueprintTemplateType.objects.create(blueprint=third, name="Engagement", extension_type="other")
    BlueprintField.objects.create(template_type=other, custom_id="engagement_id", name="Engagement number")
    versions = [None, second, made.blueprints.get(version=1)]
    for number in range(8):
        make_installation(made, oneflow_id=410001 + number, blueprint=versions[min(number % 5, 2)])
    return made


def by_hand(installation: Installation, version: Blueprint | None) -> dict[Key, State]:
    """The state of each field of the version, by the installation's own inspector."""
    if version is None:
        return {}
    mirror = Mirror.load(installation)
    found = tables(
        content_of(version),
        *(mirror.template_types, mirror.fields, mirror.parts, {}),
    )
    return {
        (table.wanted.extension_type, row.custom_id): row.state for table in found for row in table.rows if row.wanted
    }


def stand(extension, against: Blueprint | None, *, types: bool = False) -> dict[Installation, Standing]:
    installations = list(extension.installations.connected())
    contents = Contents.of(extension.blueprints.all(), types=types)
    found = standings(extension, against, installations, contents, types=types)
    return {each: found[each.pk] for each in installations}


def states(standing: Standing) -> dict[Key, State | None]:
    return {key: standing.state(key) for key in standing.wanted}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("version", [None, 1, 2, 3])
def test_every_cell_is_what_the_accounts_own_inspector_says(extension, seed, version):
    disturb(random.Random(seed))
    against = version and extension.blueprints.get(version=version)

    for installation, standing in stand(extension, against).items():
        assert states(standing) == by_hand(installation, against or installation.blueprint)


@pytest.mark.parametrize("version", [None, 2, 3])
@pytest.mark.parametrize("types", [False, True])
def test_who_differs_and_who_has_a_state_is_found_as_the_cells_show_it(extension, version, types):
    disturb(random.Random(5))
    against = version and extension.blueprints.get(version=version)
    standing = {each.pk: each_standing for each, each_standing in stand(extension, against, types=types).items()}
    scope = Scope(extension, against)
    keys = {key for each in standing.values() for key in each.wanted}
    conditions = [Condition(differs=True, states=ANYTHING)]
    conditions += [Condition(key, frozenset({state})) for key in sorted(keys) for state in OF_BLUEPRINT]

    for condition in conditions:
        found = look(scope, condition, Chosen(condition.states), types=types, offset=0, limit=100)

        expected = {key for key, each in standing.items() if each.wanted and condition.holds(each)}
        assert set(found.installations) == expected, condition
        counted = sum(number for group, number in found.counted.items() if Chosen(condition.states).has(group))
        assert counted == len(expected), condition


def test_a_template_type_that_is_inactive_renamed_or_gone_is_told(extension):
    first, second, third = list(extension.installations.exclude(blueprint=None))[:3]
    first.templatetypes.filter(extension_type="acme_deal").update(active=False)
    second.templatetypes.filter(extension_type="acme_deal").update(name="Bargain")
    third.templatetypes.filter(extension_type="acme_deal").delete()

    found = stand(extension, None, types=True)

    key = ("acme_deal", "")
    assert [found[each].state(key) for each in (first, second, third)] == [State.OFF, State.RENAMED, State.MISSING]


def test_accounts_are_counted_and_paged_by_their_own_version_and_mode_whatever_they_are_compared_with(extension):
    Installation.objects.filter(account__oneflow_id=410002).update(mode=Installation.Mode.TOOLKIT)
    first, second = extension.blueprints.get(version=1), extension.blueprints.get(version=2)

    found = look(Scope(extension, first), Condition(), Chosen(version=second.pk), types=False, offset=1, limit=5)

    numbers = {(version, mode): number for (version, mode, _), number in found.counted.items()}
    third = extension.blueprints.get(version=3).pk
    assert sum(numbers.values()) == 8
    assert numbers[second.pk, "toolkit"] == 1
    assert numbers[None, "extension"] == 2
    assert third not in {version for version, _ in numbers}
    names = Installation.objects.filter(pk__in=found.installations).values_list("account__oneflow_id", flat=True)
    assert list(names) == [410007]


def test_installations_that_are_disconnected_stand_nowhere(extension):
    Installation.objects.filter(account__oneflow_id=410003).update(state=Installation.State.DISCONNECTED)

    for condition in (Condition(), Condition(("acme_deal", "deal_value")), Condition(differs=True, states=ANYTHING)):
        found = look(Scope(extension), condition, Chosen(), types=False, offset=0, limit=100)
        ids = Installation.objects.filter(pk__in=found.installations).values_list("account__oneflow_id", flat=True)
        assert 410003 not in ids


def test_a_choice_of_nobody_asks_the_database_nothing(extension):
    nobody = Installation.objects.none()

    with CaptureQueriesContext(connection) as statements:
        found = look(Scope(extension, among=nobody), Condition(), Chosen(), types=False, offset=0, limit=5)

    assert (found.installations, found.counted.total(), len(statements)) == ([], 0, 0)


def test_columns_come_in_the_newest_versions_order_and_old_fields_beside_those_of_their_type(extension):
    contents = Contents.of(extension.blueprints.exclude(version=3))

    assert [each.subject for each in contents.columns] == [
        "acme_deal/deal_value",
        "acme_deal/customer_number",
        "acme_deal/vat_exempt",
        "acme_engagement/engagement_id",
        "acme_engagement/fiscal_year",
    ]
    assert contents.columns[0].name == "Other"
