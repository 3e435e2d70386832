"""A sandbox as a process of its own, for tests of every room: started once, spoken to over HTTP only."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import requests

from tests.described import Described, described, plain_path

ROOT = Path(__file__).parent.parent
READY = re.compile(r"Sandbox ready on (http://\S+)")
FIRST_ACCOUNT = 410_001
# Starting takes about a second; a busy machine may need much longer.
SECONDS_TO_START = 60


class Sandbox:
    """A running sandbox. Use it in a `with`, or call `stop` at the end.

    `url` is its address without a path, `api_url` that of the API (`…/v1`), which is what a client is given.
    """

    def __init__(self, process: "subprocess.Popen[str]", url: str, directory: Path) -> None:
        self.process = process
        self.url = url
        self.api_url = f"{url}/v1"
        self.dir = directory
        self.session = requests.Session()
        # A proxy of the developer's environment has no business between us.
        self.session.trust_env = False
        self._described: Described | None = None

    @classmethod
    def start(
        cls,
        directory: Path | str,
        *,
        accounts: int = 3,
        seed: int = 7,
        port: int = 0,
        host: str = "127.0.0.1",
        options: Sequence[str] = (),
        seconds_to_start: float = SECONDS_TO_START,
    ) -> Self:
        """Start one over that directory, with further start options, and wait for its ready line."""
        command = [sys.executable, "-m", "sandbox", "--port", str(port), "--dir", str(directory)]
        command += ["--accounts", str(accounts), "--seed", str(seed), "--host", host, *options]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True, env=dict(os.environ)
        )
        try:
            return cls(process, _address(process, seconds_to_start), Path(directory))
        except BaseException:
            _end(process)
            raise

    def api(
        self,
        path: str,
        *,
        token: str | None = None,
        email: str | None = None,
        method: str = "GET",
        **options: Any,
    ) -> requests.Response:
        """One API request to a path below `/v1`; `json=`, `params=`, `headers=` and the like go to requests.

        The answer must be one that the sandbox's OpenAPI document describes, unless a misbehaviour was asked for.
        """
        headers = dict(options.pop("headers", None) or {})
        if token is not None:
            headers["X-Oneflow-API-Token"] = token
        if email is not None:
            headers["X-Oneflow-User-Email"] = email
        options.setdefault("timeout", 30)
        options.setdefault("allow_redirects", False)
        answer = self.session.request(method, self.api_url + path, headers=headers, **options)
        if not options.get("stream"):
            self.demand_described(
                method, path, answer.status_code, answer.headers.get("Content-Type", ""), answer.content
            )
        return answer

    @property
    def described(self) -> Described:
        """Its OpenAPI document."""
        if self._described is None:
            answer = self.session.get(f"{self.url}/_sandbox/openapi.json", timeout=30)
            assert answer.status_code == 200, f"The OpenAPI document of the sandbox: {answer.text[:1000]}"
            self._described = described(answer.text)
        return self._described

    def demand_described(self, method: str, path: str, status: int, content_type: str, body: bytes) -> None:
        """Fail for an answer that the document does not describe, unless somebody asked for a misbehaviour."""
        problem = self.described.problem(method, path, status, content_type, body)
        if problem and not self._misbehaved(method, path):
            raise AssertionError(problem)

    def _misbehaved(self, method: str, path: str) -> bool:
        """Whether the last request to this path met a misbehaviour that somebody asked for."""
        below = plain_path(path)
        of_this = [one for one in self.requests()[-200:] if (one["method"], one["path"]) == (method, below)]
        return bool(of_this) and of_this[-1]["answer"] is not None

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """What the control plane answers to `path` below `/_sandbox`, for example `/accounts`; it must be 200."""
        answer = self.session.request(method, f"{self.url}/_sandbox{path}", json=json, timeout=120)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def accounts(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.control("GET", "/accounts")
        return listed

    def account(self, pk: int = FIRST_ACCOUNT) -> dict[str, Any]:
        """One account as the control plane shows it; the first of the fleet when no id is given."""
        shown: dict[str, Any] = self.control("GET", f"/accounts/{pk}")
        return shown

    def new_account(self, **options: Any) -> dict[str, Any]:
        """A fresh account that no other test has touched; `extension=False` leaves the extension off."""
        made: dict[str, Any] = self.control("POST", "/accounts", options)[0]
        return made

    def fault(self, account: int, code: str, **narrowing: str) -> dict[str, Any]:
        """Bring a fault about; the account as it is then."""
        shown: dict[str, Any] = self.control("POST", f"/accounts/{account}/faults", {"fault": code, **narrowing})
        return shown

    def clear(self, account: int, code: str) -> dict[str, Any]:
        """Clear a fault; the account as it is then."""
        shown: dict[str, Any] = self.control("DELETE", f"/accounts/{account}/faults/{code}")
        return shown

    def answer(self, kind: str, *, account: int | None = None, path: str | None = None, **more: Any) -> None:
        """Make a path misbehave, until `behave`."""
        self.control("POST", "/answers", {"kind": kind, "account": account, "path": path, **more})

    def behave(self) -> None:
        self.control("DELETE", "/answers")

    def requests(self, account: int | None = None) -> list[dict[str, Any]]:
        """The API requests that it got since `forget_requests`, the oldest first."""
        of = "" if account is None else f"&account={account}"
        listed: list[dict[str, Any]] = self.control("GET", f"/requests?limit=20000{of}")
        return listed

    def forget_requests(self) -> None:
        self.control("DELETE", "/requests")

    def stop(self) -> None:
        """End the process and everything that it started."""
        self.session.close()
        _end(self.process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


def _address(process: "subprocess.Popen[str]", seconds: float) -> str:
    """The address in the ready line."""
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        readable, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
        line = process.stdout.readline() if readable else ""
        if not line:
            break
        if found := READY.search(line):
            return found[1]
    raise AssertionError(f"The sandbox did not become ready within {seconds} s.")


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        # Its own session: the group holds the server and its worker, nobody else.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
