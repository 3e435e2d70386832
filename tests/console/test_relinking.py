"""Relinking, disconnecting and connecting again, through pages and commands."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts import vault
from accounts.models import ApiToken
from console.models import AuditEvent
from extensions.blueprints.models import Extension
from extensions.health.models import Finding
from extensions.installations.models import Change, DataField, Installation
from tests.console.connecting import admin_of, confirm, hidden, ledger, paste, rows, signed_in
from tests.making import make_installation

pytestmark = pytest.mark.django_db


@pytest.fixture
def extension(sandbox: Any) -> Extension:
    return ledger(sandbox)


@pytest.fixture
def customer(sandbox: Any, extension: Extension) -> dict[str, Any]:
    return sandbox.new_account()


def run(command: str, monkeypatch: Any, *arguments: str, token: str = "") -> str:
    """What a command says, with the token on its standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(token))
    output = io.StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def installation(customer: dict[str, Any], monkeypatch: Any) -> Installation:
    """The customer, connected by the command."""
    run("connect", monkeypatch, "--user", admin_of(customer), token=f"{customer['token']}\n")
    return Installation.objects.get()


@pytest.fixture
def support(client: Client) -> Client:
    return signed_in(client, "support")


def enabled_anew(sandbox: Any, customer: dict[str, Any]) -> str:
    """The new token after the customer disabled and enabled the extension."""
    sandbox.control("DELETE", f"/accounts/{customer['id']}/extension")
    sandbox.control("POST", f"/accounts/{customer['id']}/extension")
    return str(sandbox.account(customer["id"])["token"])


def page_of(installation: Installation, name: str) -> str:
    return reverse(name, args=[installation.account.oneflow_id, installation.extension.integration_key])


def relink(client: Client, installation: Installation, token: str) -> Any:
    return client.post(page_of(installation, "installation-relink"), {"token": token})


def test_a_new_token_replaces_the_old_one_and_keeps_the_history(support, installation, customer, sandbox):
    Change.objects.create(installation=installation, at=installation.connected_at, kind="changed", subject_kind="field")
    new = enabled_anew(sandbox, customer)

    shown = relink(support, installation, new)
    form = {"passage": hidden(shown), "acting_user": admin_of(customer)}
    support.post(page_of(installation, "installation-relink-confirm"), form)

    installation.refresh_from_db()
    assert installation.token.reveal() == new
    old = ApiToken.objects.get(state="replaced")
    assert (old.ciphertext, old.last_four) == ("", customer["token"][-4:])
    assert old.held_until is not None
    assert installation.changes.count() == 1
    assert rows() == (1, 2, 1)
    assert AuditEvent.objects.filter(verb="account.relink", outcome="done", role="support").count() == 1


def test_relinking_twice_with_one_form_is_harmless(support, installation, customer, sandbox):
    shown = relink(support, installation, enabled_anew(sandbox, customer))
    form = {"passage": hidden(shown), "acting_user": admin_of(customer)}
    confirmed = page_of(installation, "installation-relink-confirm")
    support.post(confirmed, form)

    again = support.post(confirmed, form)

    assert again.status_code == 302
    assert ApiToken.objects.count() == 2


def test_the_token_of_another_account_is_refused(support, installation, sandbox):
    other = sandbox.new_account()

    page = relink(support, installation, other["token"]).content.decode()

    assert '<code class="code">other_account</code>' in page
    assert rows() == (1, 1, 1)


def test_the_token_that_is_held_already_is_refused(support, installation, customer):
    assert "same_token" in relink(support, installation, customer["token"]).content.decode()


def test_the_same_token_is_taken_again_when_its_key_is_lost(support, installation, customer, settings):
    settings.VAULT_KEYS = f"new:{vault.new_key()}"

    shown = relink(support, installation, customer["token"])
    answer = support.post(
        page_of(installation, "installation-relink-confirm"),
        {"passage": hidden(shown), "acting_user": admin_of(customer)},
    )

    assert answer.status_code == 302
    installation.refresh_from_db()
    assert installation.token.reveal() == customer["token"]
    assert ApiToken.objects.held().count() == 1


def test_a_passage_of_connecting_is_worth_nothing_for_relinking(client, installation, sandbox):
    administrator = signed_in(client, "administrator")
    other = sandbox.new_account()
    passage = hidden(paste(administrator, other["token"]))

    page = administrator.post(page_of(installation, "installation-relink-confirm"), {"passage": passage})

    assert "passage_ended" in page.content.decode()


def test_a_passage_for_one_account_is_worth_nothing_for_another(support, installation, customer, sandbox, monkeypatch):
    other = sandbox.new_account()
    run("connect", monkeypatch, "--user", admin_of(other), token=other["token"])
    second = Installation.objects.get(account__oneflow_id=other["id"])
    passage = hidden(relink(support, installation, enabled_anew(sandbox, customer)))

    page = support.post(page_of(second, "installation-relink-confirm"), {"passage": passage})

    assert "other_page" in page.content.decode()
    assert second.token.reveal() == other["token"]


def test_disconnecting_says_first_what_is_lost(client, installation):
    page = signed_in(client).get(page_of(installation, "installation-disconnect")).content.decode()

    assert "It is destroyed" in page and "What stays" in page
    assert Installation.objects.get().state == "connecting"


def test_disconnecting_destroys_the_token_and_keeps_the_rows(client, installation):
    field = DataField(template_type_oneflow_id=1, oneflow_id=2, custom_id="a", name="A", active=True, source="system")
    field.installation, field.seen_at = installation, installation.connected_at
    field.save()
    Finding.objects.create(
        installation=installation, code="user.gone", verdict="failing", rank=0, since=installation.connected_at
    )

    signed_in(client).post(page_of(installation, "installation-disconnect"), {"reason": "the contract ended"})

    installation.refresh_from_db()
    assert (installation.state, installation.verdict, installation.token) == ("disconnected", "disconnected", None)
    token = ApiToken.objects.get()
    assert (token.state, token.ciphertext) == ("destroyed", "")
    assert DataField.objects.count() == 1
    assert not Finding.objects.exists()
    assert AuditEvent.objects.get(verb="account.disconnect").reason == "the contract ended"


def test_a_disconnected_account_is_connected_again_on_its_rows(client, installation, customer, monkeypatch):
    run("disconnect", monkeypatch, str(customer["id"]))
    onboarding = signed_in(client)

    shown = paste(onboarding, customer["token"])
    confirm(onboarding, shown, admin_of(customer))

    assert "connected before" in shown.content.decode()
    again = Installation.objects.get()
    assert (again.pk, again.state, again.verdict) == (installation.pk, "connecting", "unknown")
    assert rows() == (1, 2, 1)


def test_a_disconnected_account_cannot_be_relinked(support, installation, customer, monkeypatch, sandbox):
    run("disconnect", monkeypatch, str(customer["id"]))

    page = relink(support, installation, enabled_anew(sandbox, customer)).content.decode()

    assert '<code class="code">disconnected</code>' in page


def test_support_may_not_disconnect(support, installation):
    assert support.post(page_of(installation, "installation-disconnect")).status_code == 403
    assert Installation.objects.get().state == "connecting"


@pytest.mark.parametrize("name", ["relink", "disconnect", "connecting"])
def test_pages_of_an_account_that_is_not_there_are_404(client, extension, name):
    administrator = signed_in(client, "administrator")

    for account_id in (1, 10**30):
        assert administrator.get(f"/installation/{account_id}/acme_ledger/{name}/").status_code == 404


def test_the_command_says_whose_account_it_was(customer, extension, monkeypatch):
    said = run("connect", monkeypatch, "--reference", "10042", token=f" {customer['token']} \n")

    assert customer["name"] in said and str(customer["id"]) in said and customer["registration_number"] in said
    assert customer["token"] not in said
    installation = Installation.objects.get()
    assert (installation.token.obtained, installation.account.customer_reference) == ("command", "10042")


@pytest.mark.parametrize(
    ("arguments", "token", "words"),
    [
        ((), "", "There is no token"),
        ((), "0" * 40, "Oneflow refuses this token"),
        (("--extension", "other"), "0" * 40, "no extension other"),
    ],
)
def test_a_refused_command_says_why_and_stores_nothing(extension, monkeypatch, arguments, token, words):
    with pytest.raises(CommandError, match=words):
        run("connect", monkeypatch, *arguments, token=token)

    assert rows() == (0, 0, 0)


def test_the_command_accepts_another_key_with_a_reason_only(sandbox, customer, monkeypatch):
    token = sandbox.control("POST", f"/accounts/{customer['id']}/token")["token"]
    with pytest.raises(CommandError, match="no reason says why"):
        run("connect", monkeypatch, "--accept-key", token=token)
    with pytest.raises(CommandError, match="Leave out --toolkit or --accept-key"):
        run("connect", monkeypatch, "--accept-key", "--toolkit", "--reason", "ours", token=token)

    run("connect", monkeypatch, "--accept-key", "--reason", "our test account", token=token)

    assert Installation.objects.get().mode == "development"


def test_the_relink_command_takes_the_new_token(installation, customer, sandbox, monkeypatch):
    new = enabled_anew(sandbox, customer)

    assert customer["name"] in run("relink", monkeypatch, str(customer["id"]), token=new)

    installation.refresh_from_db()
    assert installation.token.reveal() == new


def test_the_relink_command_says_whose_another_accounts_token_is(installation, customer, sandbox, monkeypatch):
    other = sandbox.new_account()
    run("connect", monkeypatch, token=other["token"])

    with pytest.raises(CommandError) as refused:
        run("relink", monkeypatch, str(customer["id"]), token=other["token"])

    assert f"belongs to {other['name']} (Oneflow id {other['id']})" in str(refused.value)


def test_disconnecting_twice_by_command_is_harmless(installation, customer, monkeypatch):
    run("disconnect", monkeypatch, str(customer["id"]))

    assert "already" in run("disconnect", monkeypatch, str(customer["id"]))


@pytest.mark.parametrize(("command", "arguments"), [("connect", ()), ("relink", ("410021",))])
def test_a_closed_standard_input_is_an_empty_one(extension, monkeypatch, command, arguments):
    make_installation(extension, oneflow_id=410021)
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(CommandError, match="There is no token"):
        call_command(command, *arguments)


@pytest.mark.parametrize("command", ["relink", "disconnect"])
def test_an_unknown_account_is_said_so(extension, monkeypatch, command):
    with pytest.raises(CommandError, match="No account 7 is known"):
        run(command, monkeypatch, "7", token="0" * 40)
