"""The replayed day: three causes, one opening and one all-clear for each, none else."""

import os
import re
import subprocess
import sys

from tests.demos import ROOT

EXPECTED = [
    r"\d+ accounts: Oneflow does not answer properly: .* — one cause \(oneflow\.down\)",
    r"Over: \d+ accounts: Oneflow does not answer properly: .* — one cause \(oneflow\.down\)",
    r".+: The token is refused \(token\.rejected\)",
    r"Over: .+: The token is refused \(token\.rejected\)",
    r"\d+ accounts: A data field of ours is off: Deal value — one cause \(field\.inactive\)",
    r"Over: 40 accounts: A data field of ours is off: Deal value — one cause \(field\.inactive\)",
]


def test_a_day_with_three_causes_has_six_notifications():
    done = subprocess.run(
        [sys.executable, "-m", "console.demo.day"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=600,
    )

    told = [line.partition("] ")[2] for line in done.stdout.splitlines() if "▸" in line]
    assert len(told) == len(EXPECTED), done.stdout + done.stderr[-3000:]
    for line, pattern in zip(told, EXPECTED, strict=True):
        assert re.fullmatch(pattern, line), done.stdout
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
