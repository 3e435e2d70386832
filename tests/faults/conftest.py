"""Databases that processes can share, and the processes that are killed over them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

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


@pytest.fixture
def survived(database_url: str, tmp_path: Path) -> Callable[..., int]:
    """Run one of the killing modules beside this on a database of its own: how many kills all went well after."""

    def run(module: str, *arguments: str, timeout: int, **settings_: str) -> int:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "console.settings",
            "DATABASE_URL": database_url,
            "STATE_DIR": str(tmp_path),
            "LOG_LEVEL": "WARNING",
            **settings_,
        }
        done = subprocess.run(
            [sys.executable, "-m", f"tests.faults.{module}", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return int(done.stdout.split()[1])

    return run
