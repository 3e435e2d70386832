"""A worker killed anywhere in a refresh leaves nothing half-done."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.faults
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """An empty database that processes can share: a file, or one on the server of the tests."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'console.sqlite3'}"
        return
    name = f"faults_{os.getpid()}"
    with psycopg.connect(**_server(), dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield _url(name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _server() -> dict[str, Any]:
    configured = settings.DATABASES["default"]
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return {name: configured[key] for name, key in keys.items() if configured.get(key)}


def _url(name: str) -> str:
    server = _server()
    login = ":".join(filter(None, (server.get("user"), server.get("password"))))
    return f"postgres://{login}@{server.get('host', '127.0.0.1')}:{server.get('port', 5432)}/{name}"


def test_a_worker_killed_at_any_call_or_statement_leaves_nothing_half_done(
    sandbox: Any, database_url: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DATABASE_URL": database_url,
        "STATE_DIR": str(tmp_path),
        "ONEFLOW_BUDGET": "100000",
        "LOG_LEVEL": "WARNING",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killing", sandbox.url],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr[-4000:]
    kills = int(done.stdout.split()[1])
    assert kills > 2 * (10 + 20)  # before and after each of the calls, and each of the statements
