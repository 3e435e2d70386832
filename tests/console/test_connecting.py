"""Connecting through the pages: whose token it is, what is stored, and every refusal."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Account, ApiToken
from accounts.vault import fingerprint
from console.models import AuditEvent
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from tests.console.connecting import MASKED, admin_of, confirm, ledger, paste, rows, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def extension(sandbox: Any) -> Extension:
    return ledger(sandbox)


@pytest.fixture
def customer(sandbox: Any, extension: Extension) -> dict[str, Any]:
    """An account of the sandbox that nobody else touches."""
    return sandbox.new_account()


@pytest.fixture
def onboarding(client: Client) -> Client:
    return signed_in(client)


def test_the_page_masks_the_token_and_asks_browsers_not_to_keep_it(onboarding, extension):
    page = onboarding.get(reverse("connect")).content.decode()

    field = MASKED.search(page)
    assert field and 'autocomplete="off"' in field[0]


def test_a_pasted_token_shows_whose_it_is_and_nothing_is_stored(onboarding, customer):
    page = paste(onboarding, f"  {customer['token']}\n")

    text = page.content.decode()
    for fact in (customer["name"], customer["registration_number"], customer["country_code"], str(customer["id"])):
        assert escape(fact) in text
    assert rows() == (0, 0, 0)
    assert customer["token"] not in text


def test_the_active_users_are_offered_and_an_admin_is_suggested(onboarding, customer):
    text = paste(onboarding, customer["token"]).content.decode()

    assert f'value="{admin_of(customer)}" selected' in text or ", admin" in text
    for user in customer["users"]:
        assert (f'value="{user["email"]}"' in text) == user["active"]


def test_confirming_stores_account_token_and_installation(onboarding, customer, extension):
    shown = paste(onboarding, customer["token"], reference="10042")

    answer = confirm(onboarding, shown, admin_of(customer))

    assert answer.url == reverse("installation-connecting", args=[customer["id"], "acme_ledger"])
    account = Account.objects.get()
    assert (account.oneflow_id, account.name, account.customer_reference) == (customer["id"], customer["name"], "10042")
    installation = Installation.objects.get()
    assert installation.state == "connecting" and installation.mode == "extension"
    assert installation.acting_user_email == admin_of(customer)
    assert installation.wanted_at == installation.refresh_at is not None
    assert installation.shown_key == "acme_ledger"
    assert installation.token.reveal() == customer["token"]
    assert installation.token.fingerprint == fingerprint(customer["token"])
    assert customer["token"] not in installation.token.ciphertext


def test_the_record_tells_the_asking_and_the_connecting(onboarding, customer):
    confirm(onboarding, paste(onboarding, customer["token"]), admin_of(customer))

    events = list(AuditEvent.objects.filter(verb__startswith="account.").order_by("pk"))
    assert [event.verb for event in events] == ["account.identify", "account.connect"]
    assert events[1].account_oneflow_id == customer["id"]
    assert events[1].role == "onboarding"


def test_a_form_sent_twice_leads_to_the_same_checklist_and_stores_nothing_more(onboarding, customer):
    shown = paste(onboarding, customer["token"])
    first = confirm(onboarding, shown, admin_of(customer))
    before = (rows(), AuditEvent.objects.count())

    second = confirm(onboarding, shown, admin_of(customer))

    assert second.url == first.url
    assert (rows(), AuditEvent.objects.count()) == before


def test_no_secret_stands_in_page_session_messages_or_record(onboarding, customer):
    shown = paste(onboarding, customer["token"])
    confirm(onboarding, shown, admin_of(customer))

    checklist = onboarding.get(reverse("installation-connecting", args=[customer["id"], "acme_ledger"]))
    session = str(dict(onboarding.session))
    record = str(list(AuditEvent.objects.values()))
    for place in (shown.content.decode(), checklist.content.decode(), session, record):
        assert customer["token"] not in place


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("short", "pattern"),
        ("a" * 41, "pattern"),
        ("ä" * 40, "pattern"),
        ("a" * 20 + " " + "a" * 19, "pattern"),
        ("a" * 500_000, "pattern"),
        ("maja@customer.example", "email"),
        ("https://app.oneflow.com/tokens/1", "address"),
        ("Bearer 0123456789012345678901234567890123456789", "header"),
        ("X-Oneflow-API-Token: 0123456789012345678901234567890123456789", "header"),
        ("\0" * 3, "empty"),
    ],
)
def test_what_is_no_token_is_refused_before_oneflow_is_asked(onboarding, extension, sandbox, text, code):
    sandbox.forget_requests()

    page = paste(onboarding, text)

    assert f'<code class="code">{code}</code>' in page.content.decode()
    assert sandbox.requests() == []
    assert rows() == (0, 0, 0)
    refused = AuditEvent.objects.get(outcome="refused")
    assert (refused.verb, refused.reason) == ("account.connect", code)


def refused(page: Any) -> str:
    """The code of the refusal on a page."""
    text = page.content.decode()
    assert 'role="alert"' in text
    assert rows() == (0, 0, 0)
    return str(text.partition('Nothing was stored. <code class="code">')[2].partition("<")[0])


def test_a_token_that_oneflow_does_not_know_is_refused(onboarding, extension):
    assert refused(paste(onboarding, "0" * 40)) == "rejected"


def test_a_token_made_by_hand_is_refused(onboarding, sandbox, customer):
    made = sandbox.control("POST", f"/accounts/{customer['id']}/token")

    assert refused(paste(onboarding, made["token"])) == "handmade"


def test_who_may_accept_a_refused_key_finds_the_place_for_it_open(client, sandbox, customer):
    made = sandbox.control("POST", f"/accounts/{customer['id']}/token")
    administrator = signed_in(client, "administrator")
    place = '<details class="field" open>'

    assert place not in administrator.get(reverse("connect")).content.decode()
    assert place in paste(administrator, made["token"]).content.decode()
    sandbox.fault(customer["id"], "token.foreign")
    assert place in paste(administrator, customer["token"]).content.decode()


def test_a_token_of_another_extension_is_refused(onboarding, sandbox, customer):
    sandbox.fault(customer["id"], "token.foreign")

    assert refused(paste(onboarding, sandbox.account(customer["id"])["token"])) == "foreign"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"kind": "status", "status": 500}, "unreachable"),
        ({"kind": "close"}, "unreachable"),
        ({"kind": "truncate"}, "unreachable"),
        ({"kind": "status", "status": 429}, "limited"),
        ({"kind": "status", "status": 402}, "not_permitted"),
        ({"kind": "status", "status": 403}, "not_permitted"),
        ({"kind": "status", "status": 404}, "not_understood"),
        ({"kind": "html"}, "not_understood"),
        ({"kind": "malformed"}, "not_understood"),
        ({"kind": "wrong_types"}, "not_understood"),
        ({"kind": "redirect"}, "not_understood"),
        ({"kind": "huge"}, "not_understood"),
    ],
)
@pytest.mark.parametrize("path", ["/accounts/me", "/users"])
def test_whatever_oneflow_answers_is_a_refusal_in_words(onboarding, sandbox, customer, answer, code, path):
    sandbox.answer(account=customer["id"], path=path, **answer)
    try:
        found = refused(paste(onboarding, customer["token"]))
    finally:
        sandbox.behave()

    assert found == code


def test_an_oneflow_that_is_away_is_said_so(onboarding, extension):
    extension.base_url = "http://127.0.0.1:9/v1"
    extension.save()

    assert refused(paste(onboarding, "0" * 40)) == "unreachable"


def test_an_account_that_is_connected_leads_to_relink(onboarding, customer):
    confirm(onboarding, paste(onboarding, customer["token"]), admin_of(customer))

    text = paste(onboarding, customer["token"]).content.decode()

    assert '<code class="code">connected</code>' in text
    assert reverse("installation-relink", args=[customer["id"], "acme_ledger"]) in text


def test_a_user_who_is_not_active_there_cannot_be_chosen(onboarding, customer):
    shown = paste(onboarding, customer["token"])

    assert refused(confirm(onboarding, shown, "somebody@elsewhere.example")) == "user_not_active"


@pytest.mark.parametrize("passage", ["", "nonsense", "gAAAAABm" + "A" * 100, "ä"])
def test_a_passage_that_is_none_is_refused(onboarding, customer, passage):
    form = {"extension": "acme_ledger", "passage": passage, "acting_user": admin_of(customer)}

    assert refused(onboarding.post(reverse("connect-confirm"), form)) == "passage_ended"


def test_a_passage_of_a_colleague_is_refused(client, customer):
    shown = paste(signed_in(client), customer["token"])
    colleague = Client()
    signed_in(colleague, "administrator")

    assert refused(confirm(colleague, shown, admin_of(customer))) == "passage_ended"


def test_a_token_revoked_between_the_two_pages_is_refused(onboarding, sandbox, customer):
    shown = paste(onboarding, customer["token"])
    sandbox.fault(customer["id"], "token.rejected")

    assert refused(confirm(onboarding, shown, admin_of(customer))) == "rejected"


def test_onboarding_may_not_accept_another_key(onboarding, sandbox, customer):
    made = sandbox.control("POST", f"/accounts/{customer['id']}/token")

    answer = paste(onboarding, made["token"], accept_key="1", reason="testing")

    assert answer.status_code == 403
    assert AuditEvent.objects.filter(outcome="denied").exists()
    assert "accept_key" not in onboarding.get(reverse("connect")).content.decode()


def test_an_administrator_accepts_another_key_with_a_reason(client, sandbox, customer):
    administrator = signed_in(client, "administrator")
    made = sandbox.control("POST", f"/accounts/{customer['id']}/token")

    assert refused(paste(administrator, made["token"], accept_key="1", reason=" ")) == "reason_missing"
    shown = paste(administrator, made["token"], accept_key="1", reason="our own test account")
    confirm(administrator, shown, admin_of(customer))

    installation = Installation.objects.get()
    assert (installation.mode, installation.shown_key) == ("development", "custom")
    assert AuditEvent.objects.get(verb="account.connect", outcome="done").reason == "our own test account"


def test_a_token_that_another_installation_holds_is_refused(client, sandbox, customer):
    administrator = signed_in(client, "administrator")
    confirm(administrator, paste(administrator, customer["token"]), admin_of(customer))
    Extension.objects.create(
        name="Other", integration_key="other", base_url=sandbox.api_url, callback_urls=[], environment="sandbox"
    )

    page = paste(administrator, customer["token"], extension="other", accept_key="1", reason="both")

    assert '<code class="code">token_in_use</code>' in page.content.decode()
    assert Installation.objects.count() == 1


def test_a_broker_that_is_away_costs_nothing_but_time(onboarding, customer, settings, monkeypatch):
    from kombu.exceptions import OperationalError

    from console import refreshing

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("the broker is away")

    monkeypatch.setattr(refreshing.current_app, "send_task", away)

    answer = confirm(onboarding, paste(onboarding, customer["token"]), admin_of(customer))

    assert answer.status_code == 302
    assert Installation.objects.count() == 1


def test_connecting_needs_the_extension_to_be_chosen(onboarding, customer):
    assert refused(paste(onboarding, customer["token"], extension="none")) == "no_extension"


def test_an_extension_with_a_character_that_no_database_takes_is_none(onboarding, extension):
    assert refused(paste(onboarding, "", extension="a\0b")) == "no_extension"
    assert onboarding.post(reverse("connect-confirm"), {"extension": "a\0b"}).status_code == 404


def test_without_an_extension_the_page_says_how_to_get_one(onboarding):
    assert "load_extension" in onboarding.get(reverse("connect")).content.decode()


@pytest.mark.parametrize("role", ["support", "auditor", ""])
def test_others_may_not_connect(client, extension, role):
    assert paste(signed_in(client, role), "0" * 40).status_code == 403
    assert rows() == (0, 0, 0)


def test_the_token_is_kept_as_one_active_row(onboarding, customer):
    confirm(onboarding, paste(onboarding, customer["token"]), admin_of(customer))

    token = ApiToken.objects.get()
    assert (token.state, token.integration_key, token.obtained) == ("active", "acme_ledger", "shown")
    assert token.last_four == customer["token"][-4:]
