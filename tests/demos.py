"""The demo as a newcomer starts it, for the tests that look at the whole: one is shared by all of them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import pytest
import requests

ROOT = Path(__file__).parent.parent
SECONDS_TO_START = 180
# Enough for each fault on an account of its own, and some that stay healthy.
ACCOUNTS = 27
OUTSIDE = ("DATABASE_URL", "CELERY_BROKER_URL", "STATE_DIR", "DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """A demo in a folder of its own. Its output goes to a file, as it would under a service manager."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.directory = directory
        self.port, self.sandbox_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.log = directory.with_suffix(".log")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OUTSIDE},
            "DEMO_DIR": str(directory),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it and wait for its ready line."""
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "console.demo", "demo"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while "Console ready" not in self.output():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"The demo did not become ready:\n{self.output()}")
            time.sleep(0.1)
        return self

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and return its exit code. Whatever is left of it, against all intent, is killed."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            raise

    def processes(self) -> list[int]:
        """Every process that belongs to it, told by its environment."""
        mark = f"DEMO_DIR={self.directory}\0".encode()
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if mark in _environment(path)]

    def gone(self, seconds: float = 20) -> bool:
        """Whether nothing of it is left within that time."""
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self.processes()

    def manage(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        """`make manage` without make."""
        return subprocess.run(
            [sys.executable, "-m", "console.demo", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def logins(self) -> dict[str, str]:
        """Role → password, as the demo printed them."""
        return dict(re.findall(r"^  (support|onboarding|auditor|administrator)\s+(\S+)$", self.output(), re.MULTILINE))

    def control(self, method: str, path: str, json: Any = None) -> Any:
        answer = requests.request(method, f"{self.sandbox_url}/_sandbox{path}", json=json, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()


def _environment(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # ended meanwhile, or somebody else's
        return b""


@cache
def _running() -> Demo:
    return Demo(Path(tempfile.mkdtemp(prefix="demo-")) / "state", DEMO_ACCOUNTS=str(ACCOUNTS), DEMO_SEED="7").start()


def shared(config: pytest.Config) -> Demo:
    """The one demo of this test run, started when first asked for and stopped at the end."""
    first = not _running.cache_info().currsize
    demo = _running()
    if first:
        config.add_cleanup(lambda: shutil.rmtree(demo.directory.parent))
        config.add_cleanup(demo.stop)
    return demo


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"a", "link"}:
            self.found.extend(value for name, value in attrs if name == "href" and value)


class Visitor:
    """Somebody with a browser's memory but without its scripts, signed in as one of the roles."""

    def __init__(self, demo: Demo, role: str) -> None:
        self.demo = demo
        self.session = requests.Session()
        self.session.trust_env = False
        self.get("/login/")
        answer = self.post("/login/", {"username": role, "password": demo.logins()[role], "next": "/"})
        assert answer.status_code == 302, f"{role} cannot sign in: {answer.status_code}"

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.demo.url + path, timeout=60)

    def post(self, path: str, values: dict[str, Any]) -> requests.Response:
        """Send a form with the token that the last page left in the cookie."""
        form = {**values, "csrfmiddlewaretoken": self.session.cookies.get("csrftoken", "")}
        headers = {"Referer": self.demo.url + path}
        return self.session.post(self.demo.url + path, form, headers=headers, timeout=60, allow_redirects=False)

    def pages(self, *, most: int = 250, alike: int = 4) -> dict[str, requests.Response]:
        """What links lead to from the front page. Of addresses that differ in numbers or filters only, a few."""
        seen: dict[str, requests.Response] = {}
        waiting, kinds = ["/"], dict[str, int]()
        while waiting and len(seen) < most:
            path = waiting.pop(0)
            kind = re.sub(r"\d+", "0", path.partition("?")[0])
            if path in seen or kinds.get(kind, 0) >= alike or "logout" in path:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            seen[path] = self.get(path)
            if "html" in seen[path].headers.get("Content-Type", ""):
                waiting.extend(self._links(path, seen[path].text))
        return seen

    def _links(self, path: str, text: str) -> list[str]:
        parser = _Links()
        parser.feed(text)
        whole = (urlsplit(urljoin(self.demo.url + path, link)) for link in parser.found)
        here = urlsplit(self.demo.url).netloc
        return [url.path + (f"?{url.query}" if url.query else "") for url in whole if url.netloc == here]
