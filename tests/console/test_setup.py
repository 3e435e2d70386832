import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError

from accounts import vault
from console import keys
from console.models import AuditEvent
from extensions.blueprints.models import Extension
from tests.making import make_user

pytestmark = pytest.mark.django_db

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "acme-ledger.json"
PASSWORD = "a-long-enough-password"


def setup(monkeypatch, *arguments: str, typed: str = "") -> str:
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    output = StringIO()
    call_command("setup", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def test_a_first_administrator_is_made_with_the_password_from_standard_input(monkeypatch):
    said = setup(monkeypatch, "--username", "maja", typed=PASSWORD + "\n")

    user = authenticate(username="maja", password=PASSWORD)
    assert user.is_staff
    assert [group.name for group in user.groups.all()] == ["administrator"]
    assert not user.is_superuser
    assert PASSWORD not in said


def test_without_a_password_one_is_made_and_shown_once(monkeypatch):
    said = setup(monkeypatch)

    password = next(line.split(": ")[1] for line in said.splitlines() if line.startswith("Password"))
    assert authenticate(username="administrator", password=password)
    assert "Password" not in setup(monkeypatch)


def test_a_second_run_changes_nothing(monkeypatch):
    setup(monkeypatch, typed=PASSWORD)
    before = get_user_model().objects.get().password

    said = setup(monkeypatch, typed="another-long-password")

    assert "is there already" in said
    assert get_user_model().objects.get().password == before


def test_a_weak_password_is_refused_and_nobody_is_made(monkeypatch):
    with pytest.raises(CommandError, match="too short"):
        setup(monkeypatch, typed="short")

    assert not get_user_model().objects.exists()


def test_a_name_that_somebody_has_is_refused(monkeypatch):
    make_user("support", "maja")

    with pytest.raises(CommandError, match="already exists"):
        setup(monkeypatch, "--username", "maja", typed=PASSWORD)


def test_the_extension_is_loaded_as_the_file_says_it_or_as_the_options_do(monkeypatch):
    setup(monkeypatch, "--extension", str(EXAMPLE), "--base-url", "http://127.0.0.1:9/v1", typed=PASSWORD)

    assert Extension.objects.get().integration_key == json.loads(EXAMPLE.read_text())["integration_key"]
    assert Extension.objects.get().base_url == "http://127.0.0.1:9/v1"


def test_an_extension_file_that_is_not_there_is_named(monkeypatch):
    with pytest.raises(CommandError, match=r"nowhere\.json"):
        setup(monkeypatch, "--extension", "nowhere.json", typed=PASSWORD)


def test_the_new_administrator_stands_in_the_record(monkeypatch):
    setup(monkeypatch, typed=PASSWORD)

    event = AuditEvent.objects.get(verb="user.create")
    assert event.details == {"role": "administrator"}


def test_the_key_that_everybody_has_is_warned_of(monkeypatch, settings):
    assert "the key that everybody has" in setup(monkeypatch, typed=PASSWORD)

    settings.VAULT_KEYS = f"own:{vault.new_key()}"
    assert "the key that everybody has" not in setup(monkeypatch, typed=PASSWORD)


def test_a_fresh_key_is_only_printed(monkeypatch):
    entry = setup(monkeypatch, "--new-key").strip()

    assert len(vault.keys(entry)) == 1
    assert not get_user_model().objects.exists()


def test_a_fresh_key_is_printed_while_the_keys_are_wrong(monkeypatch, settings):
    settings.VAULT_KEYS = "no-key"

    assert len(vault.keys(setup(monkeypatch, "--new-key").strip())) == 1
    with pytest.raises(SystemCheckError, match="VAULT_KEYS"):
        setup(monkeypatch)


def test_without_a_standard_input_a_password_is_made(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)

    call_command("setup", stdout=StringIO(), stderr=StringIO())

    assert get_user_model().objects.get().has_usable_password()


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_password_that_is_no_text_is_refused(monkeypatch, errors):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"\xff\xfe\x00 a long enough password\n"), "utf-8", errors))

    with pytest.raises(CommandError, match="not text"):
        call_command("setup", stdout=StringIO(), stderr=StringIO())

    assert not get_user_model().objects.exists()


def test_fresh_keys_start_a_production_console_and_differ_each_time():
    from datetime import date

    today = date(2026, 11, 24)
    first, second = keys.fresh(today), keys.fresh(today)

    assert set(first) == {"SECRET_KEY", "VAULT_KEYS", "FINGERPRINT_KEY"}
    assert all(first[name] != second[name] for name in first)
    assert all(not set(value) & set(" '\"$`\\\n") for value in first.values())
    assert list(vault.keys(first["VAULT_KEYS"])) == ["k20261124"]


def test_the_id_of_a_second_key_on_one_day_is_another():
    from datetime import date

    assert keys.vault_entry(date(2026, 11, 24), taken=("k20261124",)).startswith("k20261124b:")
