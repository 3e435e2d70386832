"""Whoever moves a job over many accounts on may be killed anywhere: each account is written once."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults
ROOT = Path(__file__).parent.parent.parent


def test_a_job_killed_at_every_step_goes_on_and_writes_each_account_once(
    sandbox: Any, database_url: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DATABASE_URL": database_url,
        "STATE_DIR": str(tmp_path),
        "ONEFLOW_BUDGET": "100000",
        "LOG_LEVEL": "ERROR",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killing_job", sandbox.url],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )

    assert done.returncode == 0, done.stderr[-4000:]
    kills = int(done.stdout.split()[1])
    assert kills > 100  # before and after each statement, commit and call that differs from the others
