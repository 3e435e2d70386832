"""Test contracts on the screen: chosen from what Oneflow offers, run in the sandbox, and nothing left unsaid."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent
from extensions.blueprints.models import Extension
from extensions.installations.models import Contract, DataField, Exchange, Installation, UsableTemplate
from extensions.mappings.models import ContractTest, Mapping
from tests.connected import connect, refresh
from tests.making import make_user

pytestmark = pytest.mark.django_db
RECORD = {
    "deal": {"amount": 12500, "name": "Qqx plan", "currency": "SEK", "starts_on": "2026-01-31"},
    "account": {"number": "10042", "vat_exempt": True, "payment_days": 30},
}


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


@pytest.fixture
def ledger(sandbox):
    """An installation of a sandbox account, refreshed, with a rule for its checkbox."""
    installation = connect(sandbox)
    refresh(installation)
    Mapping.objects.filter(custom_id="vat_exempt").update(transform="yes_no")
    yield installation
    sandbox.behave()


def address(installation, name="installation-test-contract", *more):
    return reverse(name, args=[installation.account.oneflow_id, installation.extension.integration_key, *more])


def template_of(installation, custom_id="deal_value"):
    """The key of a usable template of the type that has this field."""
    kind = DataField.objects.filter(installation=installation, custom_id=custom_id).first().template_type_oneflow_id
    row = UsableTemplate.objects.filter(installation=installation, template_type_oneflow_id=kind).first()
    return f"{row.workspace_oneflow_id}:{row.template_oneflow_id}"


def send(client, installation, **more):
    form = {"record": json.dumps(RECORD), "template": template_of(installation), "key": str(uuid4()), **more}
    return client.post(address(installation, "installation-test-contract-run"), form)


def ran(client, installation, **more):
    answer = send(client, installation, **more)
    assert answer.status_code == 200, answer.headers
    return answer.content.decode()


def contracts_at(sandbox, installation):
    """How many contracts the account has at Oneflow."""
    return sandbox.api("/contracts", token=installation.token.reveal()).json()["count"]


def outcomes(verb="contract.test"):
    return [event.outcome for event in AuditEvent.objects.filter(verb=verb).order_by("pk")]


def test_the_page_offers_what_oneflow_offers_now(support, sandbox, ledger):
    UsableTemplate.objects.all().delete()

    page = support.get(address(ledger)).content.decode()

    assert page.count("<option") >= 2
    assert "type the name" not in page
    assert "Test contracts so far" not in page


def test_a_test_makes_compares_and_deletes(support, sandbox, ledger):
    before, exchanges = contracts_at(sandbox, ledger), Exchange.objects.count()

    page = ran(support, ledger)

    for words in (
        "made and deleted",
        "7 same",
        "values are as they were sent",
        "It is gone.",
        "Qqx plan",
        "POST /contracts/create",
    ):
        assert words in page, words
    assert contracts_at(sandbox, ledger) == before
    test = ContractTest.objects.get()
    assert (test.state, test.fields_sent, test.fields_same, test.by) == ("deleted", 7, 7, "support")
    assert [step["name"] for step in test.steps] == ["create", "read", "delete", "confirm"]
    assert test.steps[3]["asked"][0]["status"] == 404
    assert Contract.objects.get().gone_at is not None
    assert outcomes() == ["done", "done"]
    # The values are on the page, and nowhere else.
    stored = [*ContractTest.objects.values(), *AuditEvent.objects.values(), *Contract.objects.values()]
    assert "Qqx plan" not in repr(stored)
    assert Exchange.objects.count() == exchanges

    assert "7 of 7 values arrived" in support.get(address(ledger)).content.decode()


def test_what_was_not_sent_stands_beside_what_arrived(support, sandbox, ledger):
    record = {"deal": {"amount": [1, 2], "currency": "SEK"}, "account": {"vat_exempt": "maybe"}}

    page = ran(support, ledger, record=json.dumps(record))

    assert "2 same" in page
    unsent = page[page.index("What was not sent") :]
    for words in ("deal_value", "deal_name", "vat_exempt", "refused", "Correct the rule"):
        assert words in unsent
    assert "currency" not in unsent
    test = ContractTest.objects.get()
    assert (test.fields_sent, test.fields_same, test.fields_unsent) == (2, 2, 4)
    assert "4 not sent" in support.get(address(ledger)).content.decode()


def test_a_test_is_never_published(support, sandbox, ledger):
    sandbox.forget_requests()

    ran(support, ledger)

    assert [each["path"] for each in sandbox.requests() if each["method"] == "POST"] == ["/contracts/create"]


def test_a_form_that_is_sent_twice_makes_one_test(support, sandbox, ledger):
    key = str(uuid4())
    ran(support, ledger, key=key)

    answer = send(support, ledger, key=key)

    assert answer.status_code == 302
    assert "was sent before" in support.get(address(ledger)).content.decode()
    assert ContractTest.objects.count() == 1


def test_a_record_that_fills_nothing_makes_an_empty_contract(support, sandbox, ledger):
    Mapping.objects.filter(transform="default").update(transform="text", options={})

    page = ran(support, ledger, record="{}")

    assert "the record fills no field" in page
    assert ContractTest.objects.get().state == "deleted"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"record": "[]"}, "Expected an object"),
        ({"template": "1:2"}, "cannot use this template"),
        ({"template": "\0"}, "cannot use this template"),
        ({"key": "x"}, "The form was not complete."),
        ({"key": ""}, "The form was not complete."),
    ],
)
def test_a_form_that_is_wrong_makes_nothing_and_keeps_the_record(support, sandbox, ledger, more, words):
    page = ran(support, ledger, **more)

    assert words in page
    assert not ContractTest.objects.exists()
    if "record" not in more:
        assert "Qqx plan" in page
        assert outcomes() in ([], ["refused"])


def test_a_template_without_a_type_of_ours_is_neither_offered_nor_used(support, sandbox, ledger):
    plain = UsableTemplate.objects.filter(installation=ledger, template_type_oneflow_id=None).first()
    assert plain is not None, "the sandbox has a template without a type"
    key = f"{plain.workspace_oneflow_id}:{plain.template_oneflow_id}"

    assert key not in support.get(address(ledger)).content.decode()
    assert "cannot use this template" in ran(support, ledger, template=key)


def test_in_a_real_account_nothing_is_made_without_writes_and_its_typed_name(support, sandbox, ledger):
    Extension.objects.update(environment="production")
    sandbox.forget_requests()
    assert "is off for" in ran(support, ledger, confirmation=ledger.account.name)

    Extension.objects.update(writes_allowed=True)
    page = ran(support, ledger, confirmation="somebody else")
    assert "type its name" in page and "Qqx plan" in page
    assert [each for each in sandbox.requests() if each["method"] != "GET"] == []
    assert outcomes() == ["refused", "refused"]

    assert "made and deleted" in ran(support, ledger, confirmation=ledger.account.name)


def test_a_dead_token_a_missing_user_and_a_disconnected_account_are_told(support, sandbox, ledger):
    Installation.objects.filter(pk=ledger.pk).update(acting_user_email="")
    assert "No acting user is chosen" in ran(support, ledger)
    Installation.objects.filter(pk=ledger.pk).update(acting_user_email="nobody@nowhere.example")
    page = ran(support, ledger)
    assert "not valid" in page and "choose another acting user on the People tab" in page
    Installation.objects.filter(pk=ledger.pk).update(acting_user_email=ledger.acting_user_email)
    sandbox.fault(ledger.account.oneflow_id, "token.rejected")
    assert "not valid" in ran(support, ledger)
    Installation.objects.filter(pk=ledger.pk).update(state="disconnected", token=None)
    assert "The account is disconnected" in ran(support, ledger)
    assert "The account is disconnected" in support.get(address(ledger)).content.decode()

    assert not ContractTest.objects.exists()
    assert set(outcomes()) == {"refused"}


@pytest.mark.parametrize("kind", ["truncate", "wrong_types"])
def test_a_contract_whose_answer_was_lost_is_found_and_deleted(support, sandbox, ledger, kind):
    before = contracts_at(sandbox, ledger)
    sandbox.answer(kind, account=ledger.account.oneflow_id, path="/contracts/create", times=1)

    page = ran(support, ledger)

    assert "Whether a contract was made is not known." in page
    assert "made and deleted" in page
    assert contracts_at(sandbox, ledger) == before


@pytest.mark.parametrize("status", [400, 402, 403, 409, 429])
def test_what_oneflow_refuses_is_told(support, sandbox, ledger, status):
    sandbox.answer("status", account=ledger.account.oneflow_id, path="/contracts/create", status=status, times=1)

    page = ran(support, ledger)

    assert "No contract was made." in page
    assert f"Oneflow answered {status}" in page
    assert outcomes() == ["done", "failed"]


def test_a_field_that_the_console_takes_for_active_and_oneflow_does_not_is_told_in_oneflows_words(
    support, sandbox, ledger
):
    sandbox.fault(ledger.account.oneflow_id, "field.inactive", custom_id="deal_value")

    page = ran(support, ledger)

    assert "no active data field of this custom_id" in page
    assert ContractTest.objects.get().state == "not_made"
    assert "no active data field" not in repr(ContractTest.objects.values().get())


def left_behind(client, sandbox, installation):
    """A test whose contract may come late: its making was not answered, and it could not be looked for."""
    sandbox.answer("close", account=installation.account.oneflow_id, path="/contracts/create", times=1)
    sandbox.answer("status", account=installation.account.oneflow_id, path="/contracts", status=500, times=1)
    page = ran(client, installation)
    test = ContractTest.objects.get()
    assert test.state == "left"
    ContractTest.objects.update(started_at=timezone.now() - timedelta(minutes=9))
    test.page = page
    return test


def test_what_is_left_is_said_with_what_to_do_and_cleaned_up(support, sandbox, ledger):
    test = left_behind(support, sandbox, ledger)
    for words in ("may be in the account", test.contract_name, "By hand:", "Clean up"):
        assert words in test.page
    assert test.contract_name in support.get(address(ledger)).content.decode()

    answer = support.post(address(ledger, "installation-test-contract-clean-up", test.pk))
    assert answer.status_code == 302
    assert "Nothing of the test contract remains." in support.get(address(ledger)).content.decode()
    assert outcomes("contract.clean_up") == ["done"]
    test.refresh_from_db()
    assert [step["name"] for step in test.steps] == ["create", "find", "find"]


def test_nothing_is_cleaned_up_in_a_real_account_while_writes_are_off(support, sandbox, ledger):
    test = left_behind(support, sandbox, ledger)
    Extension.objects.update(environment="production")
    sandbox.forget_requests()

    support.post(address(ledger, "installation-test-contract-clean-up", test.pk))

    assert "is off for" in support.get(address(ledger)).content.decode()
    assert [each for each in sandbox.requests() if each["method"] != "GET"] == []
    assert outcomes("contract.clean_up") == ["refused"]

    Extension.objects.update(environment="sandbox")
    support.post(address(ledger, "installation-test-contract-clean-up", test.pk))
    assert "Nothing of the test contract remains." in support.get(address(ledger)).content.decode()


def test_what_somebody_used_is_looked_at_again(support, sandbox, ledger):
    test = left_behind(support, sandbox, ledger)
    test.save_facts(state="taken")
    page = support.get(address(ledger)).content.decode()
    assert "somebody uses the contract" in page and "Look again" in page

    support.post(address(ledger, "installation-test-contract-clean-up", test.pk))

    assert "Nothing of the test contract remains." in support.get(address(ledger)).content.decode()


def test_cleaning_up_what_is_not_left_or_another_installations_does_nothing(support, sandbox, ledger):
    ran(support, ledger)
    test = ContractTest.objects.get()

    support.post(address(ledger, "installation-test-contract-clean-up", test.pk))
    assert "Nothing of this test remains" in support.get(address(ledger)).content.decode()
    other = connect(sandbox)
    assert support.post(address(other, "installation-test-contract-clean-up", test.pk)).status_code == 404
    assert outcomes("contract.clean_up") == []


def test_the_forms_must_come_from_a_page_of_ours(installation):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("support"))

    answer = client.post(address(installation, "installation-test-contract-run"), {"record": "{}", "key": str(uuid4())})

    assert answer.status_code == 403
    assert not ContractTest.objects.exists()
