"""Fixtures for people and things that many tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import making


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """As Django makes it, but transactional tests may empty the record."""
    with django_db_blocker.unblock():
        let_tests_empty_the_record()


def let_tests_empty_the_record() -> None:
    """Take off the one trigger that refuses it: on SQLite tests empty tables with DELETE, on PostgreSQL with TRUNCATE.

    `tests/console/test_audit.py` puts it back for the test that it refuses.
    """
    statement = {
        "sqlite": "DROP TRIGGER IF EXISTS console_auditevent_no_delete",
        "postgresql": "DROP TRIGGER IF EXISTS console_auditevent_no_truncate ON console_auditevent",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def quick_clients(settings: Any) -> None:
    """Let hundreds of tests sign somebody in cheaply.

    None is about the strength of a password's hash, and each client would list all static files before its first page.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def installation(db: None) -> Any:
    """A live, healthy installation."""
    return making.make_installation()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local Oneflow in a process of its own, with an empty fleet: make the accounts that you need."""
    from tests.sandboxes import Sandbox

    directory: Path = tmp_path_factory.mktemp("sandbox")
    running = Sandbox.start(directory, accounts=0, seed=1)
    yield running
    running.stop()
