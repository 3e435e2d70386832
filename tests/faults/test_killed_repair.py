"""A worker killed anywhere in a repair leaves what another can take up, and nothing is written twice."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("what", ["field", "webhook"])
def test_a_repair_killed_at_any_call_or_statement_is_taken_up_and_written_once(
    sandbox: Any, survived: Callable[..., int], what: str
) -> None:
    kills = survived("killing_repair", sandbox.url, what, timeout=600, ONEFLOW_BUDGET="100000", LOG_LEVEL="ERROR")

    assert kills > 2 * (9 + 15)  # before and after each of the calls, and each of the statements
