"""The demo end to end: what it prints, each fault's own cause, the commands on its state, and its end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.demos import ROOT, Demo, Visitor, shared


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest) -> Demo:
    return shared(request.config)


@pytest.fixture(scope="module")
def rows(demo: Demo) -> list[dict]:
    """The fleet as scripts see it."""
    answer = demo.manage("installations", "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_each_fault_shows_as_the_one_cause_of_its_account_and_all_others_are_healthy(demo, rows):
    faults = {account["id"]: account["faults"] for account in demo.control("GET", "/accounts")}

    assert {row["account_id"]: row["causes"] for row in rows} == faults
    assert {row["verdict"] for row in rows if not faults[row["account_id"]]} == {"healthy"}
    assert {row["verdict"] for row in rows if faults[row["account_id"]]} <= {"failing", "warning"}


def test_every_fault_that_the_sandbox_knows_is_there_once(demo, rows):
    shown = [cause for row in rows for cause in row["causes"]]

    assert sorted(shown) == sorted(demo.control("GET", "/faults"))


def test_some_accounts_are_set_up_by_the_products_code_each_with_something_that_a_repair_mends(demo, rows):
    by_code = {row["account_id"]: row["causes"] for row in rows if row["mode"] == "toolkit"}

    made = {each["id"] for each in demo.control("GET", "/accounts") if each["extension"]["mode"] == "toolkit"}
    assert set(by_code) == made
    assert sorted(by_code.values()) == [["field.missing"], ["webhook.misdirected"]]


def test_it_prints_its_addresses_and_a_login_for_each_role_that_works(demo):
    assert demo.url in demo.output()
    assert demo.sandbox_url in demo.output()
    for role in ("support", "onboarding", "auditor", "administrator"):
        assert Visitor(demo, role).get("/").status_code == 200


def test_make_manage_prints_the_json_and_nothing_else(demo):
    make = shutil.which("make")
    assert make, "make is how the console is run"
    ran = subprocess.run(
        [make, "-s", "manage", "ARGS=installations --json --verdict healthy"],
        cwd=ROOT,
        env=demo.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert ran.returncode == 0, ran.stderr
    assert {row["verdict"] for row in json.loads(ran.stdout)} == {"healthy"}


def test_the_doctor_finds_nothing_to_mend(demo):
    examined = demo.manage("doctor", "--json")

    assert examined.returncode == 0, examined.stdout
    assert all(row["ok"] for row in json.loads(examined.stdout))


def test_clearing_a_fault_and_refreshing_makes_the_account_healthy(demo, rows):
    broken = next(row["account_id"] for row in rows if row["causes"] == ["field.changed"])
    demo.control("DELETE", f"/accounts/{broken}/faults/field.changed")
    try:
        refreshed = demo.manage("refresh", "--account", str(broken), "--wait", "--timeout", "60")
        assert refreshed.returncode == 0, refreshed.stderr
        (row,) = json.loads(demo.manage("installations", "--json", "--account", str(broken)).stdout)
        assert (row["verdict"], row["causes"]) == ("healthy", [])
    finally:
        demo.control("POST", f"/accounts/{broken}/faults", {"fault": "field.changed"})
        demo.manage("refresh", "--account", str(broken), "--wait", "--timeout", "60")


def test_its_state_is_for_one_demo_at_a_time(demo):
    second = subprocess.run(
        [sys.executable, "-m", "console.demo", "demo"],
        cwd=ROOT,
        env={**demo.environment, "PORT": "1024", "SANDBOX_PORT": "1025"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert second.returncode == 1
    assert "Another demo runs on" in second.stderr


@pytest.mark.parametrize(("ours", "setting"), [("port", "PORT"), ("sandbox_port", "SANDBOX_PORT")])
def test_a_busy_port_is_told_in_one_sentence(demo, tmp_path, ours, setting):
    other = Demo(tmp_path / "state")
    answer = subprocess.run(
        [sys.executable, "-m", "console.demo", "demo"],
        cwd=ROOT,
        env={**other.environment, setting: str(getattr(demo, ours))},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"CommandError: Port {getattr(demo, ours)} cannot be used")
    assert f"make demo {setting}=" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A fleet of two that is left healthy; started and stopped by the tests below, one after the other."""
    demo = Demo(tmp_path_factory.mktemp("small") / "state", DEMO_ACCOUNTS="2", DEMO_FAULTS="0")
    yield demo
    demo.stop(signal.SIGKILL)
    assert demo.gone()


def children(demo: Demo, word: str) -> list[int]:
    """The processes of the demo whose command line holds the word, the leading one first."""
    return [pid for pid in sorted(demo.processes()) if word in Path(f"/proc/{pid}/cmdline").read_text()]


def test_a_demo_goes_on_from_its_state_and_leaves_nothing_behind(small):
    small.start()
    first = json.loads(small.manage("installations", "--json").stdout)
    passwords = small.logins()
    assert [row["verdict"] for row in first] == ["healthy", "healthy"]
    assert small.stop(signal.SIGINT) == 0
    assert small.gone()

    small.environment |= {"DEMO_ACCOUNTS": "5"}
    small.start()
    again = json.loads(small.manage("installations", "--json").stdout)

    assert "Connecting" not in small.output()
    assert "goes on with it" in small.output()  # the fleet that is kept, whatever the setting says
    assert small.logins() == passwords
    assert [row["account_id"] for row in again] == [row["account_id"] for row in first]

    # Killed outright, it cannot stop its children: they notice by themselves.
    assert small.process is not None
    os.kill(small.process.pid, signal.SIGKILL)
    small.process.wait()
    assert small.gone()


def test_a_worker_whose_processes_are_killed_while_they_wait_refreshes_on(small):
    small.start()
    for pid in children(small, "\0worker\0")[1:]:
        os.kill(pid, signal.SIGKILL)

    answer = small.manage("refresh", "--wait", "--timeout", "30")

    assert answer.returncode == 0, answer.stderr
    assert "2 of 2 refreshed" in answer.stdout
    assert small.stop() == 0
    assert small.gone()


def test_when_one_process_dies_all_stop_and_it_is_named(small):
    small.start()
    os.kill(children(small, "\0beat\0")[0], signal.SIGKILL)

    assert small.process is not None
    assert small.process.wait(30) == 1
    assert "The beat stopped by itself, so everything stops." in small.output()
    assert small.gone()


def test_too_few_accounts_for_every_fault_leave_some_out_and_say_so(tmp_path):
    demo = Demo(tmp_path / "state", DEMO_ACCOUNTS="1").start()
    try:
        (row,) = json.loads(demo.manage("installations", "--json").stdout)
        assert len(row["causes"]) == 1
        assert "Too few accounts for every fault; left out: " in demo.output()
        assert requests.get(demo.url, timeout=20).status_code == 200
    finally:
        began = time.monotonic()
        assert demo.stop() == 0
        assert demo.gone()
    assert time.monotonic() - began < 30
