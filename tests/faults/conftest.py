"""Databases that processes can share, for tests that kill them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection


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
