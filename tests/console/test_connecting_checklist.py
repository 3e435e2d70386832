"""The checklist of an installation that connects."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from console.connecting import checklist
from console.refreshing import refresh
from extensions.health.models import Finding
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation, Part
from tests.console.connecting import admin_of, confirm, ledger, paste, signed_in

pytestmark = pytest.mark.django_db
PAGE = reverse("installation-connecting", args=[410001, "acme_ledger"])


def steps_of(installation: Installation) -> list[checklist.Step]:
    findings = list(Finding.objects.filter(installation=installation))
    return checklist.steps(checklist.Known(installation, Mirror.load(installation), findings, installation.blueprint))


def found(installation: Installation, code: str, verdict: str = "failing", **values: Any) -> Finding:
    rank = {"failing": 0, "warning": 2}[verdict]
    return Finding.objects.create(
        installation=installation, code=code, verdict=verdict, rank=rank, since=timezone.now(), **values
    )


def test_a_healthy_installation_has_done_all_seven(installation):
    steps = steps_of(installation)

    assert [step.state for step in steps] == ["done"] * 7
    assert "Deal (3 fields on)" in steps[4].summary
    assert "not watched yet" in steps[6].unwatched


def test_before_the_first_refresh_only_the_token_is_done(installation):
    Part.objects.all().delete()

    steps = steps_of(installation)

    assert [step.state for step in steps] == ["done", "next", *["waiting"] * 5]
    assert "first refresh" in steps[1].waits_for


def test_what_was_read_before_this_connection_counts_for_nothing(installation):
    installation.connected_at = timezone.now() + timedelta(seconds=1)

    assert steps_of(installation)[1].state == "next"


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("token.rejected", 0),
        ("token.foreign", 1),
        ("user.gone", 2),
        ("extension.disabled", 3),
        ("dependency.disabled", 3),
        ("field.missing", 4),
        ("template_type.unused", 5),
        ("workspace.none", 5),
        ("webhook.misdirected", 6),
    ],
)
def test_a_cause_holds_up_its_own_step_and_says_who_must_act(installation, code, number):
    found(installation, code, subject="acme_deal/deal_value", subject_name="Deal value")

    steps = steps_of(installation)

    assert [step.state == "done" for step in steps] == [each != number for each in range(7)]
    [(finding, words)] = steps[number].causes
    assert finding.code == code and words.sentence and words.steps


def test_a_warning_holds_nothing_up_except_that_nobody_was_chosen(installation):
    found(installation, "field.changed", "warning")
    assert all(step.is_done for step in steps_of(installation))

    found(installation, "user.unset", "warning")
    assert steps_of(installation)[2].state == "next"


def test_what_follows_from_another_cause_is_not_said_twice(installation):
    found(installation, "workspace.none", explained_by="template_type.unused")

    assert steps_of(installation)[5].is_done


def test_the_page_ticks_itself_and_answers_nothing_while_nothing_moved(client, installation):
    found(installation, "user.gone")
    signed_in(client, "auditor")

    page = client.get(PAGE)
    digest = page.context["digest"]
    unmoved = client.get(PAGE, {"seen": digest}, headers={"HX-Request": "true"})
    Finding.objects.all().delete()
    moved = client.get(PAGE, {"seen": digest}, headers={"HX-Request": "true"})

    assert f'hx-get="{PAGE}?seen={digest}"' in page.content.decode()
    assert unmoved.status_code == 204
    assert "All 7 steps are done" in moved.content.decode()
    assert "hx-get" not in moved.content.decode() and "<html" not in moved.content.decode()


def test_the_page_asks_often_only_while_a_refresh_is_under_way(client, installation):
    found(installation, "user.gone")
    signed_in(client, "auditor")
    assert "every 20s" in client.get(PAGE).content.decode()
    Installation.objects.update(wanted_at=timezone.now())

    page = client.get(PAGE).content.decode()

    assert "every 3s" in page
    assert "No worker is running" in page


def test_a_disconnected_account_leads_to_connecting_again(client, installation):
    Installation.objects.update(state="disconnected", token=None)
    ApiToken.objects.update(state="destroyed", ciphertext="")

    page = signed_in(client).get(PAGE).content.decode()

    assert "is disconnected" in page and reverse("connect") in page


def test_from_pasting_to_seven_ticks_with_the_sandbox(client: Client, sandbox: Any):
    ledger(sandbox)
    customer = sandbox.new_account()
    onboarding = signed_in(client)
    answer = confirm(onboarding, paste(onboarding, customer["token"]), admin_of(customer))
    assert "1 of 7 steps are done" in onboarding.get(answer.url).content.decode()

    now = timezone.now()
    lease_id = Installation.claim(now, limit=1, until=now + timedelta(minutes=1))
    assert lease_id is not None
    refresh(Installation.objects.get().pk, lease_id)

    assert "All 7 steps are done" in onboarding.get(answer.url).content.decode()


def test_the_words_name_the_page_that_they_mean(installation):
    found(installation, "user.gone")

    [(_, words)] = steps_of(installation)[2].causes

    assert not any("this page" in step.where for step in words.steps)
    assert any("the account's page" in step.where for step in words.steps)
