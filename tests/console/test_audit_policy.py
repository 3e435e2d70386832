"""Every view, admin action and management command says what it records, or why it records nothing."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import console.management.commands
from tests.console.walking import every_action, every_address

# Views that are Django's own and declare nothing: the name in the resolver, and why no record is needed.
EXEMPT = {
    "admin:view_on_site": "leads to a row's address outside the admin; no model of ours has one",
}
# Nameless, one for each registered model.
OLD_ADDRESS = ("<path:object_id>/", "leads from the admin's old address of a row to its new one")
OUR_APPS = ("accounts", "extensions", "console")


def declares(target: object) -> bool:
    """Whether it carries what `audited` or `unaudited` leaves, and not both."""
    verb, reason = getattr(target, "audit_verb", ""), getattr(target, "audit_exempt", "")
    return bool(verb) != bool(reason)


def exempt(name: str, route: str) -> bool:
    return name in EXEMPT or (name.startswith("admin:") and name.endswith(route) and route.endswith(OLD_ADDRESS[0]))


def commands() -> list[str]:
    return sorted(module.name for module in iter_modules(console.management.commands.__path__))


def test_every_view_declares_its_record():
    silent = [each.name for each in every_address() if not declares(each.view) and not exempt(each.name, each.route)]

    assert not silent, f"Say with audited or unaudited what {silent} record, or why nothing."


def test_every_admin_action_declares_its_record():
    silent = [(model, name) for model, name, function in every_action() if not declares(function)]

    assert not silent, f"Say with audited or unaudited what the actions {silent} record, or why nothing."


@pytest.mark.parametrize("name", commands())
def test_every_command_declares_its_record(name):
    command = import_module(f"console.management.commands.{name}").Command

    assert declares(command) or declares(command.handle), f"Say what manage.py {name} records, or why nothing."


def test_commands_stand_in_the_console_only():
    root = Path(console.management.__file__).parent.parent.parent
    elsewhere = [path for app in OUR_APPS for path in (root / app).rglob("management/commands/*.py")]

    assert {path.relative_to(root).parts[0] for path in elsewhere} == {"console"}


def test_no_exemption_outlives_its_view():
    names = {each.name for each in every_address()}

    assert set(EXEMPT) <= names


def test_a_reason_is_a_sentence():
    reasons = [getattr(each.view, "audit_exempt", "") for each in every_address()]

    assert all(len(reason) > 15 for reason in reasons if reason)
