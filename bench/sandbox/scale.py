"""What ten thousand accounts cost: time to make them, memory to serve them, and a request beside a fleet of ten."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.figures import Figure
from tests.sandboxes import Sandbox

MANY, FEW = 10_000, 10
ROUNDS = 300
MINUTES_TO_MAKE = 3
MEGABYTES = 400
RATIO = 2


def figures() -> Iterable[Figure]:
    """A large fleet: made, looked at, asked in turn with a small one, and made anew."""
    with tempfile.TemporaryDirectory() as scratch:
        began = time.monotonic()
        patience = 10 * MINUTES_TO_MAKE * 60
        with Sandbox.start(Path(scratch) / "many", accounts=MANY, seconds_to_start=patience) as large:
            fleet = f"{MANY:,} accounts"
            yield Figure(f"{fleet}, from the command until ready", time.monotonic() - began, MINUTES_TO_MAKE * 60, "s")
            with Sandbox.start(Path(scratch) / "few", accounts=FEW) as small:
                yield from _requests(large, small)
            yield Figure(f"{fleet} listed by the control plane", _seconds(large.accounts), 30, "s")
            remake = {"accounts": MANY}
            seconds = _seconds(lambda: _control(large, "/reset", remake))
            yield Figure(f"{fleet} thrown away and made anew", seconds, MINUTES_TO_MAKE * 60, "s")
            yield Figure(f"{fleet}: memory of the serving processes at most", _most_memory(large), MEGABYTES, "MB")


def _requests(large: Sandbox, small: Sandbox) -> Iterable[Figure]:
    """Each request of an account in the middle of its fleet, in turn, so that a busy machine is unkind to both."""
    asking = {sandbox: _Asking(sandbox) for sandbox in (large, small)}
    for what in ("GET /template_types/{id}", "GET /templates"):
        times: dict[Sandbox, list[float]] = {large: [], small: []}
        for _ in range(ROUNDS):
            for sandbox, ask in asking.items():
                times[sandbox].append(_seconds(ask.by_name[what]))
        ratio = statistics.median(times[large]) / statistics.median(times[small])
        yield Figure(f"{what} at {MANY:,} accounts beside {FEW}, median", ratio, RATIO, "×")


class _Asking:
    """The requests of the account in the middle of the fleet."""

    def __init__(self, sandbox: Sandbox) -> None:
        accounts = sandbox.accounts()
        token = accounts[len(accounts) // 2]["token"]
        kind = sandbox.api("/template_types", token=token).json()["data"][0]["id"]
        sandbox.control("PUT", "/switches", {"rate_limit": None})
        self.by_name: dict[str, Callable[[], Any]] = {
            "GET /template_types/{id}": lambda: (
                sandbox.api(f"/template_types/{kind}", token=token, stream=True).content
            ),
            "GET /templates": lambda: sandbox.api("/templates", token=token, stream=True).content,
        }


def _control(sandbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox{path}", json=body, timeout=MINUTES_TO_MAKE * 600)
    answer.raise_for_status()


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _most_memory(sandbox: Sandbox) -> float:
    """The most that the sandbox's processes have held at a time, in MB: each one's own high-water mark, added up."""
    group = str(sandbox.process.pid)
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            of = (status.parent / "stat").read_text().rpartition(")")[2].split()[2]
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue
        if of == group and "VmHWM" in lines:
            found += int(lines["VmHWM"].split()[0])
    return found / 1000
