"""A worker killed anywhere between a transition and its message loses nothing and tells nothing twice."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.faults


def test_a_worker_killed_anywhere_in_a_round_loses_nothing_and_repeats_only_with_the_same_key(
    survived: Callable[..., int],
) -> None:
    kills = survived("killing_notifier", timeout=300)

    assert kills > 2 * 20  # before and after each of the statements
