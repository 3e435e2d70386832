"""Oneflow down, the console offline or stalled: one incident, and no customer is blamed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken
from console import watching
from console.models import Heartbeat
from extensions.health.incidents import machine, noticing
from extensions.health.models import Finding, Flip, Incident, Issue, Member
from extensions.health.models.incidents import explaining_incident
from extensions.health.storing import known_findings, store
from extensions.installations.models import Installation, Part, Verdict
from tests.beside import begin_and_wait, with_locks
from tests.health.judged import HOUR, change, deal_webhook, facts_of, unread
from tests.making import make_extension, make_installation

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
START = timezone.now().replace(microsecond=0)


def answers() -> bool:
    return True


def silent() -> bool:
    return False


def fleet(number: int) -> list[Installation]:
    extension = make_extension()
    return [
        make_installation(extension, oneflow_id=410_001 + each, now=START - HOUR, refresh_at=START + HOUR)
        for each in range(number)
    ]


def refresh(installation: Installation, now: datetime) -> None:
    """Judge and store as a refresh does, by the incident that the installation is a member of."""
    from extensions.health.judging import judge

    row = Installation.objects.annotate(incident=explaining_incident()).get(pk=installation.pk)
    judgement = judge(facts_of(row, now), known_findings(row), now, incident=row.incident or "")
    store(row, judgement, now)
    row.refreshed_at, row.fresh_until, row.refresh_at = now, now + 3 * HOUR, now + HOUR
    row.save()
    installation.refresh_from_db()


def fail(installation: Installation, now: datetime) -> None:
    unread(installation, since=now)
    refresh(installation, now)


def mend(installation: Installation, now: datetime) -> None:
    Part.objects.filter(installation=installation).update(unread_reason="", read_at=now, unread_since=None)
    refresh(installation, now)


def refuse(installation: Installation, now: datetime) -> None:
    token = installation.token
    change(token, state=ApiToken.State.REJECTED, rejected_since=now)
    unread(installation, reason="invalid_token", since=now)
    refresh(installation, now)


@pytest.mark.parametrize("break_it", [fail, refuse])
def test_when_half_of_those_tried_fail_alike_oneflow_is_down_and_nobody_else_to_blame(break_it):
    rows = fleet(10)
    for each in rows[:6]:
        break_it(each, START)
    for each in rows[6:]:
        refresh(each, START)

    machine.watch(START + MINUTE, answers)

    incident = Incident.objects.get()
    assert (incident.code, incident.subject, incident.suspect) == ("oneflow.down", "http://127.0.0.1:9/v1", "oneflow")
    assert incident.began_at == START
    assert set(incident.members.values_list("installation", flat=True)) == {each.pk for each in rows[:6]}
    rows[0].refresh_from_db()
    assert (rows[0].verdict, rows[0].cause, rows[0].causes) == (Verdict.UNKNOWN, "oneflow.down", 0)
    assert not Finding.objects.filter(explained_by="").exists()
    assert Flip.objects.filter(installation=rows[0]).latest("pk").cause == "oneflow.down"
    rows[9].refresh_from_db()
    assert rows[9].verdict == Verdict.HEALTHY


def test_a_few_that_fail_are_their_own_affair_and_others_are_asked():
    rows = fleet(10)
    for each in rows[:3]:
        fail(each, START)

    machine.watch(START + MINUTE, answers)

    assert not Incident.objects.exists()
    assert Installation.objects.filter(refresh_at=START + MINUTE).count() == 7


@with_locks
@pytest.mark.django_db(transaction=True)
def test_whom_somebody_holds_is_not_waited_for_when_others_are_asked():
    rows = fleet(10)
    for each in rows[:3]:
        fail(each, START)

    with transaction.atomic():
        Installation.objects.filter(pk=rows[9].pk).hold()
        watched = begin_and_wait(lambda: machine.watch(START + MINUTE, answers))
        assert watched.done()

    watched.result()
    assert Installation.objects.filter(refresh_at=START + MINUTE).count() == 6


def test_fewer_than_half_is_not_oneflow():
    rows = fleet(14)
    for each in rows[:6]:
        fail(each, START)
    for each in rows[6:]:
        refresh(each, START)

    machine.watch(START + MINUTE, answers)

    assert not Incident.objects.exists()


def test_what_failed_for_long_does_not_count():
    rows = fleet(6)
    for each in rows:
        fail(each, START - 5 * HOUR)
        refresh(each, START)

    machine.watch(START + MINUTE, answers)

    assert not Incident.objects.exists()


def test_while_it_lasts_members_open_no_issue_and_keep_to_their_incident():
    rows = fleet(12)[6:]  # whose ids are not those of their memberships
    for each in rows:
        fail(each, START)
    machine.watch(START + MINUTE, answers)
    for each in rows:
        fail(each, START + 15 * MINUTE)  # api.failing opens after ten minutes
    machine.watch(START + 16 * MINUTE, answers)
    noticing.notice(START + 16 * MINUTE)

    assert not Issue.objects.filter(state="open").exists()
    assert {each.cause for each in Installation.objects.filter(pk__in=[row.pk for row in rows])} == {"oneflow.down"}
    assert Incident.objects.get().holding == 6
    assert [each.code for each in Incident.objects.all()] == ["oneflow.down"]


def test_it_ends_when_those_tried_just_now_are_well_and_the_rest_is_read_at_once():
    rows = fleet(12)
    for each in rows:
        fail(each, START)
    machine.watch(START + MINUTE, answers)
    assert Installation.objects.filter(refresh_at=START + MINUTE).count() == 0  # they were read just now
    machine.watch(START + 4 * MINUTE, answers)
    probed = list(Installation.objects.filter(refresh_at=START + 4 * MINUTE))
    assert len(probed) == 5

    for each in probed:
        mend(each, START + 5 * MINUTE)
    machine.cover(START + 5 * MINUTE)
    assert {each.verdict for each in Installation.objects.filter(pk__in=[row.pk for row in probed])} == {"healthy"}
    machine.watch(START + 6 * MINUTE, answers)

    incident = Incident.objects.get()
    assert incident.ended_at == START + 6 * MINUTE
    assert Installation.objects.filter(refresh_at=START + 6 * MINUTE).count() == 7
    for each in Installation.objects.filter(cause="oneflow.down"):
        mend(each, START + 7 * MINUTE)
    assert {each.verdict for each in Installation.objects.all()} == {Verdict.HEALTHY}
    assert not Issue.objects.exclude(state="resolved").exists()


@with_locks
@pytest.mark.django_db(transaction=True)
def test_what_an_incident_explains_and_whoever_acts_on_several_issues_do_not_wait_for_each_other():
    rows = fleet(6)
    for each in rows:
        refuse(each, START)
    first, second = Issue.objects.order_by("pk")[:2]
    Issue.objects.filter(pk=first.pk).update(acknowledged_by="Sam")  # its row now lies behind the others

    with transaction.atomic():
        Issue.objects.select_for_update().get(pk=first.pk)
        watched = begin_and_wait(lambda: machine.watch(START + MINUTE, answers))
        Issue.objects.select_for_update().get(pk=second.pk)

    watched.result(10)
    assert not Issue.objects.exclude(explained_by="oneflow.down").exists()


@with_locks
@pytest.mark.django_db(transaction=True)
def test_the_end_of_an_incident_and_whoever_holds_several_accounts_do_not_wait_for_each_other():
    rows = fleet(12)
    for each in rows:
        fail(each, START)
    machine.watch(START + MINUTE, answers)
    machine.watch(START + 4 * MINUTE, answers)
    for each in Installation.objects.filter(refresh_at=START + 4 * MINUTE):
        mend(each, START + 5 * MINUTE)
    first, second = Installation.objects.filter(cause="oneflow.down").order_by("pk")[:2]
    member = Member.objects.get(installation=first)
    member.delete()
    member.save(force_insert=True)  # behind the others, as one who joined late

    with transaction.atomic():
        Installation.objects.filter(pk=first.pk).hold()
        watched = begin_and_wait(lambda: machine.watch(START + 6 * MINUTE, answers))
        Installation.objects.filter(pk=second.pk).hold()

    watched.result(10)
    assert Incident.objects.get().ended_at == START + 6 * MINUTE
    assert Installation.objects.filter(refresh_at=START + 6 * MINUTE).count() == 7


def test_at_its_end_what_is_still_wrong_is_a_cause_again():
    rows = fleet(6)
    for each in rows:
        fail(each, START)
    machine.watch(START + MINUTE, answers)
    for each in rows[:5]:
        mend(each, START + 20 * MINUTE)
    machine.watch(START + 21 * MINUTE, answers)

    refresh(rows[5], START + 22 * MINUTE)

    assert not Incident.objects.get().is_open
    assert rows[5].cause == "api.failing"
    assert Issue.objects.get(installation=rows[5], code="api.failing").state == "open"


def test_what_else_is_wrong_with_a_member_stays_its_cause():
    rows = fleet(6)
    change(deal_webhook(rows[0]), legacy=True)
    for each in rows:
        fail(each, START)
    refresh(rows[0], START)
    machine.watch(START + MINUTE, answers)

    Part.objects.filter(installation=rows[0], name="webhooks").update(unread_reason="")
    refresh(rows[0], START + 2 * MINUTE)

    assert (rows[0].verdict, rows[0].cause) == (Verdict.FAILING, "webhook.legacy")


def test_no_address_answers_so_the_console_is_offline():
    rows = fleet(3)
    for each in rows:
        fail(each, START)

    machine.watch(START + MINUTE, silent)
    assert [(each.code, each.suspect) for each in Incident.objects.all()] == [("console.offline", "us")]
    machine.watch(START + 2 * MINUTE, answers)

    assert not Incident.objects.get().is_open


def test_nobody_asks_whether_oneflow_answers_while_all_is_well():
    rows = fleet(3)
    for each in rows:
        refresh(each, START)

    machine.watch(START + MINUTE, lambda: pytest.fail("asked"))


def test_one_address_of_two_is_down():
    rows = fleet(6)
    other = make_extension("acme_other", base_url="http://127.0.0.1:7/v1")
    well = [make_installation(other, oneflow_id=420_001 + number, now=START) for number in range(6)]
    for each in rows:
        fail(each, START)

    machine.watch(START + MINUTE, answers)

    assert Incident.objects.get().subject == "http://127.0.0.1:9/v1"
    assert not Member.objects.filter(installation__in=well).exists()


def beat(now: datetime, *names: str) -> None:
    for name in names:
        Heartbeat.beat(name, now)


def test_a_worker_without_a_sign_of_life_is_an_incident_until_it_is_back():
    beat(START, "worker", "beat")
    assert watching.note_stalled(START + 4 * MINUTE) is None
    beat(START + 6 * MINUTE, "beat")

    opened = watching.note_stalled(START + 6 * MINUTE)
    again = watching.note_stalled(START + 7 * MINUTE)

    assert opened is not None
    assert opened == again
    assert (opened.code, opened.subject_name, opened.began_at, opened.everyone) == (
        "console.stalled",
        "worker",
        START,
        True,
    )
    beat(START + 9 * MINUTE, "worker", "beat")
    assert watching.note_stalled(START + 9 * MINUTE) is None
    assert Incident.objects.get().ended_at == START + 9 * MINUTE


def test_a_console_that_was_never_started_has_not_stalled():
    assert watching.note_stalled(START) is None
    assert not Incident.objects.exists()


def test_a_probe_notes_it_from_outside_the_worker(client: Any):
    beat(timezone.now() - HOUR, "worker", "beat")

    answer = client.get("/readyz")

    assert Incident.objects.get().code == "console.stalled"
    assert "workers" in answer.json()["warnings"]
    beat(timezone.now(), "worker", "beat")
    client.get("/readyz")
    assert not Incident.objects.get().is_open


def test_a_command_notes_it_for_cron(capsys: Any):
    beat(timezone.now() - HOUR, "worker", "beat")

    call_command("watch")

    assert "no sign of life from beat and worker" in capsys.readouterr().out
    assert Incident.objects.get().code == "console.stalled"
