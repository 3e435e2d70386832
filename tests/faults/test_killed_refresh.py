"""A worker killed anywhere in a refresh leaves nothing half-done."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.faults


def test_a_worker_killed_at_any_call_or_statement_leaves_nothing_half_done(
    sandbox: Any, survived: Callable[..., int]
) -> None:
    kills = survived("killing", sandbox.url, timeout=300, ONEFLOW_BUDGET="100000")

    assert kills > 2 * (10 + 20)  # before and after each of the calls, and each of the statements
