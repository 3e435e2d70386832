"""How a job over many accounts goes on: pure, with accounts that are written, fail, and are lost in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.mappings.jobs.course import (
    AT_ONCE,
    CANARY,
    Tally,
    onward,
)
from extensions.mappings.models import RepairJob

State = RepairJob.State


def on(state: str, *, most_failing: int = 10, **numbers: int):
    return onward(state, Tally(**numbers), most_failing)


def test_a_dry_run_reads_some_at_a_time_and_then_waits_for_approval():
    assert on(State.DRY_RUN, unread=3, planned=9).room == AT_ONCE
    assert on(State.DRY_RUN, planned=9, aside=2).state == State.PLANNED


def test_a_dry_run_that_finds_nothing_to_write_is_the_end():
    assert on(State.DRY_RUN, aside=12).state == State.DONE


@pytest.mark.parametrize("state", [State.PLANNED, State.LOOKED_AT, State.PAUSED, State.STOPPED, State.DONE])
def test_what_waits_for_somebody_or_is_over_does_not_go_on_by_itself(state):
    assert on(state, planned=40, verified=5) is None


def test_five_are_written_and_then_somebody_is_waited_for():
    assert on(State.CANARY, planned=40).room == CANARY
    assert on(State.CANARY, planned=37, at_work=2, verified=1).room == 2
    assert on(State.CANARY, planned=35, at_work=1, verified=4).room == 0
    assert on(State.CANARY, planned=35, verified=5).state == State.LOOKED_AT


def test_fewer_than_five_need_no_look():
    assert on(State.CANARY, verified=4).state == State.DONE
    assert on(State.CANARY, verified=5).state == State.DONE


def test_one_failure_among_the_first_five_is_too_many_at_one_in_ten_and_not_at_one_in_five():
    assert on(State.CANARY, planned=39, failed=1).state == State.STOPPED
    assert on(State.CANARY, planned=39, failed=1, most_failing=20).state == State.CANARY
    assert on(State.CANARY, planned=35, verified=4, failed=1, most_failing=20).state == State.LOOKED_AT


def test_the_rest_stops_above_the_share_and_not_at_it():
    assert on(State.RUNNING, planned=30, verified=9, failed=1).state == State.RUNNING
    stopped = on(State.RUNNING, planned=30, verified=8, failed=1)
    assert stopped.state == State.STOPPED
    assert stopped.says == "1 of 9 failed, more than 10 per cent, so it stopped. 30 accounts were not written."


def test_none_may_fail_where_the_share_is_nought():
    assert on(State.RUNNING, planned=90, verified=99, failed=1, most_failing=0).state == State.STOPPED


def test_the_end_says_how_many_failed():
    assert (
        on(State.RUNNING, verified=39, failed=1).says
        == "39 accounts were written and read back. 1 failed, and each says why."
    )


def test_the_end_says_how_many_are_undone_since():
    told = on(State.RUNNING, verified=2, undone=5, failed=1, most_failing=20).says

    assert told == "7 accounts were written and read back (5 of them undone since). 1 failed, and each says why."


def test_what_is_undone_was_tried_and_is_not_left():
    tally = Tally(planned=2, verified=3, undone=2)

    assert (tally.total, tally.tried, tally.left) == (7, 5, 2)
    assert on(State.CANARY, planned=2, verified=3, undone=2).state == State.LOOKED_AT
    assert on(State.RUNNING, planned=2, verified=3, undone=6, failed=1).state == State.RUNNING


def test_what_is_said_of_the_first_few_counts_only_those_that_were_written():
    told = onward(State.CANARY, Tally(planned=30, verified=3, failed=2), 100)

    assert told.says.startswith("Of the first 5, 3 are written, and 2 failed. Look at them in Oneflow")


@given(
    accounts=st.lists(st.booleans(), min_size=1, max_size=60),
    lost=st.lists(st.booleans(), max_size=40),
    most_failing=st.integers(0, 99),
)
def test_however_accounts_fail_and_looks_are_lost_no_account_too_many_is_begun(accounts, lost, most_failing):
    """`accounts`: whether each write succeeds; `lost`: looks at the job of which nothing came."""
    waiting, at_work, verified, failed = list(accounts), [], 0, 0
    state, looks, gone_on = State.CANARY, list(lost), False
    for _ in range(1000):
        tally = Tally(planned=len(waiting), at_work=len(at_work), verified=verified, failed=failed)
        assert gone_on or tally.tried + tally.at_work <= CANARY
        assert tally.at_work <= AT_ONCE
        found = onward(state, tally, most_failing)
        if looks and looks.pop():
            continue
        assert found is not None
        if found.state == State.LOOKED_AT:
            state, gone_on = State.RUNNING, True
            continue
        state = found.state
        if state in (State.STOPPED, State.DONE):
            break
        begun, waiting = waiting[: found.room], waiting[found.room :]
        at_work += begun
        if at_work:
            verified, failed = (verified + 1, failed) if at_work.pop(0) else (verified, failed + 1)
    assert state in (State.STOPPED, State.DONE)
    if state == State.STOPPED:
        assert failed * 100 > most_failing * max(verified + failed, CANARY)
    else:
        assert not waiting and not at_work
        assert verified + failed == len(accounts)
