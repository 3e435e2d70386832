"""What keeps every command from running: wrong settings, and a database that is away or empty."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
NOBODY = "postgres://console:geheim@127.0.0.1:9/console"


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "//console:geheim@db/console"),
        ("DATABASE_URL", "mysql://console:geheim@db/console"),
        ("DATABASE_URL", "postgres://console:geheim@db:port/console"),
        ("CELERY_BROKER_URL", "geheim"),
        ("CELERY_BROKER_URL", "kafka://:geheim@broker"),
        ("REFRESH_LEASE", "geheim"),
        ("ONEFLOW_READ_TIMEOUT", "geheim"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_and_not_repeated(name, value, tmp_path):
    done = run("doctor", **{"STATE_DIR": str(tmp_path), name: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f"The settings are wrong: {name} ") or f"wrong: {name}:" in done.stderr
    assert "geheim" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("refresh",), ("connect",), ("setup",), ("installations", "--json")])
def test_a_database_that_is_away_is_said_so(command):
    done = run(*command, DATABASE_URL=NOBODY)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database is not ready: ")
    assert "manage.py doctor" in done.stderr
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_without_tables_is_said_so(tmp_path):
    done = run("disconnect", "410021", STATE_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")

    assert done.returncode == 1
    assert done.stderr.startswith("The database is not ready: no such table")


def test_the_traceback_is_there_for_whoever_asks():
    assert "Traceback" in run("refresh", "--traceback", DATABASE_URL=NOBODY).stderr


def test_a_reader_who_has_seen_enough_gets_no_traceback(tmp_path):
    command = subprocess.Popen(
        [sys.executable, "manage.py", "help", "--commands"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "STATE_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    command.stdout.close()

    assert command.stderr.read() == b""
    assert command.wait(timeout=60) == 1
    command.stderr.close()


@pytest.mark.parametrize("number", ["99999999999999999999", "-5", "0", "four", "\u0664\u0661"])
@pytest.mark.parametrize(
    "command", ["relink {}", "disconnect {}", "refresh --account={}", "installations --account={}"]
)
def test_an_account_id_that_is_none_is_refused(command, number):
    with pytest.raises(CommandError, match="is no Oneflow id"):
        call_command(*command.format(number).split())
