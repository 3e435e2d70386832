"""A worker killed anywhere in a refresh leaves nothing half-done."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults
ROOT = Path(__file__).parent.parent.parent


def test_a_worker_killed_at_any_call_or_statement_leaves_nothing_half_done(
    sandbox: Any, database_url: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DATABASE_URL": database_url,
        "STATE_DIR": str(tmp_path),
        "ONEFLOW_BUDGET": "100000",
        "LOG_LEVEL": "WARNING",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killing", sandbox.url],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr[-4000:]
    kills = int(done.stdout.split()[1])
    assert kills > 2 * (10 + 20)  # before and after each of the calls, and each of the statements
