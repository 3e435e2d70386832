"""The inspector turned round agrees with itself: the database's counts are the sum of the installations' tables."""

import random
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extensions.blueprints.content import content_of
from extensions.blueprints.models import BlueprintField
from extensions.installations.mirror import Mirror
from extensions.installations.models import DataField, Installation, Part, TemplateType
from extensions.mappings import fleet
from extensions.mappings.inspecting import OF_BLUEPRINT, State, tables
from tests.making import make_blueprint, make_extension, make_installation

pytestmark = pytest.mark.django_db


def by_hand(extension) -> dict[tuple[str, str], Counter]:
    """The same counts, by the table of each installation in turn."""
    found: dict[tuple[str, str], Counter] = {}
    for installation in extension.installations.connected().exclude(blueprint=None):
        mirror = Mirror.load(installation)
        wanted = content_of(installation.blueprint)
        for table in tables(wanted, mirror.template_types, mirror.fields, mirror.parts, {}):
            for row in table.rows:
                if row.wanted:
                    key = (table.wanted.extension_type, row.custom_id)
                    found.setdefault(key, Counter())[row.state] += 1
    return found


def counted(extension) -> dict[tuple[str, str], fleet.Counts]:
    fields = BlueprintField.objects.filter(template_type__blueprint__extension=extension)
    return fleet.counts(extension, fields.select_related("template_type"))


def disturb(chance: random.Random) -> None:
    """Bring every kind of difference about somewhere."""
    now = timezone.now()
    for field in DataField.objects.all():
        match chance.randrange(9):
            case 0:
                field.active = False
            case 1:
                field.name = chance.choice(["Other", f" {field.name} ", f"\t{field.name}\u3000\n"])
            case 2:
                field.placeholder = "other"
            case 3:
                field.missing_since = now
            case 4:
                field.name, field.active = "Other", False
            case 5:
                field.pk, field.oneflow_id, field.description = None, field.oneflow_id + 500, "twin"
        field.save()
    for kind in TemplateType.objects.all():
        match chance.randrange(7):
            case 0:
                kind.missing_since = now
            case 1:
                kind.extension_type = ""
            case 2:
                kind.confirmed_role, kind.extension_type = kind.extension_type, "other"
            case 3:
                kind.pk, kind.oneflow_id, kind.active = None, kind.oneflow_id + 7, False
        kind.save()
    for part in Part.objects.filter(name__startswith="fields/"):
        if chance.randrange(4) == 0:
            Part.objects.filter(pk=part.pk).update(read_at=None)
    Part.objects.filter(name="template_types", installation=Installation.objects.first()).update(read_at=None)


@pytest.mark.parametrize("seed", range(6))
def test_the_counts_are_those_of_the_installations_tables(seed):
    extension = make_extension()
    for number in range(8):
        make_installation(extension, oneflow_id=410001 + number)
    disturb(random.Random(seed))

    assert {key: counts.states for key, counts in counted(extension).items()} == by_hand(extension)


def test_one_field_is_counted_and_paged_alike():
    extension = make_extension()
    for number in range(8):
        make_installation(extension, oneflow_id=410001 + number)
    disturb(random.Random(3))

    counts = fleet.counts_of(extension, "acme_deal", "deal_value")
    rows = fleet.page(extension, "acme_deal", "deal_value", states=OF_BLUEPRINT, offset=0, limit=100)

    assert counts.states == Counter(row.state for row in rows)
    assert counts.total == 8


def test_a_page_shows_only_the_states_asked_for_by_account_name():
    extension = make_extension()
    for number, name in enumerate(["Cedar", "Alder", "Birch", "Elm"]):
        make_installation(extension, oneflow_id=410001 + number, name=name)
    off = DataField.objects.filter(custom_id="deal_value").exclude(installation__account__name="Elm")
    off.update(active=False)

    rows = fleet.page(extension, "acme_deal", "deal_value", states=[State.OFF], offset=1, limit=5)

    names = {row.pk: row.account.name for row in Installation.objects.select_related("account")}
    assert [(names[row.installation_id], row.state) for row in rows] == [("Birch", State.OFF), ("Cedar", State.OFF)]


def test_each_installation_is_judged_against_its_own_version():
    extension = make_extension()
    make_installation(extension, oneflow_id=410001)
    second = make_blueprint(extension, 2)
    BlueprintField.objects.filter(template_type__blueprint=second, custom_id="vat_exempt").delete()
    make_installation(extension, oneflow_id=410002, blueprint=second)

    counts = counted(extension)

    assert counts[("acme_deal", "vat_exempt")].total == 1
    assert counts[("acme_deal", "deal_value")].total == 2


def test_disconnected_and_unjudged_installations_are_left_out():
    extension = make_extension()
    make_installation(extension, oneflow_id=410001, state=Installation.State.DISCONNECTED)
    make_installation(extension, oneflow_id=410002, blueprint=None)

    assert counted(extension) == {}


def test_states_that_no_blueprint_field_can_have_find_nothing(django_assert_num_queries):
    extension = make_extension()
    make_installation(extension)

    with django_assert_num_queries(0):  # PostgreSQL takes an empty list of weights for an error
        assert fleet.page(extension, "acme_deal", "deal_value", states=[State.OWN], offset=0, limit=5) == []


def test_any_number_of_installations_costs_as_many_statements():
    extension = make_extension()
    numbers = []
    for number in range(5):
        make_installation(extension, oneflow_id=410001 + number)
        with CaptureQueriesContext(connection) as statements:
            counted(extension)
        numbers.append(len(statements))

    assert len(set(numbers)) == 1
    assert numbers[0] <= 5  # two, and on PostgreSQL a savepoint around the one that is planned with a hint
