"""Whoever moves a job over many accounts on may be killed anywhere: each account is written once."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.faults


def test_a_job_killed_at_every_step_goes_on_and_writes_each_account_once(
    sandbox: Any, survived: Callable[..., int]
) -> None:
    kills = survived("killing_job", sandbox.url, timeout=900, ONEFLOW_BUDGET="100000", LOG_LEVEL="ERROR")

    assert kills > 100  # before and after each statement, commit and call that differs from the others
