"""By whom an account was set up, the extension or the product's code: chosen when connecting, and later by staff."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent
from extensions.health.models import Finding
from extensions.health.repairable import can_repair
from extensions.installations.models import Installation, TemplateType
from extensions.mappings.models import Repair
from extensions.mappings.repairing.operations import Kind, Operation
from tests.connected import connect, refresh
from tests.console.connecting import admin_of, confirm, ledger, paste, signed_in
from tests.console.repairing import approved, run
from tests.console.staff import as_role, words

pytestmark = pytest.mark.django_db
VERB = "installation.set_mode"


def page_of(installation: Installation, name: str = "installation") -> str:
    return reverse(name, args=[installation.account.oneflow_id, installation.extension.integration_key])


def choose(installation: Installation, mode: str, role: str = "administrator") -> Any:
    answer = as_role(role).post(page_of(installation, "installation-set-up-by"), {"mode": mode}, follow=True)
    installation.refresh_from_db()
    return answer


def test_a_toolkit_account_of_the_sandbox_becomes_repairable_by_what_staff_say_on_its_page(sandbox: Any) -> None:
    account = sandbox.new_account(toolkit=True)
    installation = connect(sandbox, account)
    type(installation.extension).objects.update(writes_allowed=True)
    refresh(installation)
    sandbox.fault(account["id"], "webhook.missing", template_type="acme_deal")
    refresh(installation)
    missing = Finding.objects.get(installation=installation)
    assert not can_repair(missing, installation.mode)

    choose(installation, "toolkit")

    refresh(installation)
    assert can_repair(Finding.objects.get(installation=installation), installation.mode)
    assert run(approved(installation, Operation(Kind.CREATE_WEBHOOK, "acme_deal"))).state == Repair.State.VERIFIED
    refresh(installation)
    assert installation.verdict == "healthy"


@pytest.mark.parametrize(("before", "after"), [("extension", "toolkit"), ("toolkit", "extension")])
def test_an_administrator_says_by_whom_it_was_set_up_and_the_record_keeps_it(installation, before, after):
    Installation.objects.update(mode=before)

    answer = choose(installation, after)

    assert installation.mode == after
    assert installation.wanted_at is not None
    assert AuditEvent.objects.get(verb=VERB).details == {"before": before, "after": after}
    assert "Set up by the" in words(answer)


def test_the_page_says_what_the_choice_changes_to_those_who_may_choose_only(installation):
    told = "Nothing is written to the account"

    assert told in words(as_role("administrator").get(page_of(installation)))
    assert told not in words(as_role("support").get(page_of(installation)))


@pytest.mark.parametrize(
    ("values", "mode", "told"),
    [
        ({}, "development", "Choose by whom it was set up"),
        ({}, "", "Choose by whom it was set up"),
        ({}, "x" * 5000, "Choose by whom it was set up"),
        ({}, "extension", "It is so already"),
        ({"mode": "development"}, "toolkit", "Relink it"),
        ({"state": "disconnected"}, "toolkit", "Connect it again"),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_what_to_do(installation, values, mode, told):
    Installation.objects.update(**values)
    before = Installation.objects.values_list("mode", flat=True).get()

    answer = choose(installation, mode)

    assert told in words(answer)
    assert installation.mode == before
    assert AuditEvent.objects.get(verb=VERB).outcome == "refused"


def test_while_a_repair_is_under_way_it_stays_as_the_repair_was_planned_by(installation):
    Repair.objects.create(installation=installation, planned_at=timezone.now(), planned_by="x", summary="x")

    answer = choose(installation, "toolkit")

    assert installation.mode == "extension"
    assert f"Not while repair {Repair.objects.get().pk} of this account is under way" in words(answer)


def test_that_oneflow_shows_the_extension_as_maker_is_said(installation):
    assert "the extension made 2 of its template types" in words(choose(installation, "toolkit"))


def test_nothing_is_doubted_where_oneflow_names_no_maker(installation):
    TemplateType.objects.update(extension_type="")

    assert "of its template types" not in words(choose(installation, "toolkit"))


@pytest.mark.parametrize(
    ("chosen", "stored"),
    [({"mode": "toolkit"}, "toolkit"), ({"mode": "extension"}, "extension"), ({}, "extension"), ({"mode": "x"}, None)],
)
def test_it_is_chosen_when_the_account_is_connected(client, sandbox, chosen, stored):
    ledger(sandbox)
    account = sandbox.new_account(toolkit=True)
    onboarding = signed_in(client)

    answer = confirm(onboarding, paste(onboarding, account["token"]), admin_of(account), **chosen)

    found = Installation.objects.values_list("mode", flat=True).first()
    assert found == stored
    if stored is None:
        assert "Choose by whom the account was set up" in words(answer)
    else:
        assert AuditEvent.objects.get(verb="account.connect").details["mode"] == stored


def test_connecting_again_offers_what_it_was_and_another_choice_counts(client, sandbox):
    ledger(sandbox)
    account = sandbox.new_account(toolkit=True)
    onboarding = signed_in(client)
    confirm(onboarding, paste(onboarding, account["token"]), admin_of(account), mode="toolkit")
    onboarding.post(reverse("installation-disconnect", args=[account["id"], "acme_ledger"]))

    shown = paste(onboarding, account["token"])

    assert '<option value="toolkit" selected>' in shown.content.decode()
    confirm(onboarding, shown, admin_of(account), mode="extension")
    assert Installation.objects.get().mode == "extension"


def test_a_relinked_account_stays_as_it_was_set_up(client, sandbox):
    ledger(sandbox)
    account = sandbox.new_account(toolkit=True)
    onboarding = signed_in(client)
    confirm(onboarding, paste(onboarding, account["token"]), admin_of(account), mode="toolkit")
    token = sandbox.control("POST", f"/accounts/{account['id']}/extension")["token"]
    address = reverse("installation-relink", args=[account["id"], "acme_ledger"])

    shown = onboarding.post(address, {"token": token})

    assert 'name="mode"' not in shown.content.decode()
    confirm_at = reverse("installation-relink-confirm", args=[account["id"], "acme_ledger"])
    passage = shown.context["passage"]
    onboarding.post(confirm_at, {"passage": passage, "acting_user": admin_of(account), "mode": "extension"})
    installation = Installation.objects.get()
    assert (installation.mode, installation.token.reveal()) == ("toolkit", token)


def test_the_command_connects_an_account_that_the_products_code_sets_up(sandbox, monkeypatch):
    ledger(sandbox)
    account = sandbox.new_account(toolkit=True)
    monkeypatch.setattr("sys.stdin", StringIO(account["token"]))

    call_command("connect", "--toolkit")

    assert Installation.objects.get().mode == "toolkit"
