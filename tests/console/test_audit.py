"""The record: only added to, by the model and by the database itself; with the role held at the time."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Actor, Deed
from console.audit import actor_of, address_of
from console.models import AppendOnly, AuditEvent
from tests.conftest import let_tests_empty_the_record
from tests.making import make_installation, make_user

pytestmark = pytest.mark.django_db
REFUSALS = [
    import_module(f"console.migrations.{name}")
    for name in ("0002_roles_and_append_only", "0003_no_way_around_append_only")
]


@pytest.fixture
def event() -> AuditEvent:
    return AuditEvent.objects.create(at=timezone.now(), actor="maja", role="support", verb="account.connect")


@pytest.fixture
def trigger(db) -> None:
    """The migrations' own triggers: the tests' set-up takes one away, see conftest."""
    with connection.schema_editor(atomic=False) as editor:
        for migration in reversed(REFUSALS):
            migration.unmake_append_only(apps, editor)
        for migration in REFUSALS:
            migration.make_append_only(apps, editor)
    yield
    let_tests_empty_the_record()


def test_a_row_of_the_record_cannot_be_saved_again(event):
    event.verb = "nothing"

    with pytest.raises(AppendOnly):
        event.save()


def test_a_row_of_the_record_cannot_be_deleted(event):
    with pytest.raises(AppendOnly):
        event.delete()


ANYWHERE = ["UPDATE console_auditevent SET actor = 'nobody'", "DELETE FROM console_auditevent"]
COLUMNS = "id, at, actor, role, verb, subject_kind, subject_id, subject_name, outcome, reason, address, details"
# Each database has a way of its own around a trigger on UPDATE and DELETE.
ITS_OWN = {
    "sqlite": [
        f"INSERT OR REPLACE INTO console_auditevent ({COLUMNS}) "
        "SELECT id, at, 'nobody', role, verb, '', '', '', outcome, '', '', '{}' FROM console_auditevent",
    ],
    "postgresql": [
        "TRUNCATE console_auditevent",
        "SET LOCAL session_replication_role = replica; DELETE FROM console_auditevent",
        "SET LOCAL session_replication_role = replica; TRUNCATE console_auditevent",
    ],
}


@pytest.mark.parametrize("statement", ANYWHERE + ITS_OWN[connection.vendor])
@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_to_rewrite_the_record(trigger, event, statement):
    with (
        pytest.raises(DatabaseError, match="The record is only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEvent.objects.filter(actor="maja").exists()


@pytest.mark.django_db(transaction=True)
def test_a_row_is_added_to_a_record_that_has_rows(trigger, event):
    AuditEvent.objects.create(at=timezone.now(), actor="nils", role="support", verb="account.connect")

    assert AuditEvent.objects.count() == 2


def test_a_deed_and_what_it_did_are_stored_together_or_not_at_all():
    installation = make_installation()

    with pytest.raises(RuntimeError), transaction.atomic():
        Deed(Actor("maja", "support"), "account.connect", installation).tell()
        raise RuntimeError

    assert not AuditEvent.objects.exists()


def test_a_deed_names_who_in_which_role_did_what_to_which_account():
    installation = make_installation()

    Deed(
        Actor("maja", "support", address="192.0.2.7"),
        "account.relink",
        installation,
        reason="asked for",
        details={"n": 1},
    ).tell()

    event = AuditEvent.objects.get()
    assert (event.actor, event.role, event.verb, event.outcome) == ("maja", "support", "account.relink", "done")
    assert (event.subject_kind, event.account_oneflow_id) == ("installation", 410001)
    assert (event.reason, event.address, event.details) == ("asked for", "192.0.2.7", {"n": 1})


def test_the_role_held_then_stays_when_it_is_taken_away(client):
    installation = make_installation()
    user = make_user("support")
    client.force_login(user)
    client.post(reverse("installation-refresh", args=[410001, installation.extension.integration_key]))

    user.groups.set([Group.objects.get(name="auditor")])

    assert AuditEvent.objects.get(verb="installation.refresh").role == "support"


def test_the_record_outlives_the_colleague(client):
    user = make_user("support")
    Deed(Actor(user.username, "support", user_id=user.pk), "x", "y").tell()

    user.delete()

    assert AuditEvent.objects.get().actor == "support"


def test_a_denied_try_at_an_odd_address_is_recorded_too(client):
    client.force_login(make_user("auditor"))

    answer = client.get(reverse("admin:auth_user_change", args=["\0"]))

    assert answer.status_code == 403
    assert AuditEvent.objects.filter(outcome="denied").exists()


@pytest.mark.parametrize("name", ["nul\0", "half \ud800", "a file \udcff"])
def test_what_no_database_can_hold_is_recorded_all_the_same(name):
    Deed(Actor(name, "support"), "x", name, outcome="refused", reason=name).tell()

    event = AuditEvent.objects.get()
    assert event.actor == event.subject_name == event.reason != name


def test_a_denied_try_is_recorded_with_what_was_lacking(client):
    make_installation()
    client.force_login(make_user("auditor"))

    answer = client.post(reverse("installation-refresh", args=[410001, "acme_ledger"]))

    event = AuditEvent.objects.get(outcome="denied")
    assert answer.status_code == 403
    assert (event.actor, event.role, event.verb) == ("auditor", "auditor", "installation.refresh")
    assert "installations.refresh_installation" in event.reason


def test_a_refused_try_is_recorded_with_the_reason(client):
    installation = make_installation()
    client.force_login(make_user("support"))

    client.post(reverse("installation-acting-user", args=[410001, "acme_ledger"]), {"user": "5"})

    event = AuditEvent.objects.get(outcome="refused")
    assert event.verb == "installation.choose_acting_user"
    assert event.subject_id == str(installation.pk)
    assert event.reason


def test_without_a_trusted_proxy_a_header_says_nothing_about_the_address():
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="203.0.113.9", REMOTE_ADDR="198.51.100.1")

    assert address_of(request) == "198.51.100.1"


@override_settings(TRUSTED_PROXIES=1)
def test_a_trusted_proxys_last_hop_is_the_address():
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="203.0.113.9, 203.0.113.8", REMOTE_ADDR="198.51.100.1")

    assert address_of(request) == "203.0.113.8"


def test_somebody_with_two_roles_acts_in_both():
    user = make_user("support")
    user.groups.add(Group.objects.get(name="auditor"))
    request = RequestFactory().get("/")
    request.user = user

    assert actor_of(request).role == "auditor, support"
