"""A worker killed anywhere in a repair leaves what another can take up, and nothing is written twice."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("what", ["field", "webhook"])
def test_a_repair_killed_at_any_call_or_statement_is_taken_up_and_written_once(
    sandbox: Any, database_url: str, tmp_path: Path, what: str
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
        [sys.executable, "-m", "tests.faults.killing_repair", sandbox.url, what],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )

    assert done.returncode == 0, done.stderr[-4000:]
    kills = int(done.stdout.split()[1])
    assert kills > 2 * (9 + 15)  # before and after each of the calls, and each of the statements
