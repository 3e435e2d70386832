"""A worker killed anywhere in a step of a rollout leaves nothing half-done, and moves nobody twice."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.faults


def test_a_worker_killed_anywhere_in_a_step_leaves_nothing_half_done(survived: Callable[..., int]) -> None:
    kills = survived("killing_mover", timeout=900)

    assert kills > 100  # before and after each statement of six kinds of steps
