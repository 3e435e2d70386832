"""The front page: counts, what needs someone, and its words for an empty or a stale fleet."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import Heartbeat
from extensions.health.models import Finding, Flip, Issue, MaintenanceWindow
from extensions.installations.models import Change, Installation
from extensions.mappings.models import Repair, RepairJob, RepairJobMember
from tests import making
from tests.console.staff import as_role, words

pytestmark = pytest.mark.django_db
FRONT = reverse("admin:index")


def broken(oneflow_id: int, code: str, subject: str = "", **values: Any) -> Installation:
    installation = making.make_installation(oneflow_id=oneflow_id, verdict="failing", cause=code, causes=1)
    Finding.objects.create(
        installation=installation,
        code=code,
        subject=subject,
        verdict="failing",
        rank=0,
        since=timezone.now() - timedelta(hours=3),
        **values,
    )
    return installation


def test_an_empty_fleet_says_how_to_connect_the_first_account():
    assert reverse("connect") in words(as_role("onboarding").get(FRONT))
    assert reverse("connect") not in words(as_role("support").get(FRONT))


def test_each_verdict_is_counted_and_links_to_its_list():
    making.make_extension()
    making.make_installation(oneflow_id=1)
    broken(2, "token.rejected")

    front = as_role("support").get(FRONT)

    assert {name: number for name, number, _ in front.context["boxes"]}["failing"] == 1
    assert "?verdict=failing" in words(front)


def test_a_cause_that_several_share_is_one_line():
    for number in (1, 2, 3):
        broken(number, "field.inactive", "acme_deal/deal_value", subject_name="Deal value")
    broken(9, "token.rejected")

    front = as_role("support").get(FRONT)

    assert [(need.who, need.code) for need in front.context["needs"]] == [
        ("3 accounts", "field.inactive"),
        ("Customer 9", "token.rejected"),
    ]
    shared = front.context["needs"][0].address
    listed = as_role("auditor").get(shared)
    assert listed.context["cl"].result_count == 3


def test_two_extensions_of_one_account_are_one_account():
    first = broken(1, "token.rejected")
    other = making.make_extension(integration_key="acme_payroll", name="Acme Payroll")
    second = Installation.objects.create(
        account=first.account,
        extension=other,
        token=making.make_token(first.account, other.integration_key),
        connected_at=timezone.now(),
        refresh_at=timezone.now(),
        fresh_until=timezone.now() + timedelta(hours=1),
        verdict="failing",
    )
    Finding.objects.create(installation=second, code="token.rejected", verdict="failing", rank=0, since=timezone.now())

    [need] = as_role("support").get(FRONT).context["needs"]

    assert need.who == "Customer 1"
    assert as_role("auditor").get(need.address).context["cl"].result_count == 2


def test_webhooks_with_one_fault_are_one_line_though_each_is_another_webhook():
    for number in (1, 2, 3):
        installation = broken(number, "webhook.misdirected", f"webhook/{number}", subject_name=str(number))
    Finding.objects.create(
        installation=installation,
        code="webhook.misdirected",
        subject="webhook/99",
        verdict="failing",
        rank=0,
        since=timezone.now(),
    )

    [need] = as_role("support").get(FRONT).context["needs"]

    assert (need.who, need.code, need.subject) == ("3 accounts", "webhook.misdirected", "")
    assert as_role("auditor").get(need.address).context["cl"].result_count == 3


def test_a_webhook_alone_is_named_and_leads_to_its_installation():
    broken(1, "webhook.misdirected", "webhook/7", subject_name="7")

    [need] = as_role("support").get(FRONT).context["needs"]

    assert (need.who, need.subject) == ("Customer 1", "7")
    assert "/1/" in need.address


def test_what_another_cause_explains_needs_nobody():
    broken(1, "webhook.missing", "acme_deal", explained_by="extension.disabled")

    assert as_role("support").get(FRONT).context["needs"] == []


def test_a_stale_fleet_is_unknown_and_its_old_causes_are_not_told_as_true():
    installation = broken(1, "token.rejected")
    Installation.objects.filter(pk=installation.pk).update(fresh_until=timezone.now() - timedelta(seconds=1))

    front = as_role("support").get(FRONT)

    assert front.context["fleet"].verdicts == {"unknown": 1}
    assert [need.code for need in front.context["needs"]] == ["refresh.stale"]
    assert "refresh.stale" in words(front)


def test_changes_of_the_last_day_are_counted():
    installation = making.make_installation()
    for hours in (1, 2, 30):
        Change.objects.create(
            installation=installation,
            at=timezone.now() - timedelta(hours=hours),
            kind=Change.Kind.CHANGED,
            subject_kind="webhook",
            subject_id="1",
        )

    assert as_role("auditor").get(FRONT).context["changes"] == [(2, "webhook", 1)]


def test_those_who_are_being_connected_are_listed():
    making.make_installation(state=Installation.State.CONNECTING, name="Elm & Co")

    assert "Elm &amp; Co" in words(as_role("onboarding").get(FRONT))


def test_a_dead_worker_is_said_and_how_to_start_it():
    making.make_installation()
    Heartbeat.beat("beat", timezone.now())

    page = words(as_role("support").get(FRONT))

    assert "worker: <b>no sign of life</b>" in page
    assert "beat: alive" in page


def test_without_a_role_nothing_of_the_fleet_is_seen():
    making.make_installation(name="Nordlund Bygg AB")

    page = words(as_role("").get(FRONT))

    assert "Nordlund" not in page
    assert "no role yet" in page


@pytest.mark.parametrize("role", ["support", "administrator"])
def test_the_page_asks_ten_questions_whatever_the_fleet(django_assert_max_num_queries, role):
    making.make_extension()
    for number in range(1, 9):
        broken(number, "token.rejected")
        broken(number + 100, "webhook.missing", f"type{number}")
        to_approve(Installation.objects.latest("pk"))
    Heartbeat.beat("worker", timezone.now())
    client = as_role(role)
    Heartbeat.beat("worker", timezone.now())

    with django_assert_max_num_queries(10):
        client.get(FRONT)


def to_approve(installation: Installation, planner: Any = None, job: RepairJob | None = None) -> Repair:
    repair = Repair.objects.create(
        installation=installation,
        state=Repair.State.WAITING,
        summary="Remove x",
        removes=["x"],
        needs_second=True,
        planned_at=timezone.now(),
        planner=planner,
        planned_by="x",
    )
    if job is not None:
        RepairJobMember.objects.create(job=job, installation=installation, state="planned", repair=repair)
    return repair


def a_job(installation: Installation, maker: Any = None) -> RepairJob:
    return RepairJob.objects.create(
        extension=installation.extension,
        title="x",
        operations=[],
        reason="x",
        state=RepairJob.State.PLANNED,
        made_at=timezone.now(),
        maker=maker,
        made_by="x",
    )


def test_whoever_may_approve_is_told_what_waits_for_it_and_nobody_else():
    installation = making.make_installation()
    approver, support = as_role("onboarding"), as_role("support")
    assert "your approval" not in words(approver.get(FRONT))

    to_approve(installation)
    to_approve(installation, job=a_job(installation))
    a_job(installation)

    waiting, jobs = f"{reverse('repairs')}?state=waiting", f"{reverse('repair-jobs')}?over=no"
    line = (
        f'<a href="{waiting}">1 repair</a> and <a href="{jobs}">2 jobs over many accounts</a> wait for your approval.'
    )
    assert line in words(approver.get(FRONT))
    assert "your approval" not in words(support.get(FRONT))


def test_what_one_planned_oneself_waits_for_others_unless_one_is_alone_as_an_administrator():
    installation = making.make_installation()
    client = as_role("administrator", "Ada")
    ada = User.objects.get(username="Ada")
    to_approve(installation, ada)
    to_approve(installation, ada, a_job(installation, ada))
    alone = words(client.get(FRONT))
    other = as_role("onboarding", "Olle")
    among_others = words(client.get(FRONT))
    a_job(installation, ada)  # takes nothing away, so that its maker may approve it

    assert "1 repair</a> and" in alone and "1 job over many accounts</a> wait for your approval" in alone
    assert "your approval" not in among_others
    assert "1 job over many accounts</a> waits for your approval" in words(client.get(FRONT))
    assert "1 repair</a> and" in words(other.get(FRONT))


def test_a_superuser_who_is_alone_is_told_of_what_they_planned():
    installation = making.make_installation()
    root = User.objects.create_superuser("root")
    client = Client()
    client.force_login(root)
    to_approve(installation, root)

    assert "1 repair</a> waits for your approval" in words(client.get(FRONT))
    as_role("onboarding", "Olle")
    assert "your approval" not in words(client.get(FRONT))


def an_issue(installation: Installation, code: str, **values: Any) -> Issue:
    now = timezone.now()
    times = {"holds_since": now, "opens_at": now, "opened_at": now, "first_opened_at": now, "state": "open"}
    return Issue.objects.create(
        installation=installation, code=code, verdict="failing", rank=0, **(times | {"subject": ""} | values)
    )


def test_what_is_snoozed_needs_nobody_until_it_comes_back_and_its_number_is_told():
    resting = an_issue(broken(1, "token.rejected"), "token.rejected", snoozed_until=timezone.now() + timedelta(hours=1))
    an_issue(broken(2, "token.rejected"), "token.rejected")
    support = as_role("support")

    front = support.get(FRONT)
    Issue.objects.filter(pk=resting.pk).update(snoozed_until=timezone.now())
    later = support.get(FRONT)

    assert [need.who for need in front.context["needs"]] == ["Customer 2"]
    assert "Left out:" in words(front)
    assert [need.who for need in later.context["needs"]] == ["2 accounts"]
    assert "Left out" not in words(later)


def test_accounts_under_maintenance_need_nobody():
    installation = broken(1, "token.rejected")
    an_issue(installation, "token.rejected")
    now = timezone.now()
    MaintenanceWindow.objects.create(
        account=installation.account,
        reason="x",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        created_at=now,
        created_by="x",
    )

    front = as_role("support").get(FRONT)

    assert front.context["needs"] == []
    assert "Left out:" in words(front)


def test_only_one_subject_of_a_cause_that_rests_is_left_out():
    installation = broken(1, "field.inactive", "acme_deal/a", subject_name="A")
    Finding.objects.create(
        installation=installation,
        code="field.inactive",
        subject="acme_deal/b",
        verdict="failing",
        rank=0,
        since=timezone.now(),
    )
    an_issue(installation, "field.inactive", subject="acme_deal/a", snoozed_until=timezone.now() + timedelta(hours=1))

    [need] = as_role("support").get(FRONT).context["needs"]

    assert need.since > timezone.now() - timedelta(minutes=1)  # that of b; a has held for hours


def test_a_row_shows_the_verdict_of_its_installation_over_30_days():
    installation = broken(1, "token.rejected")
    Installation.objects.update(connected_at=timezone.now() - timedelta(days=10))
    Flip.objects.create(
        installation=installation, at=timezone.now() - timedelta(days=2, hours=1), before="healthy", after="failing"
    )

    [need] = as_role("support").get(FRONT).context["needs"]

    assert need.spark.words == "of 30 days: 3 failing, 8 healthy"
    assert [bar.height for bar in need.spark.bars][-4:] == [2, 12, 12, 12]
