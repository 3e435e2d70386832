"""docs/sandbox.md says what is so: its commands run as written, its tables name everything that there is."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandboxes import ROOT, Sandbox

TEXT = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """The blocks of commands that speak to a running sandbox."""
    blocks = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    return [block for block in blocks if "curl" in block]


def named_in(heading: str) -> set[str]:
    """The first cells, between back-ticks, of the table below a heading."""
    part = TEXT.partition(f"\n{heading}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed on this machine")
@pytest.mark.parametrize("block", commands())
def test_the_commands_run_as_written(sandbox: Sandbox, block: str) -> None:
    ran = run(sandbox, block)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed on this machine")
def test_the_walk_ends_with_a_signed_contract_that_arrived(tmp_path: Path) -> None:
    (walk,) = (block for block in commands() if "sandbox receive" in block)

    # In a sandbox of its own, as a newcomer's: what others left waiting there would reach this receiver too.
    with Sandbox.start(tmp_path) as sandbox:
        said = run(sandbox, walk).stdout.splitlines()

    # Who prints first of the receiver and the walk is not certain.
    assert {"pending", "signed"} <= set(said)
    arrived = [line for line in said if "  contract " in line and not line.endswith("(again)")]
    # Their order is not promised: the first may have been tried before the receiver listened.
    assert sorted(line.split()[0] for line in arrived) == ["contract:publish", "contract:sign"]


def run(sandbox: Sandbox, block: str) -> "subprocess.CompletedProcess[str]":
    """The block as written, but with this sandbox, this Python and a free port for the receiver."""
    script = block.replace("http://127.0.0.1:8001", sandbox.url).replace("curl -s", "curl -sS --fail")
    script = script.replace("python -m", f"{sys.executable} -m").replace("9000", str(free_port()))
    return subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, timeout=60, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_fault_is_in_the_table(sandbox: Sandbox) -> None:
    assert named_in("### Faults") == set(sandbox.control("GET", "/faults"))


def test_every_switch_is_in_the_table(sandbox: Sandbox) -> None:
    assert named_in("### Switches") == set(sandbox.control("GET", "/switches"))


def test_every_kind_of_answer_is_in_the_table(sandbox: Sandbox) -> None:
    refusal = sandbox.session.post(f"{sandbox.url}/_sandbox/answers", json={}).json()["error"]

    kinds = set(refusal.removeprefix("kind: one of ").removesuffix(" is expected.").split(", "))
    assert named_in("### Answers") == kinds


def test_every_path_of_the_control_plane_is_in_the_table(sandbox: Sandbox) -> None:
    refusal = sandbox.session.get(f"{sandbox.url}/_sandbox/nothing").json()["error"]

    known = {path.removeprefix("/_sandbox").rstrip(".") for path in re.findall(r"/_sandbox/[a-z<>/.]+", refusal)}
    assert named_in("## The control plane") == known
