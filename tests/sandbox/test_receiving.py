"""The receiver that ships with the sandbox: what it takes, what it refuses, and how it ends."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.sandboxes import ROOT

KEY = "acme-demo-sign-key"
CALLBACK = "5f2c9a7e41b08d36c1e4a90b7d5f83e2146ac0d9"
OTHER = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"


@contextmanager
def receiving(*arguments: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A receiver in a process of its own, and its address."""
    command = [sys.executable, "-m", "sandbox", "receive", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1], process
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def delivery(callback: str = CALLBACK, **more: Any) -> str:
    signature = hashlib.sha1((callback + KEY).encode()).hexdigest()
    events = [{"id": 1, "type": "contract:sign", "created_time": "2025-03-04T09:20:11+0000"}]
    body = {"contract": {"id": 610001}, "callback_id": callback, "events": events, "signature": signature}
    return json.dumps(body | more)


def post(url: str, body: str | bytes) -> int:
    return requests.post(url + "/oneflow/410001", data=body, timeout=20).status_code


def test_what_is_verified_is_printed_and_the_count_ends_it() -> None:
    with receiving("--count", "2") as (url, process):
        # What comes again is said to, and counts no second time.
        assert [post(url, delivery()), post(url, delivery()), post(url, delivery(OTHER))] == [200, 200, 200]
        assert process.wait(20) == 0
        assert process.stdout is not None
        first, second, third = process.stdout.read().splitlines()

    assert first == "contract:sign  contract 610001  /oneflow/410001  callback 5f2c9a7e"
    assert second == first + "  (again)"
    assert third.endswith("callback a1b2c3d4")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("nonsense", 400),
        (b"\xff", 400),
        ("[" * 100_000, 400),
        (delivery(signature=5), 400),
        (delivery(events=[]), 400),
        (delivery(events=5), 400),
        (delivery(contract=None), 400),
        (delivery(agreement_id=5, contract=5), 400),
        (delivery(signature="0" * 40), 401),
        (delivery(signature="\ud800"), 401),
        (delivery(callback_id="other"), 401),
        ("x" * 1_000_001, 413),
    ],
)
def test_what_is_no_delivery_of_ours_is_refused(receiver: str, body: str | bytes, status: int) -> None:
    assert post(receiver, body) == status


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with receiving() as (url, _):
        yield url


def test_it_answers_as_it_is_told_to() -> None:
    with receiving("--answer", "503", "--sign-key", KEY) as (url, _):
        assert post(url, delivery()) == 503


def test_a_busy_port_ends_in_one_clear_sentence(receiver: str) -> None:
    port = receiver.rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox", "receive", "--port", port]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 2
    assert ended.stderr.strip() == f"Port {port} cannot be used: Address already in use. Choose another with --port."
