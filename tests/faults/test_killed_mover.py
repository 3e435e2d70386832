"""A worker killed anywhere in a step of a rollout leaves nothing half-done, and moves nobody twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults
ROOT = Path(__file__).parent.parent.parent


def test_a_worker_killed_anywhere_in_a_step_leaves_nothing_half_done(database_url: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DATABASE_URL": database_url,
        "STATE_DIR": str(tmp_path),
        "LOG_LEVEL": "WARNING",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killing_mover"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )

    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout.split()[1]) > 100  # before and after each statement of six kinds of steps
