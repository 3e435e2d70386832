"""Rollouts: accounts moved to a version in waves, judged, stopped, and given back what they had."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.installation.verbs import set_blueprint
from console.models import AuditEvent
from extensions.blueprints.models import Blueprint
from extensions.health import rolling_out
from extensions.installations import rollouts
from extensions.installations.connecting import disconnect
from extensions.installations.models import Installation, Rollout, RolloutMember
from extensions.installations.rollouts import Refused
from tests.health.judged import DataField, stored
from tests.health.test_previewing import make_draft
from tests.making import STAFF, make_blueprint, make_extension, make_installation, make_token

pytestmark = pytest.mark.django_db
START = timezone.now()


def make_version(extension, *, required: bool = True) -> Blueprint:
    """Version 2, released, that asks for one field more than version 1."""
    draft = make_draft(extension, required=required)
    draft.state = Blueprint.State.RELEASED
    draft.save()
    return draft


def fleet(number: int, *, mode: str = "toolkit") -> Blueprint:
    """So many accounts on version 1, and the version that they do not have yet."""
    extension = make_extension()
    for each in range(1, number + 1):
        make_installation(extension, oneflow_id=each, mode=mode)
    return make_version(extension)


def planned(version: Blueprint, **options) -> Rollout:
    return rollouts.plan(version, actor=STAFF, now=timezone.now(), **options)


def begun(version: Blueprint, **options) -> Rollout:
    return rollouts.start(planned(version, **options), actor=STAFF, now=timezone.now())


def work(rollout: Rollout, now=None) -> Rollout:
    """All that a worker can do now."""
    while rolling_out.step(rollout.pk, now or timezone.now()):
        pass
    rollout.refresh_from_db()
    return rollout


def give_field(*oneflow_ids: int) -> None:
    """What version 2 asks for is there."""
    for each in oneflow_ids:
        first = DataField.objects.get(installation__account__oneflow_id=each, custom_id="deal_value")
        DataField.objects.create(
            installation=first.installation,
            seen_at=START,
            template_type_oneflow_id=first.template_type_oneflow_id,
            oneflow_id=first.oneflow_id + 50,
            custom_id="cost_centre",
            name="Cost centre",
            active=True,
            source="system",
        )


def map_it(version: Blueprint) -> None:
    version.extension.mappings.create(extension_type="acme_deal", custom_id="cost_centre", path="deal.centre")


def refresh_all() -> None:
    """As if a worker had read every account that is wanted, and found it as it was."""
    for row in Installation.objects.exclude(wanted_at=None).exclude(state="disconnected"):
        row.wanted_at, row.refreshed_at = None, timezone.now()
        stored(row)


def states(rollout: Rollout) -> list[str]:
    return list(rollout.members.order_by("installation__account__oneflow_id").values_list("state", flat=True))


def on_version(oneflow_id: int) -> tuple:
    row = Installation.objects.get(account__oneflow_id=oneflow_id)
    return row.blueprint.version if row.blueprint else None, row.blueprint_set, row.rollout_id


def test_planning_lists_everybody_not_on_the_version_and_moves_nobody():
    version = fleet(4)
    make_installation(version.extension, oneflow_id=5, blueprint=version)
    make_installation(version.extension, oneflow_id=6, state="disconnected", blueprint=version)
    make_installation(version.extension, oneflow_id=7, blueprint=None)

    rollout = planned(version, canary=2)

    assert rollout.state == "planned"
    members = rollout.members.order_by("pk").values_list("installation__account__oneflow_id", "wave", "state")
    assert sorted(each[0] for each in members) == [1, 2, 3, 4, 7]
    assert sorted(each[1] for each in members) == [0, 0, 0, 1, 1]
    assert list(Installation.objects.filter(blueprint=version).values_list("account__oneflow_id", flat=True)) == [5, 6]
    assert AuditEvent.objects.get(verb="rollout.plan").details["accounts"] == 5


def test_the_canary_is_healthy_and_of_every_mode():
    extension = make_extension()
    for number, mode in enumerate(["extension"] * 4 + ["toolkit", "development"], start=1):
        make_installation(extension, oneflow_id=number, mode=mode, verdict="failing" if number == 1 else "healthy")

    rollout = planned(make_version(extension), canary=4)

    chosen = rollout.members.filter(wave=1).values_list("installation__account__oneflow_id", flat=True)
    assert sorted(chosen) == [2, 3, 5, 6]


def test_of_a_mode_where_nobody_is_healthy_only_one_goes_before_the_healthy_of_others():
    extension = make_extension()
    for number, mode in enumerate(["extension"] * 4 + ["toolkit"] * 3, start=1):
        make_installation(extension, oneflow_id=number, mode=mode, verdict="failing" if number > 3 else "healthy")

    def chosen(version: Blueprint, canary: int) -> list[int]:
        rollout = planned(version, canary=canary)
        rows = rollout.members.filter(wave=1).values_list("installation__account__oneflow_id", flat=True)
        rollouts.end(rollout, actor=STAFF, now=timezone.now())
        return sorted(rows)

    version = make_version(extension)
    assert chosen(version, 4) == [1, 2, 3, 5]
    assert chosen(version, 6) == [1, 2, 3, 4, 5, 6]


def test_the_canary_may_be_picked():
    rollout = planned(fleet(4), picked=[3, 1, 3])

    chosen = rollout.members.filter(wave=1).values_list("installation__account__oneflow_id", flat=True)
    assert sorted(chosen) == [1, 3]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"canary": 0}, "between 1 and 100"),
        ({"canary": 10**12}, "between 1 and 100"),
        ({"wave": 0}, "between 1 and 5,000"),
        ({"wave": -1}, "between 1 and 5,000"),
        ({"wave": 10**12}, "between 1 and 5,000"),
        ({"stop_percent": 0}, "between 1 and 100"),
        ({"stop_percent": 101}, "between 1 and 100"),
        ({"picked": [1, 99]}, "Oneflow id 99"),
        ({"picked": [2**70]}, "Oneflow id"),
        ({"picked": list(range(1000))}, "Name fewer"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(options, reason):
    version = fleet(1)

    with pytest.raises(Refused, match=reason):
        planned(version, **options)

    assert not Rollout.objects.exists()


def test_nobody_is_moved_to_a_draft_or_where_all_are_already():
    version = fleet(1)
    draft = make_blueprint(version.extension, 3)
    draft.state = Blueprint.State.DRAFT
    draft.save()
    with pytest.raises(Refused, match="Release it first"):
        planned(draft)

    Installation.objects.update(blueprint=version)
    with pytest.raises(Refused, match="nobody to move"):
        planned(version)


def test_accounts_of_another_extension_are_neither_members_nor_canaries():
    version = fleet(1)
    make_installation(make_extension("acme_other", name="Other"), oneflow_id=9)

    with pytest.raises(Refused, match="Oneflow id 9"):
        planned(version, picked=[9])
    assert planned(version).members.count() == 1


def test_an_extension_has_one_open_rollout():
    version = fleet(2)
    first = planned(version)

    with pytest.raises(Refused, match="open rollout already"):
        planned(version)

    rollouts.end(first, actor=STAFF, now=START)
    assert planned(version).is_open


def test_the_canary_is_moved_judged_and_looked_at_before_the_rest():
    version = fleet(5)
    map_it(version)
    give_field(1, 2, 3, 4, 5)
    rollout = work(begun(version, canary=2, wave=2))
    assert states(rollout) == ["moved", "moved", "waiting", "waiting", "waiting"]
    assert on_version(1) == (2, True, rollout.pk) and on_version(3) == (1, False, None)
    assert Installation.objects.exclude(wanted_at=None).count() == 2

    work(rollout)
    assert rollout.state == "running"
    refresh_all()
    work(rollout)
    assert rollout.state == "paused" and "canary" in rollout.reason
    assert states(rollout) == ["conforming", "conforming", "waiting", "waiting", "waiting"]

    work(rollouts.resume(rollout, actor=STAFF))
    assert states(rollout) == ["conforming", "conforming", "moved", "moved", "waiting"]
    refresh_all()
    work(rollout)
    assert states(rollout)[-1] == "moved"
    refresh_all()
    work(rollout)
    assert (rollout.state, set(states(rollout)), rollout.wave) == ("done", {"conforming"}, 3)
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [
        "rollout.plan",
        "rollout.start",
        "rollout.move",
        "rollout.resume",
        "rollout.move",
        "rollout.move",
    ]


def test_it_stops_by_itself_above_the_share_of_newly_failing_ones():
    version = fleet(6)
    map_it(version)
    give_field(1, 2, 3, 6)
    rollout = work(begun(version, canary=1, wave=4, stop_percent=40))
    refresh_all()
    work(rollouts.resume(work(rollout), actor=STAFF))
    refresh_all()
    work(rollout)

    assert rollout.state == "stopped"
    assert rollout.reason.startswith("2 of the 4 accounts of wave 2 are newly failing by version 2, more than 40 %.")
    assert states(rollout) == ["conforming", "conforming", "conforming", "needs", "needs", "waiting"]
    assert AuditEvent.objects.get(verb="rollout.stop").reason == rollout.reason
    assert set(rollout.members.filter(state="needs").values_list("before", "now", "newly_failing", "by_us")) == {
        ("healthy", "failing", True, True)
    }

    # What staff have seen does not stop it again, what comes on top does.
    work(rollouts.resume(rollout, actor=STAFF))
    assert states(rollout)[-1] == "moved"
    refresh_all()
    assert work(rollout).state == "done"


def stopped_in_the_canary() -> Rollout:
    """A canary of two, of which the first is newly failing and the second is not read yet."""
    rollout = work(begun(fleet(3), picked=[1, 2]))
    Installation.objects.filter(account__oneflow_id=1).update(wanted_at=None, refreshed_at=timezone.now())
    work(rollout)
    assert (rollout.state, states(rollout)) == ("stopped", ["needs", "moved", "waiting"])
    return rollout


def test_a_canary_that_stopped_and_was_judged_in_full_is_resumed_once():
    rollout = stopped_in_the_canary()
    refresh_all()
    assert states(work(rollout)) == ["needs", "needs", "waiting"]

    rollout = work(rollouts.resume(rollout, actor=STAFF))

    assert (rollout.state, states(rollout)) == ("running", ["needs", "needs", "moved"])


def test_a_canary_that_stopped_before_it_was_judged_in_full_still_waits_for_a_look():
    rollout = rollouts.resume(stopped_in_the_canary(), actor=STAFF)
    give_field(2)
    map_it(rollout.blueprint)
    refresh_all()
    work(rollout)

    assert (rollout.state, states(rollout)) == ("paused", ["needs", "conforming", "waiting"])


def test_what_is_at_the_share_goes_on():
    version = fleet(3)
    map_it(version)
    give_field(1, 2)
    rollout = work(begun(version, picked=[1, 2, 3], stop_percent=34))
    refresh_all()

    assert work(rollout).state == "paused"


def test_what_was_mended_since_conforms():
    version = fleet(1)
    map_it(version)
    rollout = work(begun(version, stop_percent=100))
    refresh_all()
    assert states(work(rollout)) == ["needs"]

    give_field(1)
    Installation.objects.update(refreshed_at=timezone.now() + timedelta(seconds=1))
    assert rolling_out.waiting() == [rollout.pk]
    assert states(work(rollout)) == ["conforming"]
    assert rolling_out.waiting() == []


def test_a_refused_token_is_no_failure_of_the_version():
    version = fleet(1, mode="extension")
    rollout = work(begun(version))
    row = Installation.objects.get()
    row.token.state, row.token.rejected_since = "rejected", timezone.now()
    row.token.save()
    row.parts.update(unread_reason="invalid_token")
    refresh_all()
    work(rollout)

    member = rollout.members.get()
    assert (member.state, member.now, member.obstacle) == ("needs", "unknown", "token.rejected")
    assert member.by_customer and not member.newly_failing


def test_who_left_meanwhile_or_was_set_by_hand_is_left_out_with_the_reason():
    version = fleet(4)
    third = make_blueprint(version.extension, 3)
    rollout = planned(version, picked=[1, 2, 3, 4])
    one, two, three = Installation.objects.order_by("pk")[:3]
    disconnect(one, actor=STAFF, now=START)
    set_blueprint(two, "3", STAFF, START)
    Installation.objects.filter(pk=three.pk).update(blueprint=version, blueprint_set=True)
    rollouts.start(rollout, actor=STAFF, now=START)
    work(rollout)

    assert states(rollout) == ["skipped", "skipped", "skipped", "moved"]
    notes = list(rollout.members.order_by("pk").values_list("note", flat=True))
    assert notes[:3] == [
        "It was disconnected before its turn.",
        "Staff set version 3 by hand before its turn.",
        "It was on version 2 before its turn.",
    ]
    two.refresh_from_db()
    assert two.blueprint == third


def test_going_back_gives_each_the_version_and_the_flag_that_it_had():
    version = fleet(3)
    Installation.objects.filter(account__oneflow_id=2).update(blueprint_set=True)
    Installation.objects.filter(account__oneflow_id=3).update(blueprint=None)
    rollout = work(begun(version, picked=[1, 2, 3]))
    assert [on_version(each)[:2] for each in (1, 2, 3)] == [(2, True)] * 3
    refresh_all()
    assert work(rollout).members.filter(newly_failing=True, by_us=True).count() == 3

    rollout = work(rollouts.back(rollout, actor=STAFF))

    assert (rollout.state, states(rollout)) == ("returned", ["back"] * 3)
    of_version = rollout.members.values_list("now", "obstacle", "newly_failing", "by_us", "costs_token")
    assert set(of_version) == {("", "", False, False, False)}  # by a version that they are no longer on
    assert [on_version(each) for each in (1, 2, 3)] == [(1, False, None), (1, True, None), (None, False, None)]
    assert Installation.objects.exclude(wanted_at=None).count() == 3
    assert AuditEvent.objects.get(verb="rollout.give_back").details["done"] == 3


def test_going_back_leaves_what_was_set_by_hand_since():
    version = fleet(2)
    make_blueprint(version.extension, 3)
    rollout = work(begun(version, picked=[1, 2]))
    set_blueprint(Installation.objects.get(account__oneflow_id=1), "2", STAFF, START)  # the same version, by hand

    work(rollouts.back(rollout, actor=STAFF))

    assert states(rollout) == ["left", "back"]
    assert on_version(1) == (2, True, None)
    assert "by hand" in rollout.members.get(state="left").note


def test_a_second_rollout_taken_back_leads_to_the_first():
    version = fleet(1)
    map_it(version)
    give_field(1)
    first = work(begun(version))
    rollouts.end(first, actor=STAFF, now=START)
    second = work(begun(make_blueprint(version.extension, 3)))
    assert on_version(1) == (3, True, second.pk)

    work(rollouts.back(second, actor=STAFF))

    assert on_version(1) == (2, True, first.pk)


def test_one_that_is_over_is_taken_back_only_while_no_other_is_open():
    version = fleet(1)
    first = work(begun(version))
    rollouts.end(first, actor=STAFF, now=START)
    planned(make_blueprint(version.extension, 3))

    with pytest.raises(Refused, match="Another rollout"), transaction.atomic():
        rollouts.back(first, actor=STAFF)


def test_each_verb_has_its_time():
    rollout = planned(fleet(1))
    now = timezone.now()
    for verb in (lambda: rollouts.pause(rollout, actor=STAFF), lambda: rollouts.resume(rollout, actor=STAFF)):
        with pytest.raises(Refused, match="planned cannot be"):
            verb()
    with pytest.raises(Refused, match="taken back"):
        rollouts.back(rollout, actor=STAFF)
    rollouts.start(rollout, actor=STAFF, now=now)
    with pytest.raises(Refused, match="running cannot be started"):
        rollouts.start(rollout, actor=STAFF, now=now)
    rollouts.pause(rollout, actor=STAFF)
    with pytest.raises(Refused, match="paused cannot be paused"):
        rollouts.pause(rollout, actor=STAFF)
    rollouts.end(rollout, actor=STAFF, now=now)
    with pytest.raises(Refused, match="ended by staff cannot be ended"):
        rollouts.end(rollout, actor=STAFF, now=now)


def test_while_it_pauses_nobody_is_moved_and_those_who_were_are_judged():
    version = fleet(2)
    map_it(version)
    give_field(1, 2)
    rollout = work(begun(version, picked=[1]))
    rollouts.pause(rollout, actor=STAFF)
    refresh_all()
    work(rollout)

    assert (rollout.state, states(rollout)) == ("paused", ["conforming", "waiting"])


def test_one_that_was_moved_and_then_disconnected_is_waited_for_no_more():
    version = fleet(2)
    rollout = work(begun(version, picked=[1]))
    disconnect(Installation.objects.get(account__oneflow_id=1), actor=STAFF, now=START)
    work(rollout)

    assert states(rollout) == ["left", "waiting"]
    assert rollout.state == "paused"


def test_a_step_costs_the_same_for_two_and_for_ten():
    def statements(number: int) -> int:
        rollout = begun(version, picked=range(number - 9, number + 1) if number > 2 else [1, 2])
        with CaptureQueriesContext(connection) as captured:
            rolling_out.step(rollout.pk, timezone.now())
        rollouts.end(rollout, actor=STAFF, now=START)
        return len(captured)

    version = fleet(12)
    few = statements(2)

    assert statements(12) == few
    assert RolloutMember.objects.filter(state="moved").count() == 12


def test_taking_back_a_second_rollout_and_then_the_first_leads_to_where_all_began():
    version = fleet(2)
    first = work(begun(version, picked=[1, 2]))
    rollouts.end(first, actor=STAFF, now=START)
    second = work(begun(make_blueprint(version.extension, 3), picked=[1, 2]))
    refresh_all()
    work(first)
    assert states(first) == ["moved", "moved"]  # it is for the second to say what becomes of them
    assert set(first.members.values_list("note", flat=True)) == {""}

    work(rollouts.back(second, actor=STAFF))
    refresh_all()
    work(first)
    assert states(first) == ["needs", "needs"] and on_version(1) == (2, True, first.pk)
    work(rollouts.back(first, actor=STAFF))

    assert (first.refresh_from_db(), first.state, states(first))[1:] == ("returned", ["back", "back"])
    assert [on_version(each) for each in (1, 2)] == [(1, False, None)] * 2


def test_whom_a_second_rollout_moved_on_is_given_back_by_the_first_once_that_is_taken_back():
    version = fleet(1)
    first = work(begun(version))
    rollouts.end(first, actor=STAFF, now=START)
    second = work(begun(make_blueprint(version.extension, 3)))
    rollouts.end(second, actor=STAFF, now=START)

    first = work(rollouts.back(first, actor=STAFF))
    assert (first.state, states(first), on_version(1)) == ("returned", ["left"], (3, True, second.pk))
    assert first.members.get().note == f"Rollout {second.pk} moved it on since."
    with pytest.raises(Refused, match="nobody is on version 2 by it"):
        rollouts.back(first, actor=STAFF)

    work(rollouts.back(second, actor=STAFF))
    refresh_all()
    assert rolling_out.waiting() == [first.pk]
    assert (work(first).state, states(first), first.members.get().note) == ("returned", ["needs"], "")
    assert rolling_out.waiting() == []

    first = work(rollouts.back(first, actor=STAFF))
    assert (first.state, states(first), on_version(1)) == ("returned", ["back"], (1, False, None))


def test_one_that_was_disconnected_since_is_given_back_too_and_not_read():
    version = fleet(2)
    rollout = work(begun(version, picked=[1, 2]))
    gone = disconnect(Installation.objects.get(account__oneflow_id=1), actor=STAFF, now=START)
    refresh_all()
    assert states(work(rollout)) == ["left", "needs"]

    work(rollouts.back(rollout, actor=STAFF))

    assert states(rollout) == ["back", "back"]
    assert [on_version(each) for each in (1, 2)] == [(1, False, None)] * 2
    refresh_at = gone.refresh_at
    gone.refresh_from_db()
    assert (gone.state, gone.wanted_at, gone.refresh_at) == ("disconnected", None, refresh_at)


def test_one_that_is_on_the_version_as_inferred_since_is_judged_and_not_given_back():
    version = fleet(2)
    map_it(version)
    give_field(1, 2)
    rollout = work(begun(version, picked=[1, 2]))
    # As a refresh leaves what the extension made anew: from the new version, and from the one before.
    Installation.objects.update(blueprint_set=False, rollout=None)
    Installation.objects.filter(account__oneflow_id=2).update(blueprint=version.extension.blueprints.get(version=1))
    refresh_all()
    assert states(work(rollout)) == ["conforming", "left"]
    assert rollout.members.get(state="left").note == "Its version is inferred again since."

    work(rollouts.back(rollout, actor=STAFF))

    assert states(rollout) == ["left", "left"]
    assert [on_version(each) for each in (1, 2)] == [(2, False, None), (1, False, None)]


def test_one_that_conformed_and_is_on_another_version_since_is_said_to_be_left():
    version = fleet(5)
    map_it(version)
    give_field(1, 2, 3, 4, 5)
    rollout = work(begun(version, picked=[1, 2, 3, 4, 5]))
    refresh_all()
    assert states(work(rollout)) == ["conforming"] * 5
    account = Installation.objects.filter
    account(account__oneflow_id__lte=3).update(blueprint_set=False, rollout=None)  # inferred again, the first alike
    account(account__oneflow_id=2).update(blueprint=version.extension.blueprints.get(version=1))
    account(account__oneflow_id=3).update(blueprint=None)
    set_blueprint(Installation.objects.get(account__oneflow_id=4), "1", STAFF, START)
    Installation.objects.update(wanted_at=START)
    refresh_all()

    assert rolling_out.waiting() == [rollout.pk]
    assert states(work(rollout)) == ["conforming", "left", "left", "left", "conforming"]
    assert rolling_out.waiting() == []
    notes = rollout.members.filter(state="left").order_by("installation__account__oneflow_id")
    assert list(notes.values_list("note", "now")) == [
        ("Its version is inferred again since.", ""),
        ("Its version is inferred again since.", ""),
        ("Staff gave it a version by hand since.", ""),
    ]


def test_one_that_was_disconnected_and_connected_again_is_judged_again():
    version = fleet(1)
    map_it(version)
    give_field(1)
    rollout = work(begun(version))
    row = disconnect(Installation.objects.get(), actor=STAFF, now=START)
    assert states(work(rollout)) == ["left"]

    token = make_token(row.account, secret="another")
    Installation.objects.filter(pk=row.pk).update(state="connecting", token=token, wanted_at=START)
    refresh_all()

    assert states(work(rollout)) == ["conforming"]
    assert rollout.members.get().note == ""
