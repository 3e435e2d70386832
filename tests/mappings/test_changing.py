"""Changing what fills a field: numbered versions, reasons, and two people at once."""

from importlib import import_module
from threading import Barrier, Thread

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from console.models import AuditEvent
from extensions.mappings.changing import Owner, Refused, Stale, Why, Wrong, change, go_back, replace_all
from extensions.mappings.content import as_document, differences, from_document
from extensions.mappings.effective import Rule, effective
from extensions.mappings.models import Mapping, Override, Version
from tests.making import STAFF, make_extension, make_installation

pytestmark = pytest.mark.django_db

VALUE, NUMBER = ("acme_deal", "deal_value"), ("acme_deal", "customer_number")
WHY = Why(STAFF, "the product renamed it")
# The extension of `make_extension` has its rows from the factory, and no version of them.
NONE = 0


@pytest.fixture
def owner():
    return Owner(make_extension())


@pytest.fixture
def own():
    return Owner.of(make_installation())


def numbers(owner) -> list[int]:
    return list(owner.versions().values_list("number", flat=True))


def test_a_change_is_stored_and_makes_a_version_with_everything(owner):
    version = change(owner, VALUE, Rule("deal.total", "number", {"decimals": 2}, "Total"), WHY, base=NONE)

    row = Mapping.objects.get(custom_id="deal_value")
    assert (row.path, row.transform, row.options, row.label) == ("deal.total", "number", {"decimals": 2}, "Total")
    assert (version.number, version.by, version.reason) == (1, "Sam", "the product renamed it")
    assert version.difference == {"added": [], "changed": ["acme_deal/deal_value"], "removed": []}
    assert len(version.content) == 5
    assert from_document(version.content) == owner.rules()


def test_each_version_is_told_with_its_reason(owner):
    change(owner, VALUE, None, WHY, base=NONE)

    event = AuditEvent.objects.get(verb="mapping.change")
    assert (event.reason, event.subject_name) == ("the product renamed it", "Acme Ledger")
    assert event.details == {"version": 1, "added": 0, "changed": 0, "removed": 1}


def test_a_field_without_a_rule_gets_one_and_loses_it_again(owner):
    Mapping.objects.filter(custom_id="deal_value").delete()

    change(owner, VALUE, Rule("deal.total"), WHY, base=NONE)
    change(owner, VALUE, None, WHY, base=1)

    assert numbers(owner) == [2, 1]
    assert VALUE not in owner.rules()


def test_nothing_changed_makes_no_version(owner):
    assert change(owner, VALUE, Rule("deal.deal_value"), WHY, base=NONE) is None
    assert replace_all(owner, owner.rules(), WHY) is None
    assert numbers(owner) == []
    assert not AuditEvent.objects.filter(verb="mapping.change").exists()


@pytest.mark.parametrize("reason", ["", "  \n", "\0"])
def test_without_a_reason_nothing_is_stored(owner, reason):
    with pytest.raises(Refused, match="Say why"):
        change(owner, VALUE, Rule("deal.total"), Why(STAFF, reason), base=NONE)

    assert Mapping.objects.get(custom_id="deal_value").path == "deal.deal_value"


def test_a_reason_is_kept_short(owner):
    with pytest.raises(Refused, match="501 characters"):
        change(owner, VALUE, Rule("deal.total"), Why(STAFF, "x" * 501), base=NONE)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(""), "Write a path"),
        (Rule("deal..amount"), "Write a path"),
        (Rule("deal.amount "), "Write a path"),
        (Rule("deal.\0"), "Write a path"),
        (Rule("deal." + "x" * 251), "Write a path"),
        (Rule("deal.amount", label="two\nlines"), "label in one line"),
        (Rule("deal.amount", label="\ud800"), "label in one line"),
        (Rule("deal.amount", label="x" * 256), "label in one line"),
        (Rule("deal.amount", "rot13"), "no such transform"),
        (Rule("deal.amount", "number", {"decimals": "2"}), "“decimals” must be a whole number"),
        (Rule("deal.amount", "number", {"size": 2}), "“size” is no option"),
        (Rule("deal.amount", "number", ["decimals"]), "Options are an object"),
        (Rule("deal.amount", "choice", {}), "“values” is missing"),
        (Rule("deal.amount", "choice", {"values": {}}), "“values” must be an object"),
        (Rule("deal.amount", "text", {"default": "x" * 1_000_000}), "“default” must be at most"),
        (Rule("deal.amount", "text", {"default": "\0"}), "“default” holds a character"),
        (Rule("deal.amount", "text", {"default": "\udfff"}), "“default” holds a character"),
    ],
)
def test_a_rule_that_is_wrong_is_refused_and_the_one_before_stays(owner, rule, words):
    with pytest.raises(Wrong, match=words):
        change(owner, VALUE, rule, WHY, base=NONE)

    assert Mapping.objects.get(custom_id="deal_value").path == "deal.deal_value"
    assert numbers(owner) == []


@pytest.mark.parametrize("place", [("acme_deal", "nothing"), ("acme_no_such_type", "deal_value"), ("\0", "\ud800")])
def test_a_field_that_no_version_has_is_refused(owner, place):
    with pytest.raises(Wrong, match="No version of the blueprint has the field"):
        change(owner, place, Rule("deal.amount"), WHY, base=NONE)


def test_an_override_is_refused_for_a_field_of_another_extension(own):
    other = make_extension("acme_other", name="Other")
    kind = other.blueprints.first().template_types.first()
    kind.fields.create(custom_id="of_another", name="Of another")

    with pytest.raises(Wrong, match="No version of the blueprint has the field"):
        change(own, ("acme_deal", "of_another"), Rule("deal.amount"), WHY, base=NONE)


def test_an_installation_has_versions_of_its_own(own):
    change(Owner(own.extension), VALUE, Rule("deal.total"), WHY, base=NONE)
    version = change(own, VALUE, Rule("deal.own"), WHY, base=NONE)

    assert version.number == 1
    assert as_document(own.rules()) == version.content
    assert effective(own.installation)[VALUE].inherited.path == "deal.total"


def test_an_installation_may_leave_a_field_empty_and_go_back_to_the_extensions(own):
    change(own, VALUE, Rule(""), WHY, base=NONE)
    assert not effective(own.installation)[VALUE].filled

    change(own, VALUE, None, WHY, base=1)

    assert effective(own.installation)[VALUE].path == "deal.deal_value"
    assert not Override.objects.exists()
    assert numbers(own) == [2, 1]


def test_two_people_on_one_field_the_second_is_shown_what_the_first_stored(owner):
    change(owner, VALUE, Rule("deal.first"), Why(STAFF, "first"), base=NONE)

    with pytest.raises(Stale) as caught:
        change(owner, VALUE, Rule("deal.second"), Why(STAFF, "second"), base=NONE)

    assert (caught.value.latest.number, caught.value.theirs[VALUE].path) == (1, "deal.first")
    assert "Sam stored version 1 meanwhile" in str(caught.value)
    assert owner.rules()[VALUE].path == "deal.first"


def test_two_people_on_two_fields_both_are_stored(owner):
    change(owner, VALUE, Rule("deal.total"), WHY, base=NONE)
    change(owner, NUMBER, Rule("account.number"), WHY, base=1)

    third = change(owner, VALUE, Rule("deal.sum"), WHY, base=1)

    assert third.number == 3
    assert (owner.rules()[VALUE].path, owner.rules()[NUMBER].path) == ("deal.sum", "account.number")


def test_a_whole_mapping_is_stored_only_over_the_version_that_it_was_made_from(owner):
    change(owner, VALUE, Rule("deal.total"), WHY, base=NONE)

    with pytest.raises(Stale):
        replace_all(owner, {NUMBER: Rule("account.number")}, WHY, base=NONE)

    assert len(owner.rules()) == 5


@pytest.mark.parametrize("base", [-1, 7])
def test_a_version_that_there_is_not_is_no_base(owner, base):
    change(owner, VALUE, Rule("deal.total"), WHY, base=NONE)

    with pytest.raises(Stale):
        change(owner, VALUE, Rule("deal.sum"), WHY, base=base)


def test_going_back_is_a_version_of_its_own(owner):
    change(owner, VALUE, Rule("deal.one", "number", {"decimals": 1}), WHY, base=NONE)
    change(owner, VALUE, Rule("deal.two"), WHY, base=1)

    version = go_back(owner, 1, Why(STAFF, "two was wrong"), base=2)

    assert (version.number, version.how, version.went_back_to) == (3, "revert", 1)
    assert owner.rules()[VALUE] == Rule("deal.one", "number", {"decimals": 1})


def test_going_back_to_a_field_that_no_version_has_any_more_is_refused(owner):
    change(owner, VALUE, Rule("deal.one"), WHY, base=NONE)
    change(owner, VALUE, None, WHY, base=1)
    owner.extension.blueprints.get().template_types.get(extension_type="acme_deal").fields.get(
        custom_id="deal_value"
    ).delete()

    with pytest.raises(Wrong, match="acme_deal/deal_value: No version"):
        go_back(owner, 1, WHY, base=2)


def test_a_large_mapping_costs_no_more_statements_for_each_row(owner, django_assert_max_num_queries):
    kind = owner.extension.blueprints.get().template_types.get(extension_type="acme_deal")
    for number in range(150):
        kind.fields.create(custom_id=f"more_{number}", name="More")
    wanted = {("acme_deal", f"more_{number}"): Rule(f"deal.x{number}") for number in range(150)}

    with django_assert_max_num_queries(16):
        replace_all(owner, wanted, WHY)
    with django_assert_max_num_queries(16):
        replace_all(owner, {place: Rule("deal.y") for place in wanted}, WHY)

    assert {rule.path for rule in owner.rules().values()} == {"deal.y"}


def test_what_stood_before_the_history_is_its_first_version(owner):
    Mapping.objects.filter(custom_id="deal_value").update(label="Amount")
    make_extension("acme_other", name="Other").mappings.all().delete()

    import_module("extensions.mappings.migrations.0003_versions").first_versions(apps, None)

    version = Version.objects.get()
    assert (version.number, version.extension, version.how) == (1, owner.extension, "first")
    assert from_document(version.content) == owner.rules()
    assert change(owner, VALUE, Rule("deal.total"), WHY, base=1).number == 2


PLACES = st.tuples(st.sampled_from(["acme_deal", "acme_engagement"]), st.sampled_from("abcdef"))
RULES = st.builds(
    Rule,
    path=st.sampled_from(["", "deal.a", "deal.b"]),
    transform=st.sampled_from(["text", "number"]),
    options=st.sampled_from([{}, {"default": "0"}]),
    label=st.sampled_from(["", "A"]),
)


@given(st.dictionaries(PLACES, RULES), st.dictionaries(PLACES, RULES))
def test_the_differences_lead_from_one_set_of_rules_to_the_other(before, after):
    assert from_document(as_document(after)) == after
    walked = dict(before)
    for each in differences(before, after):
        assert (each.before, each.after) == (before.get(each.place), after.get(each.place))
        walked.pop(each.place, None)
        walked |= {each.place: each.after} if each.after else {}
    assert walked == after
    assert differences(after, after) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_stored_and_the_other_told():
    owner = Owner(make_extension())
    change(owner, VALUE, Rule("deal.before"), WHY, base=NONE)
    start, ends = Barrier(2), []

    def at_once(path: str) -> None:
        try:
            start.wait(10)
            version = change(owner, VALUE, Rule(path), WHY, base=1)
            ends.append((path, version.number))
        except Stale as exc:
            ends.append((path, exc.theirs[VALUE].path))
        finally:
            connection.close()

    threads = [Thread(target=at_once, args=[path]) for path in ("deal.one", "deal.two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    [stored] = [path for path, number in ends if number == 2]
    [(_, shown)] = [end for end in ends if end[0] != stored]
    assert shown == stored == owner.rules()[VALUE].path
    assert numbers(owner) == [2, 1]
