"""Webhooks of an account that the extension did not set up: which are ours is seen while they point right, or said."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent
from console.repairs import running
from extensions.health.models import Finding
from extensions.installations.models import Installation, Webhook
from extensions.mappings.models import Repair
from extensions.mappings.repairing.operations import Kind, Operation
from extensions.mappings.repairing.refusing import Refused
from tests.connected import connect, refresh
from tests.console.repairing import ROLE, actor, approved, in_account, run, to_repair
from tests.console.staff import as_role, words
from tests.making import make_installation

pytestmark = pytest.mark.django_db
OURS, NOT_OURS = "installation-webhook-ours", "installation-webhook-not-ours"


def page_of(installation: Installation, name: str = "installation-webhooks") -> str:
    return reverse(name, args=[installation.account.oneflow_id, installation.extension.integration_key])


def say(installation: Installation, what: str, webhook: Any, role: str = "administrator") -> Any:
    name = f"{role} {get_user_model().objects.count()}"
    answer = as_role(role, name).post(page_of(installation, what), {"webhook": str(webhook)}, follow=True)
    installation.refresh_from_db()
    return answer


def findings(installation: Installation) -> list[tuple[str, str]]:
    return sorted(Finding.objects.filter(installation=installation).values_list("code", "subject"))


def unknown(sandbox: Any) -> tuple[Installation, Webhook]:
    """A toolkit account whose webhook pointed to a former host before the console first looked, and that webhook."""
    account = sandbox.new_account(toolkit=True)
    sandbox.fault(account["id"], "webhook.misdirected", template_type=ROLE)
    installation = connect(sandbox, account, mode="toolkit")
    type(installation.extension).objects.update(writes_allowed=True)
    installation.extension.refresh_from_db()
    refresh(installation)
    return installation, installation.webhooks.get(callback_url__contains="old-hooks")


@pytest.fixture
def own(installation: Installation) -> Webhook:
    """A webhook of nobody's extension in a toolkit account: our path at a former host, tied to our type."""
    Installation.objects.update(mode="toolkit")
    Webhook.objects.update(integration_instance=None)
    webhook = installation.webhooks.first()
    Webhook.objects.filter(pk=webhook.pk).update(callback_url="https://old.acme.example/oneflow/410001")
    webhook.refresh_from_db()
    return webhook


def test_what_pointed_to_us_when_it_was_read_is_ours_still_when_it_points_elsewhere(sandbox: Any) -> None:
    installation = to_repair(sandbox, fault="webhook.misdirected", template_type=ROLE)

    refresh(installation)

    astray = installation.webhooks.get(callback_url__contains="old-hooks")
    assert findings(installation) == [("webhook.misdirected", f"webhook/{astray.oneflow_id}")]
    correct = Operation(Kind.CORRECT_WEBHOOK_URL, webhook=astray.oneflow_id)
    assert run(approved(installation, correct)).state == Repair.State.VERIFIED
    refresh(installation)
    assert installation.verdict == "healthy"


def test_nothing_is_kept_as_ours_where_the_extension_set_the_account_up(sandbox: Any) -> None:
    installation = to_repair(sandbox, toolkit=False)
    customers = {"callback_url": f"https://hooks.acme.example/oneflow/{installation.account.oneflow_id}"}
    made = sandbox.api("/webhooks", token=installation.token.reveal(), method="POST", json=customers)
    assert made.status_code == 200, made.text

    refresh(installation)

    assert not installation.webhooks.filter(remembered=True).exists()


def test_an_address_with_anything_in_it_left_open_tells_nothing_for_good(sandbox: Any) -> None:
    installation = to_repair(sandbox)
    Webhook.objects.update(remembered=False)
    type(installation.extension).objects.update(callback_urls=["https://*"])

    refresh(installation)

    assert not installation.webhooks.filter(remembered=True).exists()


def test_a_webhook_that_staff_say_is_ours_is_judged_at_once_and_corrected(sandbox: Any) -> None:
    installation, webhook = unknown(sandbox)
    assert findings(installation) == [("webhook.missing", ROLE)]

    say(installation, OURS, webhook.oneflow_id)

    assert findings(installation) == [("webhook.misdirected", f"webhook/{webhook.oneflow_id}")]
    assert installation.wanted_at is not None
    event = AuditEvent.objects.get(verb="webhook.claim")
    assert (event.details, event.role) == ({"webhook": webhook.oneflow_id}, "administrator")
    before = len(in_account(sandbox, installation, "/webhooks")["data"])
    run(approved(installation, Operation(Kind.CORRECT_WEBHOOK_URL, webhook=webhook.oneflow_id)))
    refresh(installation)
    assert installation.verdict == "healthy"
    assert len(in_account(sandbox, installation, "/webhooks")["data"]) == before


def test_no_second_webhook_is_made_beside_one_that_may_be_ours_until_somebody_says_that_it_is_not(sandbox: Any) -> None:
    installation, webhook = unknown(sandbox)
    create = (Operation(Kind.CREATE_WEBHOOK, ROLE),)

    with pytest.raises(Refused, match=rf"{webhook.oneflow_id}.*may be ours"):
        running.plan(installation, create, actor=actor())
    say(installation, NOT_OURS, webhook.oneflow_id)

    assert findings(installation) == [("webhook.missing", ROLE)]
    assert "may_be_ours" not in Finding.objects.get(installation=installation).evidence
    assert running.plan(installation, create, actor=actor()).state == Repair.State.PLANNED


def test_the_cause_names_the_webhook_that_may_be_ours_before_it_speaks_of_making_one(sandbox: Any) -> None:
    installation, webhook = unknown(sandbox)

    page = words(as_role("support").get(page_of(installation, "installation")))

    assert f"Webhook {webhook.oneflow_id} is tied to this template type and has our path at another host" in page
    assert page.index("has our path at another host") < page.index("Create the webhook of")
    assert "may be ours" in words(as_role("auditor").get(page_of(installation)))
    assert "Repair…" not in page.partition("Create the webhook of")[2].partition("See the webhooks")[0]
    repairs = words(as_role("onboarding").get(page_of(installation, "installation-repair")))
    assert "Nothing here can be repaired by the console" in repairs


@pytest.mark.parametrize("what", [OURS, NOT_OURS])
def test_the_account_is_held_before_its_webhook_as_by_a_refresh(installation, own, what):
    with CaptureQueriesContext(connection) as captured:
        say(installation, what, own.oneflow_id)

    tables = [model._meta.db_table for model in (Installation, Webhook)]
    changed = [table for each in captured for table in tables if each["sql"].startswith(f'UPDATE "{table}"')]
    assert changed[0] == tables[0]
    assert tables[1] in changed


def test_what_was_said_is_taken_back(installation, own):
    say(installation, OURS, own.oneflow_id)
    assert findings(installation) == [("webhook.misdirected", f"webhook/{own.oneflow_id}")]

    answer = say(installation, NOT_OURS, own.oneflow_id)

    own.refresh_from_db()
    assert (own.remembered, own.disowned) == (False, True)
    assert [code for code, _ in findings(installation)] == ["webhook.missing"]
    assert AuditEvent.objects.get(verb="webhook.disclaim").details == {"webhook": own.oneflow_id}
    assert "https://old.acme.example/…" in words(answer)
    say(installation, OURS, own.oneflow_id)
    own.refresh_from_db()
    assert (own.remembered, own.disowned) == (True, False)


@pytest.mark.parametrize(
    ("values", "account", "what", "told"),
    [
        ({"integration_instance": 9}, {}, OURS, "An extension made webhook"),
        ({"integration_instance": 9}, {}, NOT_OURS, "An extension made webhook"),
        ({}, {"mode": "extension"}, OURS, "set up by the extension"),
        ({}, {"state": "disconnected"}, OURS, "Connect it again"),
        ({}, {"state": "disconnected"}, NOT_OURS, "Connect it again"),
        ({"missing_since": timezone.now()}, {}, OURS, "lists no such webhook"),
        ({"remembered": True}, {}, OURS, "is ours already"),
        ({"callback_url": "https://hooks.acme.example/oneflow/410001"}, {}, OURS, "is ours already"),
        ({"callback_url": "https://hooks.acme.example/oneflow/410001"}, {}, NOT_OURS, "points to our address"),
        ({"disowned": True}, {}, NOT_OURS, "said already"),
    ],
)
def test_what_is_not_for_us_to_say_is_refused(installation, own, values, account, what, told):
    Webhook.objects.filter(pk=own.pk).update(**values)
    Installation.objects.update(**account)
    before = Webhook.objects.values().get(pk=own.pk)

    answer = say(installation, what, own.oneflow_id)

    assert told in words(answer)
    assert Webhook.objects.values().get(pk=own.pk) == before
    verb = "webhook.claim" if what == OURS else "webhook.disclaim"
    assert AuditEvent.objects.get(verb=verb).outcome == "refused"


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "٣", "9" * 40, "1\0"])
@pytest.mark.parametrize("what", [OURS, NOT_OURS])
def test_a_senseless_webhook_is_refused(installation, own, number, what):
    assert "lists no such webhook" in words(say(installation, what, number))


def test_a_webhook_of_another_account_cannot_be_named(installation, own):
    other = make_installation(installation.extension, oneflow_id=410002)
    theirs = other.webhooks.first()

    assert "lists no such webhook" in words(say(installation, OURS, theirs.oneflow_id))


def test_while_a_repair_is_under_way_nothing_is_said_otherwise(installation, own):
    Repair.objects.create(installation=installation, planned_at=timezone.now(), planned_by="x", summary="x")
    Webhook.objects.filter(pk=own.pk).update(remembered=True)

    answer = say(installation, NOT_OURS, own.oneflow_id)

    own.refresh_from_db()
    assert own.remembered
    assert f"repair {Repair.objects.get().pk} of this account is under way" in words(answer)


def test_what_was_said_can_be_taken_back_though_the_account_is_the_extensions_by_now(installation, own):
    Webhook.objects.filter(pk=own.pk).update(remembered=True)
    Installation.objects.update(mode="extension")

    assert "Not ours after all" in words(as_role("administrator").get(page_of(installation)))
    say(installation, NOT_OURS, own.oneflow_id)

    own.refresh_from_db()
    assert own.disowned


def test_who_may_not_say_it_sees_no_button_and_changes_nothing(installation, own):
    assert "This one is ours" in words(as_role("administrator").get(page_of(installation)))

    answer = say(installation, OURS, own.oneflow_id, role="support")

    own.refresh_from_db()
    assert answer.status_code == 403
    assert not own.remembered
