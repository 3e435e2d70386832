"""Which rules count in an installation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.mappings.effective import Origin, Rule, combine, effective, stored
from extensions.mappings.models import Mapping, Override
from tests.making import make_extension, make_installation

PLACES = st.tuples(st.sampled_from(["acme_deal", "acme_engagement"]), st.sampled_from("abcdef"))
PATHS = st.sampled_from(["", "deal.a", "deal.b"])
EXTENSIONS = st.dictionaries(PLACES, st.builds(Rule, path=PATHS))
OVERRIDES = st.dictionaries(PLACES, st.builds(Rule, path=PATHS, origin=st.just(Origin.OVERRIDE)))


@given(EXTENSIONS, OVERRIDES)
def test_an_override_counts_over_the_extension_whatever_the_two_say(extension, overrides):
    rules = combine(extension, overrides)

    assert rules.keys() == extension.keys() | overrides.keys()
    for place, rule in rules.items():
        own, theirs = overrides.get(place), extension.get(place)
        assert rule.overridden == (own is not None)
        assert rule.path == (own or theirs).path
        assert rule.inherited == (theirs if own else None)
        assert rule.filled == bool(rule.path)


def override(installation, custom_id: str, **values) -> Override:
    return Override.objects.create(
        installation=installation, extension_type="acme_deal", custom_id=custom_id, **{"path": "deal.own"} | values
    )


@pytest.mark.django_db
def test_an_installation_without_overrides_inherits_everything(django_assert_num_queries):
    installation = make_installation()
    Mapping.objects.filter(custom_id="deal_value").update(transform="number", options={"decimals": 2}, label="Amount")

    with django_assert_num_queries(1):
        rules = effective(installation)

    assert len(rules) == 5
    assert rules["acme_deal", "deal_value"] == Rule("deal.deal_value", "number", {"decimals": 2}, "Amount")


@pytest.mark.django_db
def test_an_override_is_for_its_own_installation_and_field():
    extension = make_extension()
    first, second = (make_installation(extension, oneflow_id=number) for number in (1, 2))
    override(first, "deal_value", transform="number")
    override(first, "vat_exempt", path="")

    rules = effective(first)

    own, nothing = rules["acme_deal", "deal_value"], rules["acme_deal", "vat_exempt"]
    assert (own.path, own.transform, own.overridden, own.inherited.path) == (
        "deal.own",
        "number",
        True,
        "deal.deal_value",
    )
    assert (nothing.filled, nothing.overridden, nothing.inherited.path) == (False, True, "deal.vat_exempt")
    assert not rules["acme_deal", "customer_number"].overridden
    assert not any(rule.overridden for rule in effective(second).values())


@pytest.mark.django_db
def test_the_rules_of_another_extension_are_none_of_its_own():
    installation = make_installation(make_extension())
    other = make_extension("acme_other", name="Other")
    Mapping.objects.filter(extension=other).update(path="of.another")

    assert "of.another" not in {rule.path for rule in effective(installation).values()}


@pytest.mark.django_db
def test_the_rules_of_many_installations_cost_one_statement(django_assert_num_queries):
    extension = make_extension()
    many = [make_installation(extension, oneflow_id=number) for number in range(1, 6)]
    many.append(make_installation(make_extension("acme_other", name="Other"), oneflow_id=6))
    for installation in many[:3]:
        override(installation, "deal_value", path=f"deal.of_{installation.account.oneflow_id}")

    with django_assert_num_queries(1):
        found = stored(many)

    assert found.overrides.keys() == {each.pk for each in many[:3]}
    for installation in many:
        assert found.of(installation) == effective(installation)
