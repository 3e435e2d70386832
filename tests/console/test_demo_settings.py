"""What the demo reads, makes and keeps before any of its processes runs; and the set-up that make does first."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from environ import Env
from sqlalchemy.engine import make_url

from console.demo import state
from console.demo.__main__ import main
from console.demo.control import direct
from console.demo.environment import Plan, WrongSetting, settings_of
from tests.demos import ROOT, Demo


def plan(tmp_path: Path, **environ: str) -> Plan:
    return Plan.read({"DEMO_DIR": str(tmp_path / "demo"), **environ})


def test_nothing_set_is_the_demo_that_the_readme_tells_of():
    default = Plan.read({})

    assert default.directory == ROOT / ".demo"
    assert (default.port, default.sandbox_port, default.accounts, default.faults) == (8000, 8001, 60, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "9" * 5000),
        ("SANDBOX_PORT", "-1"),
        ("DEMO_ACCOUNTS", "0"),
        ("DEMO_ACCOUNTS", "1e3"),
        ("DEMO_ACCOUNTS", "٣"),
        ("DEMO_SEED", "x"),
        ("DEMO_FAULTS", "yes"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(tmp_path, name, value):
    with pytest.raises(WrongSetting, match=f"^{name} should be a whole number from"):
        plan(tmp_path, **{name: value})


def test_one_port_for_both_is_refused(tmp_path):
    with pytest.raises(WrongSetting, match="both 9000"):
        plan(tmp_path, PORT="9000", SANDBOX_PORT="9000")


def test_an_empty_setting_is_the_default(tmp_path):
    assert plan(tmp_path, PORT="", DEMO_ACCOUNTS="").port == 8000


def test_the_keys_are_its_own_kept_and_for_its_owner_only(tmp_path):
    first = settings_of(plan(tmp_path))

    assert settings_of(plan(tmp_path)) == first
    assert settings_of(plan(tmp_path / "other"))["SECRET_KEY"] != first["SECRET_KEY"]
    assert (tmp_path / "demo" / "keys.env").stat().st_mode & 0o777 == 0o600


def test_it_stands_on_its_own_files_whatever_the_shell_says(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@production/console")

    values = settings_of(plan(tmp_path))

    assert values["DATABASE_URL"] == f"sqlite:///{tmp_path / 'demo' / 'console.sqlite3'}"
    assert values["CELERY_BROKER_URL"].startswith("sqla+sqlite:///")


@pytest.mark.parametrize("name", ["with space", "c++", "100%20", "what?x=1", "a#b", 'it\'s "quoted" & é'])
def test_a_folder_of_any_name_holds_everything(tmp_path, name):
    directory = tmp_path / name
    values = settings_of(Plan.read({"DEMO_DIR": str(directory)}))
    broker = values["CELERY_BROKER_URL"].removeprefix("sqla+")

    assert Env.db_url_config(values["DATABASE_URL"])["NAME"] == str(directory / "console.sqlite3")
    assert make_url(broker).database == str(directory / "broker.sqlite3")


def test_a_folder_that_cannot_be_used_ends_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")

    answer = Demo(tmp_path / "file" / "state").manage("demo")

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"DEMO_DIR {tmp_path / 'file' / 'state'} cannot be used (Not a directory).")
    assert len(answer.stderr.strip().splitlines()) == 1


def test_a_folder_that_may_not_be_written_to_is_named(tmp_path, monkeypatch):
    wanted = plan(tmp_path)
    settings_of(wanted)
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    with pytest.raises(WrongSetting, match=r"cannot be used \(Permission denied\)"):
        settings_of(wanted)


def test_ctrl_c_while_django_loads_ends_without_a_traceback(tmp_path, monkeypatch):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "environ", {**os.environ, "DEMO_DIR": str(tmp_path)})
    monkeypatch.setattr("console.demo.__main__.run", interrupted)

    with pytest.raises(SystemExit) as ended:
        main(["demo"])

    assert ended.value.code == 130


def test_no_proxy_comes_between_the_demo_and_its_sandbox(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert direct().merge_environment_settings("http://127.0.0.1", {}, None, None, None)["proxies"] == {}


def test_the_state_is_held_by_one_at_a_time(tmp_path):
    wanted = plan(tmp_path)
    with state.held(wanted), pytest.raises(state.InUse), state.held(wanted):
        pass
    with state.held(wanted):
        pass


@pytest.mark.parametrize("name", ["demo.json", "console.sqlite3"])
def test_a_state_that_cannot_be_read_ends_in_one_sentence(tmp_path, name):
    demo = Demo(tmp_path / "state")
    demo.directory.mkdir()
    (demo.directory / name).write_text("neither JSON nor a database " * 99)

    answer = demo.manage("demo")

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"CommandError: The state in {demo.directory} cannot be used: ")
    assert "Remove that folder to start afresh" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert demo.gone()


def test_what_was_prepared_is_remembered(tmp_path):
    wanted = plan(tmp_path, DEMO_ACCOUNTS="3")
    with state.held(wanted):
        kept = state.Kept.read(wanted)
        kept.faults, kept.prepared = {"token.rejected": 410001}, True
        kept.save(wanted)

    again = state.Kept.read(plan(tmp_path, DEMO_ACCOUNTS="9"))

    assert (again.accounts, again.faults, again.prepared) == (3, {"token.rejected": 410001}, True)
    assert again.differs(plan(tmp_path, DEMO_ACCOUNTS="9"))


@pytest.mark.parametrize(
    ("kept", "asked", "differs"),
    [
        ({"faults": {"token.rejected": 410001}, "prepared": True}, {}, False),
        ({"faults": {"token.rejected": 410001}, "prepared": True}, {"DEMO_FAULTS": "0"}, True),
        ({"prepared": True}, {}, True),
        ({"prepared": True}, {"DEMO_FAULTS": "0"}, False),
        ({}, {"DEMO_FAULTS": "0"}, False),
        ({}, {"DEMO_SEED": "8"}, True),
    ],
)
def test_a_kept_fleet_differs_in_size_seed_or_health(tmp_path, kept, asked, differs):
    assert state.Kept(accounts=60, seed=7, **kept).differs(plan(tmp_path, **asked)) is differs


@pytest.fixture
def clone(tmp_path) -> Path:
    """What make's set-up needs of a fresh clone."""
    (tmp_path / ".ci").mkdir()
    for name in (".ci/environment", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def set_up(clone: Path, python: Path | str) -> "subprocess.CompletedProcess[str]":
    environ = {"PATH": "/usr/bin:/bin", "PYTHON": str(python)}
    command = [str(clone / ".ci" / "environment"), "runtime"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)


def test_an_old_python_ends_in_one_sentence(clone):
    answer = set_up(clone, script(clone / "old-python", "exit 1"))

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("The console needs Python 3.11 or newer")
    assert len(answer.stderr.strip().splitlines()) == 1


def test_a_missing_venv_module_ends_in_one_sentence(clone):
    answer = set_up(clone, script(clone / "bare-python", 'case "$2" in *venv*) exit 1;; esac'))

    assert answer.returncode == 1
    assert answer.stderr.startswith("Python's venv module is missing.")
    assert "python3-venv" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", [("installations", "--json"), ("doctor",)])
def test_no_demo_yet_is_told_and_how_to_start_one(tmp_path, command):
    answer = Demo(tmp_path / "none").manage(*command)

    assert answer.returncode != 0
    assert answer.stdout == ""
    assert "Start one: make demo" in answer.stderr
