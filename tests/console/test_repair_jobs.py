"""Repairs of many accounts at once, against the sandbox."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from console.models import AuditEvent
from console.repairs import running as repairs
from console.repairs.jobs import running
from extensions.mappings.jobs import advancing, deciding, making
from extensions.mappings.models import Repair, RepairJob, RepairJobMember
from extensions.mappings.repairing import executing
from extensions.mappings.repairing.operations import Kind
from extensions.mappings.repairing.refusing import Refused
from tests.beside import begin_and_wait, with_locks
from tests.console.jobs import approve, broken, drive, make, results, step
from tests.console.repairing import actor, fields_of, of_field, to_repair, writes
from tests.making import make_extension, make_installation

pytestmark = pytest.mark.django_db
State = RepairJob.State


@pytest.fixture(autouse=True)
def _behaving(sandbox: Any) -> Any:
    sandbox.forget_requests()
    yield
    sandbox.behave()


def go_on(job: RepairJob) -> RepairJob:
    deciding.go_on(job, actor=actor("Ada"), now=timezone.now())
    return drive(job)


def puts(sandbox: Any, rows: list[Any]) -> list[int]:
    """How many writes the sandbox got for each."""
    return [len(writes(sandbox, each)) for each in rows]


def test_a_dry_run_reads_each_account_and_writes_to_none(sandbox: Any) -> None:
    rows = broken(sandbox, 3)
    well = to_repair(sandbox, toolkit=False)

    job = drive(make([*rows, well]))

    assert job.state == State.PLANNED
    assert sorted(results(job)) == ["aside", "planned", "planned", "planned"]
    refused = job.members.get(installation=well)
    assert "on already" in refused.says and refused.remedy
    assert puts(sandbox, [*rows, well]) == [0, 0, 0, 0]


def test_five_are_written_then_the_rest_once_somebody_has_looked(sandbox: Any) -> None:
    rows = broken(sandbox, 7)
    job = drive(make(rows))

    approve(job)
    drive(job)
    assert (job.state, results(job)) == (State.LOOKED_AT, ["verified"] * 5 + ["planned"] * 2)
    assert sum(puts(sandbox, rows)) == 5
    go_on(job)

    assert (job.state, results(job)) == (State.DONE, ["verified"] * 7)
    assert puts(sandbox, rows) == [1] * 7
    assert all(fields_of(sandbox, each)["deal_value"]["active"] for each in rows)
    assert job.ended_at is not None
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"repair_job.make", "repair_job.approve", "repair_job.go_on", "repair.write"} <= verbs


def test_it_stops_above_the_share_and_writes_no_other(sandbox: Any) -> None:
    rows = broken(sandbox, 7)
    job = drive(make(rows))
    approve(job)
    # Another field is gone since the dry run: that account is left alone.
    sandbox.fault(rows[0].account.oneflow_id, "field.missing", custom_id="currency")

    drive(job)

    assert (job.state, results(job)) == (State.STOPPED, ["failed", *["verified"] * 4, "aside", "aside"])
    assert job.says == "1 of 5 failed, more than 10 per cent, so it stopped. 2 accounts were not written."
    assert puts(sandbox, rows) == [0, 1, 1, 1, 1, 0, 0]
    left = Repair.objects.filter(job_member__job=job, state=Repair.State.WITHDRAWN)
    assert [each.result for each in left] == [job.says] * 2
    again = making.make_anew(job, reason="looked into it", actor=actor(), now=timezone.now())
    assert again.members.count() == 3


def test_a_token_that_dies_halfway_stops_its_account_only(sandbox: Any) -> None:
    rows = broken(sandbox, 6)
    job = drive(make(rows, most_failing=50))
    approve(job)
    drive(job)
    sandbox.fault(rows[5].account.oneflow_id, "token.rejected")
    go_on(job)

    assert (job.state, results(job)) == (State.DONE, [*["verified"] * 5, "failed"])
    dead = Repair.objects.get(installation=rows[5])
    assert dead.state == Repair.State.STOPPED and "relink" in dead.remedy
    assert puts(sandbox, rows) == [1] * 5 + [0]


def test_paused_nothing_is_begun_and_resumed_it_goes_on_where_it_was(sandbox: Any) -> None:
    rows = broken(sandbox, 2)
    job = drive(make(rows))
    approve(job)
    advancing.advance(job.pk, timezone.now(), lease=timedelta(minutes=2))
    deciding.pause(job, actor=actor(), now=timezone.now())

    drive(job)
    assert (job.state, puts(sandbox, rows)) == (State.PAUSED, [0, 0])
    deciding.resume(job, actor=actor("Ada"), now=timezone.now())
    drive(job)

    assert (job.state, puts(sandbox, rows)) == (State.DONE, [1, 1])


def test_a_pause_is_no_way_past_the_look_at_the_first_few_and_asks_for_no_second_one(sandbox: Any) -> None:
    rows = broken(sandbox, 6)
    job = drive(make(rows))
    approve(job)
    advancing.advance(job.pk, timezone.now(), lease=timedelta(minutes=2))
    deciding.pause(job, actor=actor(), now=timezone.now())
    deciding.resume(job, actor=actor("Ada"), now=timezone.now())
    assert drive(job).state == State.LOOKED_AT

    deciding.go_on(job, actor=actor("Ada"), now=timezone.now())
    deciding.pause(job, actor=actor(), now=timezone.now())
    deciding.resume(job, actor=actor("Ada"), now=timezone.now())

    assert drive(job).state == State.DONE
    assert puts(sandbox, rows) == [1] * 6


def test_of_several_fields_each_account_gets_those_that_it_lacks(sandbox: Any) -> None:
    rows = [*broken(sandbox, 1), to_repair(sandbox, toolkit=False, fault="field.inactive", custom_id="currency")]
    well = to_repair(sandbox, toolkit=False)
    job = drive(make([*rows, well], of_field(Kind.ACTIVATE_FIELD, "deal_value", "currency")))
    assert job.state == State.PLANNED and sorted(results(job)) == ["aside", "planned", "planned"]
    assert sorted(each.summary for each in Repair.objects.all()) == [
        "Switch on currency in acme_deal",
        "Switch on deal_value in acme_deal",
    ]

    approve(job)
    drive(job)

    assert job.state == State.DONE and puts(sandbox, [*rows, well]) == [1, 1, 0]
    assert all(fields_of(sandbox, each)[name]["active"] for each in rows for name in ("deal_value", "currency"))


def test_what_a_dead_worker_had_taken_is_not_begun_after_a_pause(sandbox: Any) -> None:
    """Its lease ends while the job rests: only the job's going on lets it be run."""
    rows = broken(sandbox, 1)
    job = drive(make(rows))
    approve(job)
    now = timezone.now()
    advancing.advance(job.pk, now, lease=timedelta(minutes=2))
    repair = Repair.objects.get(job_member__job=job)
    assert executing.claim(repair.pk, now, now + timedelta(minutes=2)) is not None
    deciding.pause(job, actor=actor(), now=now)

    later = now + timedelta(minutes=3)
    assert not Repair.objects.due(later).exists()
    assert executing.claim(repair.pk, later, later + timedelta(minutes=2)) is None
    with pytest.raises(Refused, match="belongs to job"):
        repairs.demand_single(repair)


@with_locks
@pytest.mark.django_db(transaction=True)
def test_what_is_held_back_at_that_moment_is_not_begun(sandbox: Any) -> None:
    job = drive(make(broken(sandbox, 1)))
    approve(job)
    now = timezone.now()
    advancing.advance(job.pk, now, lease=timedelta(minutes=2))
    repair = Repair.objects.get(job_member__job=job)

    with transaction.atomic():
        deciding.pause(job, actor=actor(), now=now)
        claimed = begin_and_wait(lambda: executing.claim(repair.pk, now, now + timedelta(minutes=2)))

    assert claimed.result(10) is None


def taken_up_by_a_worker_that_died(job: RepairJob) -> Repair:
    """The repair of its one account, which a worker had claimed and then nothing."""
    now = timezone.now()
    advancing.advance(job.pk, now, lease=timedelta(minutes=2))
    repair = Repair.objects.get(job_member__job=job)
    assert executing.claim(repair.pk, now, now + timedelta(minutes=2)) is not None
    return repair


def later() -> datetime:
    """When the lease of whoever died has ended."""
    return timezone.now() + timedelta(minutes=3)


def test_what_a_dead_worker_had_taken_is_given_up_with_the_job_that_stopped(sandbox: Any) -> None:
    rows = broken(sandbox, 1)
    job = drive(make(rows))
    approve(job)
    repair = taken_up_by_a_worker_that_died(job)
    deciding.stop(job, actor=actor(), now=timezone.now())
    step()
    assert results(job) == ["at_work"], "it may be being written yet"

    step(later)

    repair.refresh_from_db()
    assert (results(job), repair.state, repair.result) == (["aside"], Repair.State.WITHDRAWN, "Stopped by Sam.")
    assert puts(sandbox, rows) == [0]
    job.refresh_from_db()
    again = making.make_anew(job, reason="looked into it", actor=actor(), now=timezone.now())
    assert again.members.count() == 1


def test_what_a_dead_worker_had_taken_waits_with_the_job_that_is_paused(sandbox: Any) -> None:
    rows = broken(sandbox, 1)
    job = drive(make(rows))
    approve(job)
    taken_up_by_a_worker_that_died(job)
    deciding.pause(job, actor=actor(), now=timezone.now())

    step(later)

    assert results(job) == ["planned"]
    deciding.resume(job, actor=actor("Ada"), now=later())
    while step(later):
        pass
    assert (results(job), puts(sandbox, rows)) == (["verified"], [1])


def test_an_account_that_is_never_reached_is_over_with_its_job_and_says_why(sandbox: Any) -> None:
    rows = broken(sandbox, 2)
    job = drive(make(rows, most_failing=50))
    approve(job)
    sandbox.answer("status", account=rows[0].account.oneflow_id, path="/users", status=503)
    for minutes in range(6):
        step(lambda minutes=minutes: timezone.now() + timedelta(minutes=minutes))
    drive(job)

    repair = Repair.objects.get(installation=rows[0])
    assert (job.state, results(job)) == (State.DONE, ["failed", "verified"])
    assert (repair.state, repair.is_over) == (Repair.State.STOPPED, True)
    assert repair.result.startswith("Nothing was written.")
    assert "another job" in repair.remedy


def test_stopped_by_hand_nothing_is_ever_written(sandbox: Any) -> None:
    rows = broken(sandbox, 2)
    job = drive(make(rows))
    approve(job)

    deciding.stop(job, actor=actor(), now=timezone.now())
    drive(job)

    assert (job.state, results(job), puts(sandbox, rows)) == (State.STOPPED, ["aside", "aside"], [0, 0])
    with pytest.raises(Refused, match="another point"):
        deciding.resume(job, actor=actor(), now=timezone.now())


def test_a_job_is_undone_by_a_job_that_somebody_else_approves_by_name(sandbox: Any) -> None:
    rows = broken(sandbox, 3)
    before = [fields_of(sandbox, each) for each in rows]
    job = drive(make(rows))
    approve(job)
    drive(job)
    sandbox.fault(rows[2].account.oneflow_id, "field.inactive", custom_id="currency")  # it moves on

    undoing = drive(making.make_undoing(job, reason="too early", actor=actor(), now=timezone.now()))
    assert (undoing.state, results(undoing)) == (State.PLANNED, ["planned", "planned", "aside"])
    assert "moved on" in undoing.members.get(installation=rows[2]).says
    assert deciding.removals(undoing) == {"deal_value": 2}
    with pytest.raises(Refused, match="somebody else"):
        approve(undoing, "Sam", ["deal_value"])
    with pytest.raises(Refused, match="Not confirmed: deal_value"):
        approve(undoing, "Ada")
    approve(undoing, "Ada", ["deal_value"])
    drive(undoing)

    assert undoing.state == State.DONE
    assert [fields_of(sandbox, each) for each in rows[:2]] == before[:2]
    states = list(Repair.objects.filter(job_member__job=job).order_by("pk").values_list("state", flat=True))
    assert states == ["undone", "undone", "verified"]


def test_accounts_that_are_undone_before_the_rest_is_written_are_told_apart(sandbox: Any) -> None:
    rows = broken(sandbox, 6)
    job = drive(make(rows))
    approve(job)
    assert drive(job).state == State.LOOKED_AT
    with pytest.raises(Refused, match="not over"):
        making.make_undoing(job, reason="too early", actor=actor(), now=timezone.now())
    Repair.objects.filter(installation__in=rows[:2]).update(state=Repair.State.UNDONE)  # each by itself

    go_on(job)

    assert results(job) == ["undone"] * 2 + ["verified"] * 4
    assert (job.state, job.says) == (State.DONE, "6 accounts were written and read back (2 of them undone since).")


def test_what_is_no_longer_kept_is_not_undone_and_nothing_else_done_instead(sandbox: Any) -> None:
    rows = broken(sandbox, 1)
    job = drive(make(rows))
    approve(job)
    drive(job)
    undoing = making.make_undoing(job, reason="too early", actor=actor(), now=timezone.now())
    sandbox.fault(
        rows[0].account.oneflow_id, "field.inactive", custom_id="deal_value"
    )  # so that it could be done again
    Repair.objects.filter(job_member__job=job).delete()
    job.delete()

    drive(undoing)

    assert (undoing.state, results(undoing)) == (State.DONE, ["aside"])
    assert "no longer kept" in undoing.members.get().says
    assert not Repair.objects.exists()


def test_alone_one_may_approve_ones_own_removals(sandbox: Any) -> None:
    row = to_repair(sandbox)
    job = drive(make([row], of_field(Kind.REMOVE_FIELD, "currency")))

    approve(job, "Sam", ["currency"], alone=True)
    drive(job)

    assert (job.state, "currency" in fields_of(sandbox, row)) == (State.DONE, False)


def test_where_writes_are_off_nothing_is_approved(sandbox: Any) -> None:
    rows = broken(sandbox, 1)
    job = drive(make(rows))
    type(rows[0].extension).objects.update(writes_allowed=False)

    with pytest.raises(Refused, match="Writes are off"):
        approve(job)


def test_an_account_that_cannot_be_read_is_tried_again_and_then_said(sandbox: Any) -> None:
    rows = broken(sandbox, 2)
    sandbox.answer("status", account=rows[0].account.oneflow_id, path="/users", status=503)
    job = make(rows)
    clock = timezone.now()
    for _ in range(5):
        clock += timedelta(minutes=1)
        step(lambda clock=clock: clock)
        RepairJobMember.objects.filter(job=job, lease_id=None).update(lease_until=None)
    drive(job)

    assert (job.state, results(job)) == (State.PLANNED, ["aside", "planned"])
    assert job.members.get(installation=rows[0]).says.startswith("It could not be read.")


def test_a_reader_that_was_killed_leaves_its_account_to_the_next(sandbox: Any) -> None:
    rows = broken(sandbox, 1)
    job = make(rows)
    now, lease = timezone.now(), timedelta(minutes=2)
    assert advancing.advance(job.pk, now, lease=lease).members
    assert not advancing.advance(job.pk, now + timedelta(minutes=1), lease=lease).members

    work = advancing.advance(job.pk, now + timedelta(minutes=3), lease=lease)

    assert len(work.members) == 1


def test_a_lease_of_a_clock_that_was_ahead_holds_no_account_up(sandbox: Any) -> None:
    job = make(broken(sandbox, 1))
    now, lease = timezone.now(), timedelta(minutes=2)
    assert advancing.advance(job.pk, now + timedelta(days=1), lease=lease).members

    assert advancing.advance(job.pk, now, lease=lease).members


def test_an_account_given_up_while_it_is_read_gets_no_repair(sandbox: Any) -> None:
    job = make(broken(sandbox, 1))
    [work] = advancing.advance_all(timezone.now(), lease=timedelta(minutes=2))
    assert work.lease_id is not None
    deciding.stop(job, actor=actor(), now=timezone.now())

    running.read(work.members[0], work.lease_id)

    assert (results(job), Repair.objects.count()) == (["aside"], 0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reason": " \0 "}, "Say why"),
        ({"reason": "x" * 501}, "501 characters"),
        ({"most_failing": 100}, "0 to 99"),
        ({"most_failing": -1}, "0 to 99"),
        ({"operations": ()}, "Nothing was chosen"),
        ({"operations": of_field(Kind.RESTORE_FIELD, "deal_value")}, "only undoes"),
        ({"operations": of_field(Kind.ADD_FIELD, "a", "a")}, "twice"),
    ],
)
def test_a_job_that_could_not_work_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        make([make_installation()], **values)

    assert not RepairJob.objects.exists()


def test_installations_of_another_extension_and_disconnected_ones_are_left_away() -> None:
    ours, ended = make_installation(), make_installation(oneflow_id=2, state="disconnected")
    other = make_installation(make_extension("acme_other", name="Other"), oneflow_id=3)

    job = make([ours, ended, other])

    assert list(job.members.values_list("installation", flat=True)) == [ours.pk]
    with pytest.raises(Refused, match="no account"):
        make([ended])


def test_looking_at_a_job_costs_the_same_for_many_accounts(django_assert_max_num_queries: Any) -> None:
    job = make([make_installation(oneflow_id=number) for number in range(1, 30)])

    with django_assert_max_num_queries(7):
        advancing.advance(job.pk, timezone.now(), lease=timedelta(minutes=2))
