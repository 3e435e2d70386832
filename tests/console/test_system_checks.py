import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.checks import run_checks

from accounts import vault


def ids(**kwargs):
    return {found.id for found in run_checks(**kwargs)}


def test_the_settings_of_the_demo_pass():
    assert not {found for found in ids() if found.startswith("console.")}


def test_a_wrong_vault_key_is_an_error(settings):
    settings.VAULT_KEYS = "k:not-a-key"

    assert "console.E001" in ids()


def test_a_lease_shorter_than_the_hard_limit_is_an_error(settings):
    settings.REFRESH_LEASE = timedelta(seconds=settings.REFRESH_HARD_LIMIT)

    assert "console.E002" in ids()


def test_a_greedy_share_of_the_rate_limit_is_warned_of(settings):
    settings.ONEFLOW_BUDGET = 1500

    assert "console.W003" in ids()


def test_a_share_that_has_no_room_for_a_refresh_is_warned_of(settings):
    settings.ONEFLOW_BUDGET = settings.ONEFLOW_STAFF_RESERVE + 5

    assert "console.W006" in ids()


@pytest.mark.parametrize(("soft", "hard", "longest"), [(90, 90, 30.0), (39, 120, 30.0), (90, 120, 100.0)])
def test_limits_within_which_no_refresh_may_end_are_an_error(settings, soft, hard, longest):
    settings.REFRESH_SOFT_LIMIT, settings.REFRESH_HARD_LIMIT = soft, hard
    settings.ONEFLOW_TIMEOUTS = settings.ONEFLOW_TIMEOUTS | {"total": longest}

    assert "console.E007" in ids()


def test_a_console_beyond_the_demo_is_warned_of_keys_that_everybody_has(settings):
    settings.PUBLISHED_KEYS = ["VAULT_KEYS"]
    assert "console.W008" not in ids()

    settings.ENVIRONMENT = "test"
    assert "console.W008" in ids()

    settings.PUBLISHED_KEYS = []
    assert "console.W008" not in ids()


def test_the_embedded_database_and_broker_are_warned_of_before_production(settings):
    settings.CELERY_BROKER_URL = "sqla+sqlite:///broker.sqlite3"

    assert "console.W005" in ids(include_deployment_checks=True)


def production(**changes):
    environment = {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "production",
        "SECRET_KEY": "".join(chr(33 + n % 90) for n in range(70)),
        "VAULT_KEYS": f"2026:{vault.new_key()}",
        "FINGERPRINT_KEY": "a-long-fingerprint-key-of-production",
        "ALLOWED_HOSTS": "console.acme.example",
        "DATABASE_URL": "postgres://console@127.0.0.1:5432/console",
        "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
        **changes,
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_settings_are_clean():
    done = production()

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "VAULT_KEYS", "FINGERPRINT_KEY"])
def test_production_does_not_start_without_its_own_keys(name):
    done = production(**{name: ""})

    assert done.returncode != 0
    assert f"Set {name}" in done.stderr
