"""The process: starting, stopping, what it keeps, and whom it answers."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import whole_state
from tests.sandboxes import ROOT, Sandbox


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def ping(url: str, token: str) -> int | None:
    """The status of a ping; None when the connection ends without one."""
    try:
        return requests.get(f"{url}/ping", headers={"X-Oneflow-API-Token": token}, timeout=30).status_code
    except requests.ConnectionError:
        return None


def test_a_busy_port_ends_in_one_clear_sentence(sandbox: Sandbox, tmp_path: Path) -> None:
    port = sandbox.url.rpartition(":")[2]

    ended = run("--port", port, "--dir", str(tmp_path))

    assert ended.returncode == 2
    assert ended.stderr.strip() == (
        f"Port {port} on 127.0.0.1 cannot be used: Address already in use. Choose another with --port."
    )


@pytest.mark.parametrize(
    "arguments", [("--port", "x"), ("--port", "65536"), ("--accounts", "-1"), ("--accounts", "10001"), ("--seed", "x")]
)
def test_a_nonsensical_argument_is_refused(arguments: tuple[str, str]) -> None:
    assert run(*arguments).returncode == 2


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    ended = run("--port", "0", "--dir", str(tmp_path / "file" / "below"))

    assert ended.returncode == 2
    assert "Choose another with --dir." in ended.stderr


def test_a_database_that_cannot_be_used_ends_in_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite3").write_text("This is no database. " * 99)

    ended = run("--port", "0", "--dir", str(tmp_path))

    assert ended.returncode == 2
    assert ended.stderr.strip() == (
        f"The database in {tmp_path} cannot be used: file is not a database. Choose another directory with --dir."
    )


def test_a_directory_has_one_sandbox_at_a_time(tmp_path: Path) -> None:
    """Two would send each other's callbacks, each by a clock and switches of its own."""
    with Sandbox.start(tmp_path, accounts=1) as running:
        ended = run("--port", "0", "--dir", str(tmp_path))

        assert ended.returncode == 2
        assert ended.stderr.strip() == (
            f"The directory {tmp_path} is in use by another sandbox. End that one, or choose another with --dir."
        )
        assert len(running.accounts()) == 1

    with Sandbox.start(tmp_path) as again:
        assert len(again.accounts()) == 1


def test_a_killed_sandbox_does_not_keep_its_directory(tmp_path: Path) -> None:
    running = Sandbox.start(tmp_path, accounts=1)
    # Only the process that was started: who serves notices a little later.
    running.process.kill()

    with Sandbox.start(tmp_path) as again:
        assert len(again.accounts()) == 1
    running.stop()


def test_state_and_faults_survive_a_restart_and_the_seed_is_not_asked_again(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path, accounts=2, seed=3) as running:
        account = running.account()
        before = str(whole_state(running, account)).replace(running.url, "")
        running.fault(account["id"], "webhook.misdirected")
        running.fault(account["id"], "api.limited")
        running.control("PUT", "/switches", {"datetime_style": "plain"})

    with Sandbox.start(tmp_path, accounts=9, seed=4) as again:
        assert len(again.accounts()) == 2
        assert again.account()["faults"] == ["api.limited", "webhook.misdirected"]
        assert again.api("/webhooks", token=account["token"]).status_code == 429
        assert again.control("GET", "/switches")["datetime_style"] == "plain"
        again.control("PUT", "/switches", {"datetime_style": "colon"})
        for code in ("api.limited", "webhook.misdirected"):
            again.clear(account["id"], code)
        assert str(whole_state(again, account)).replace(again.url, "") == before


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_with_nothing_left(tmp_path: Path, ending: signal.Signals) -> None:
    running = Sandbox.start(tmp_path, accounts=1)
    running.answer("delay", path="/ping", seconds=600)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ping, running.api_url, "nobody's")
        running.process.send_signal(ending)
        code = running.process.wait(timeout=20)
    running.stop()

    assert code == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(running.url, timeout=5)
    assert _alive(running.process.pid) == []


def test_ten_clients_are_served_at_once(sandbox: Sandbox) -> None:
    account = sandbox.new_account()
    sandbox.answer("delay", account=account["id"], path="/ping", seconds=0.5)
    try:
        with ThreadPoolExecutor(10) as pool:
            asked = [pool.submit(ping, sandbox.api_url, account["token"]) for _ in range(10)]
            assert sandbox.api("/users", token=account["token"]).elapsed.total_seconds() < 0.5
            assert {one.result() for one in asked} == {200}
    finally:
        sandbox.behave()


def test_writes_of_many_clients_at_once_all_succeed(sandbox: Sandbox) -> None:
    account = sandbox.new_account()

    def make(number: int) -> int:
        headers = {"X-Oneflow-API-Token": account["token"]}
        body = {"callback_url": f"https://x.example/{number}"}
        return requests.post(f"{sandbox.api_url}/webhooks", headers=headers, json=body, timeout=30).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(make, range(30))) == {200}


PEERS = ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.9", "192.168.1.7", "::ffff:10.0.0.9", "2001:db8::1", "")


def control_plane_of(tmp_path: Path, **asked: Any) -> Any:
    """What the sandbox's own project answers about its control plane, since no test can call from another machine."""
    question = """
import json, os, sys, django
django.setup()
from django.test import Client
asked = json.loads(sys.argv[1])
told = {}
for peer in asked["peers"]:
    client = Client(REMOTE_ADDR=peer, headers=asked.get("headers", {}))
    told[peer] = client.get(asked.get("path", "/_sandbox/faults")).status_code
print(json.dumps(told))
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sandbox.settings", "SANDBOX_DIR": str(tmp_path)}
    for option in ("control", "marketplace"):
        environment |= {f"SANDBOX_{option.upper()}": asked.pop(option)} if option in asked else {}
    command = [sys.executable, "-c", question, json.dumps({"peers": PEERS, **asked})]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(told.stdout)


def test_the_control_plane_is_not_there_for_another_machine(tmp_path: Path) -> None:
    answers = control_plane_of(tmp_path, control="local")

    assert {peer for peer, status in answers.items() if status == 200} == {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert set(answers.values()) == {200, 404}


def test_the_control_plane_answers_every_machine_when_it_was_started_so(tmp_path: Path) -> None:
    assert set(control_plane_of(tmp_path, control="open").values()) == {200}


def test_a_page_of_another_site_is_not_answered_even_then(tmp_path: Path) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}

    assert set(control_plane_of(tmp_path, control="open", headers=elsewhere).values()) == {404}


@pytest.mark.parametrize("control", [{}, {"control": ""}, {"control": "none"}])
def test_there_is_no_control_plane_unless_it_was_started_as_a_sandbox(tmp_path: Path, control: dict[str, str]) -> None:
    """The project served in another way, say by somebody's own server, shows no token to anybody."""
    assert set(control_plane_of(tmp_path, **control).values()) == {404}


@pytest.mark.parametrize(
    ("marketplace", "peers"),
    [({"marketplace": "local"}, 3), ({"marketplace": "open"}, len(PEERS)), ({}, 0), ({"marketplace": "none"}, 0)],
)
def test_the_marketplace_is_there_for_whom_it_was_started(
    tmp_path: Path, marketplace: dict[str, str], peers: int
) -> None:
    answers = control_plane_of(tmp_path, path="/marketplace/static/copy.js", **marketplace)

    assert sum(status == 200 for status in answers.values()) == peers
    assert set(answers.values()) <= {200, 401, 404}


def test_the_start_option_opens_the_control_plane(sandbox: Sandbox, tmp_path: Path) -> None:
    """Seen through a client whom a proxy forwards for another machine."""
    another = {"X-Forwarded-For": "192.0.2.7"}
    with Sandbox.start(tmp_path, accounts=1, options=["--control", "open"]) as opened:
        assert opened.session.get(f"{opened.url}/_sandbox/faults", headers=another).status_code == 200

    assert sandbox.session.get(f"{sandbox.url}/_sandbox/faults", headers=another).status_code == 404


def test_the_models_and_their_migrations_agree(tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sandbox.settings", "SANDBOX_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"]

    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def _alive(group: int) -> list[str]:
    """Processes of the group that still run; one that merely waits to be reaped does not."""
    alive = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name in parentheses: state, parent, group (proc(5)).
            state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
            if of == str(group) and state != "Z":
                alive.append(stat.parent.name)
    return alive
