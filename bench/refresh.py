"""What one refresh costs: calls, statements, and the worker's CPU time, against a sandbox in a process of its own.

Measured in a child process with a fresh SQLite database, so that nothing depends on what else this process did.
Times are compared as ratios of medians measured in turn within one run.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.figures import Figure

ROOT = Path(__file__).parent.parent
ROUNDS = 25
FEW, MANY = 10, 300


def figures() -> Iterable[Figure]:
    """The figures of issue 2 that a refresh must reach."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            **os.environ,
            "STATE_DIR": scratch,
            "DATABASE_URL": f"sqlite:///{scratch}/bench.sqlite3",
            "LOG_LEVEL": "WARNING",
        }
        answer = subprocess.run(
            [sys.executable, "-m", "bench.refresh", scratch],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return [Figure(**each) for each in json.loads(answer.stdout.splitlines()[-1])]


def measure(scratch: Path) -> list[dict[str, Any]]:
    """The figures as dicts, measured in this process, whose Django is set up."""
    from bench.refreshing import Bench
    from tests.sandboxes import Sandbox

    with Sandbox.start(scratch / "sandbox", accounts=0, seed=1) as sandbox:
        bench = Bench(sandbox, few=FEW, many=MANY)
        few, many, bare = in_turn(ROUNDS, bench.refresh_few, bench.refresh_many, bench.bare_calls)
        types_of_ours = 1
        return [
            {"name": "API calls of a refresh", "value": bench.calls(), "target": 8 + types_of_ours},
            {"name": f"SQL statements, {FEW} fields", "value": bench.statements(bench.few), "target": 30},
            {"name": f"SQL statements, {MANY} fields", "value": bench.statements(bench.many), "target": 30},
            {"name": f"CPU, {MANY} fields against {FEW}", "value": round(many / few, 2), "target": 3, "unit": "×"},
            {"name": "CPU, refresh against bare calls", "value": round(few / bare, 2), "target": 3, "unit": "×"},
        ]


def in_turn(rounds: int, *actions: Callable[[], None]) -> list[float]:
    """The median CPU seconds of each action; they take turns, so that a busy machine burdens all alike."""
    for action in actions * 2:
        action()
    spent: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for times, action in zip(spent, actions, strict=True):
            started = time.process_time()
            action()
            times.append(time.process_time() - started)
    return [statistics.median(times) for times in spent]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    import django

    django.setup()
    print(json.dumps(measure(Path(sys.argv[1]))))
