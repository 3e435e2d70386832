"""The pages of jobs over many accounts: made from the list or a field, decided, watched, and taken away as a file."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent
from console.pruning import prune
from extensions.installations.models import DataField, Installation
from extensions.mappings.models import Repair, RepairJob, RepairJobMember, RepairSnapshot
from extensions.mappings.models.job import ENDED
from tests.console.jobs import approve, make
from tests.console.repairing import of_field
from tests.console.staff import as_role, words
from tests.making import make_extension, make_installation

pytestmark = pytest.mark.django_db
LIST = reverse("admin:installations_installation_changelist")
ASKED = {
    "kind": "activate_field",
    "role": "acme_deal",
    "fields_named": "deal_value\r\n",
    "most_failing": "10",
    "reason": "a release",
}
State = RepairJob.State
OVER = ["verified", "stopped"]


def page_of(client: Client, job: RepairJob, **query: str) -> str:
    answer = client.get(reverse("repair-job", args=[job.pk]), query)
    assert answer.status_code == 200
    return words(answer)


def do(client: Client, job: RepairJob, verb: str, **data: Any) -> str:
    """The page after a verb was posted."""
    return words(client.post(reverse(f"repair-job-{verb}", args=[job.pk]), data, follow=True))


def fleet(number: int) -> list[Installation]:
    rows = [make_installation(oneflow_id=410001 + each) for each in range(number)]
    rows[0].extension.writes_allowed = True
    rows[0].extension.save()
    return rows


def planned(job: RepairJob, removes: list[str] | None = None) -> RepairJob:
    """The job after a dry run that planned a repair in every account."""
    for member in job.members.select_related("installation"):  # type: ignore[attr-defined]
        repair = Repair.objects.create(
            installation=member.installation,
            state=Repair.State.WAITING if removes else Repair.State.PLANNED,
            summary=job.title,
            removes=removes or [],
            needs_second=bool(removes),
            planned_at=job.made_at,
            planned_by=job.made_by,
        )
        RepairJobMember.objects.filter(pk=member.pk).update(state="planned", repair=repair, read_at=job.made_at)
    RepairJob.objects.filter(pk=job.pk).update(state=State.PLANNED)
    job.refresh_from_db()
    return job


def ended(job: RepairJob, states: list[str], job_state: str = State.DONE) -> RepairJob:
    """The job with its repairs in these states."""
    planned(job)
    for member, state in zip(job.members.order_by("pk"), states, strict=True):  # type: ignore[attr-defined]
        now = timezone.now()
        said = "Done." if state == "verified" else "=The account is not as it was."
        Repair.objects.filter(pk=member.repair_id).update(
            state=state, ended_at=now, result=said, notes=["Field x is new."]
        )
    RepairJob.objects.filter(pk=job.pk).update(state=job_state, ended_at=timezone.now())
    job.refresh_from_db()
    return job


def test_installations_chosen_in_the_list_become_a_job() -> None:
    rows, client = fleet(3), as_role("support")
    chosen = {"action": "repair", "index": "0", "_selected_action": [str(each.pk) for each in rows[:2]]}

    asked = words(client.post(LIST, chosen))
    made = client.post(LIST, {**chosen, **ASKED, "apply": "1"})

    assert "Repair 2 accounts" in asked and "Begin the dry run" in asked
    assert asked.index("Deal (acme_deal)") < asked.index("Engagement (acme_engagement)"), "as in the blueprint"
    job = RepairJob.objects.get()
    assert made.headers["Location"] == reverse("repair-job", args=[job.pk])
    assert (job.title, job.members.count(), job.made_by) == ("Switch on deal_value in acme_deal", 2, "support")
    assert "0 of 2 accounts read" in page_of(client, job)
    assert AuditEvent.objects.get(verb="repair_job.make").reason == "a release"


def test_all_accounts_in_which_a_field_is_off_become_a_job() -> None:
    rows, client = fleet(3), as_role("support")
    DataField.objects.filter(installation__in=rows[:2], custom_id="deal_value").update(active=False)
    place = ["acme_ledger", "acme_deal", "deal_value"]

    field = words(client.get(reverse("field", args=place), {"state": "off"}))
    query = "?type=acme_deal&field=deal_value&state=off"
    address = reverse("repair-job-new", args=["acme_ledger"]) + query
    assert "Switch it on in 2 accounts" in field and address.replace("&", "&amp;") in field
    asked = words(client.get(address))
    client.post(address, ASKED)

    assert "Repair 2 accounts" in asked and "deal_value</textarea>" in asked
    assert RepairJob.objects.get().members.count() == 2


def test_the_button_is_there_only_where_a_repair_mends_the_state() -> None:
    fleet(1)
    page = reverse("field", args=["acme_ledger", "acme_deal", "deal_value"])

    assert "in 1 account…" not in words(as_role("support").get(page, {"state": "ok"}))
    DataField.objects.filter(custom_id="deal_value").update(active=False)
    assert "in 1 account…" not in words(as_role("auditor").get(page, {"state": "off"}))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"fields_named": ""}, "No field is named."),
        ({"fields_named": "deal_value\ndeal_value"}, "stands there twice"),
        ({"fields_named": "x" * 300}, "was not understood"),
        ({"fields_named": "deal_valeu"}, "No version of acme_deal has a field deal_valeu. Close to that: deal_value"),
        ({"fields_named": "deal_value\r\nzzz"}, "No version of acme_deal has a field zzz. Its fields are: "),
        ({"fields_named": "\r\n".join(map(str, range(3000)))}, "has a field 0, 1, 2, 3, 4 and 2,995 more."),
        ({"fields_named": "a\x00b"}, "Null characters"),
        ({"kind": "create_webhook"}, "nothing is done to fields"),
        ({"kind": "restore_field"}, "Select a valid choice"),
        ({"role": "other"}, "Select a valid choice"),
        ({"reason": "   "}, "required"),
        ({"most_failing": "100"}, "less than or equal to 99"),
        ({"most_failing": "9" * 40}, "less than or equal to 99"),
        ({"most_failing": "-1"}, "greater than or equal to 0"),
        ({"kind": "correct_webhook_url", "fields_named": ""}, "There is no account"),
    ],
)
def test_what_could_not_work_is_said_and_nothing_lost(values: dict[str, str], said: str) -> None:
    rows = fleet(1)
    chosen = {"action": "repair", "index": "0", "_selected_action": [str(rows[0].pk)], "apply": "1"}

    answer = words(as_role("support").post(LIST, {**chosen, **ASKED, **values}))

    assert said in answer
    assert "a release" in answer or "reason" in values
    assert not RepairJob.objects.exists()


def test_installations_of_two_extensions_are_not_one_job() -> None:
    rows = [*fleet(1), make_installation(make_extension("acme_other", name="Other"), oneflow_id=3)]
    chosen = {"action": "repair", "index": "0", "_selected_action": [str(each.pk) for each in rows]}

    assert "Choose installations of one extension." in words(as_role("support").post(LIST, chosen, follow=True))


@pytest.mark.parametrize(
    "query", ["", "?state=off", "?type=x%20y&field=%00&state=off", "?type=acme_deal&field=a&state=no"]
)
def test_an_address_that_names_no_account_leads_to_none(query: str) -> None:
    fleet(1)
    address = reverse("repair-job-new", args=["acme_ledger"]) + query

    client = as_role("support")

    for answer in (client.get(address), client.post(address, ASKED)):
        assert answer.status_code == 200 and "No account" in words(answer)
    assert not RepairJob.objects.exists()


def test_support_makes_a_job_and_somebody_who_may_approves_it() -> None:
    job = planned(make(fleet(6)))
    support, onboarding = as_role("support"), as_role("onboarding")

    assert "Approve, and write" not in page_of(support, job)
    assert support.post(reverse("repair-job-approve", args=[job.pk])).status_code == 403
    assert "Approve, and write the first 5" in page_of(onboarding, job)
    shown = do(onboarding, job, "approve")

    job.refresh_from_db()
    assert (job.state, job.approved_by) == (State.CANARY, "onboarding")
    assert "0 of 6 accounts written" in shown
    assert "Pause" in shown and "Stop for good" in shown


def test_removals_are_listed_and_confirmed_by_name_by_somebody_else() -> None:
    rows = fleet(2)
    client = as_role("onboarding")
    user = client.session["_auth_user_id"]
    job = planned(make(rows, of_field_removed()), removes=["deal_value"])
    RepairJob.objects.update(maker=user, made_by="onboarding")
    other = as_role("administrator")

    assert "<code>deal_value</code> in 2 accounts" in page_of(other, job)
    assert "somebody else than its planner" in do(client, job, "approve", confirmed="deal_value")
    assert "Not confirmed: deal_value" in do(other, job, "approve")
    do(other, job, "approve", confirmed="deal_value")

    job.refresh_from_db()
    assert job.state == State.CANARY
    refused = AuditEvent.objects.filter(verb="repair_job.approve", outcome="refused")
    assert refused.count() == 2


def test_who_planned_a_removal_is_told_whom_to_ask_instead_of_a_button() -> None:
    client = as_role("administrator", "Ada")
    job = planned(make(fleet(2), of_field_removed()), removes=["deal_value"])
    RepairJob.objects.update(maker=client.session["_auth_user_id"], made_by="Ada")
    colleagues = [as_role("onboarding", name) for name in ("Olle", "Per", "Rut", "Siv")]

    page = page_of(client, job)

    assert "Approve, and write" not in page and 'name="confirmed"' not in page
    assert "<code>deal_value</code> in 2 accounts" in page
    assert "somebody else lets it be written. Olle, Per, Rut and 1 more may approve it." in page
    assert "Approve, and write the first 2" in page_of(colleagues[0], job)


def test_whoever_may_not_approve_is_told_who_may_and_how_somebody_gets_to() -> None:
    job, support = planned(make(fleet(1))), as_role("support")

    assert "Nobody may yet: an administrator gives somebody the role onboarding or administrator." in page_of(
        support, job
    )
    as_role("onboarding", "Olle")
    assert "It is written once it is approved. Olle may approve it." in page_of(support, job)


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("Switch off deal_value in acme_deal", "Switches off <code>deal_value</code>"),
        ("Switch off a; Bring back b in acme_deal", "Switches off <code>deal_value</code>"),
        ("Switch off a; Remove b in acme_deal", "Takes away <code>deal_value</code>"),
        ("Remove deal_value in acme_deal", "Takes away <code>deal_value</code>"),
    ],
)
def test_a_field_that_is_only_switched_off_is_not_called_taken_away(summary: str, said: str) -> None:
    job = planned(make(fleet(1), of_field_removed()), removes=["deal_value"])
    Repair.objects.update(summary=summary)

    assert said in page_of(as_role("administrator"), job)


def test_a_job_says_that_writes_are_off_and_where_they_are_turned_on() -> None:
    rows = fleet(1)
    job = planned(make(rows))
    extension = rows[0].extension
    extension.writes_allowed = False
    extension.save()
    settings = reverse("admin:blueprints_extension_change", args=[extension.pk])

    assert "Writes are off" in page_of(as_role("administrator"), job)
    assert settings in page_of(as_role("administrator", "Ada"), job)
    assert settings not in page_of(as_role("onboarding"), job)


def test_the_list_of_repairs_says_which_jobs_wait_or_go_on() -> None:
    client, rows = as_role("auditor"), fleet(5)
    job = planned(make(rows))
    ended(make(rows[:1]), ["verified"])
    for _ in range(2):
        RepairJob.objects.filter(pk=make(rows[:2]).pk).update(state=State.PAUSED)

    page = words(client.get(reverse("repairs")))

    one = f'<a href="{reverse("repair-job", args=[job.pk])}">1 job over 5 accounts</a> waits for approval; '
    several = f'<a href="{reverse("repair-jobs")}?over=no">2 jobs over 4 accounts</a> are paused.'
    assert one + several in page
    assert len(client.get(reverse("repair-jobs"), {"over": "no"}).context["rows"]) == 3
    assert len(client.get(reverse("repair-jobs")).context["rows"]) == 4


def test_a_job_that_found_nothing_is_not_called_done() -> None:
    job, client = make(fleet(1)), as_role("auditor")
    job.members.update(state="refused", says="Field is on already.")  # type: ignore[attr-defined]
    RepairJob.objects.update(state=State.DONE, says="The dry run found nothing to write.", ended_at=timezone.now())

    for page in (page_of(client, job), words(client.get(reverse("repair-jobs")))):
        assert '<span class="state off">nothing to write</span>' in page

    RepairJob.objects.update(approved_at=timezone.now())
    assert '<span class="state ok">done</span>' in page_of(client, job)


def of_field_removed() -> Any:
    from extensions.mappings.repairing.operations import Kind

    return of_field(Kind.REMOVE_FIELD, "deal_value")


def test_alone_in_the_team_one_approves_ones_own() -> None:
    client = as_role("administrator")
    job = planned(make(fleet(1), of_field_removed()), removes=["deal_value"])
    RepairJob.objects.update(maker=client.session["_auth_user_id"])

    do(client, job, "approve", confirmed="deal_value")

    job.refresh_from_db()
    assert job.state == State.CANARY
    assert "alone" in AuditEvent.objects.get(verb="repair_job.approve").reason


def test_a_decision_that_comes_too_late_says_where_the_job_is() -> None:
    job = ended(make(fleet(1)), ["verified"])

    for verb in ("approve", "go-on", "pause", "resume", "stop"):
        assert "The job is at another point meanwhile: done." in do(as_role("administrator", verb), job, verb)


def test_it_is_paused_gone_on_with_and_stopped_by_buttons() -> None:
    job, client = planned(make(fleet(7))), as_role("administrator")
    approve(job)
    assert "Paused by administrator." in do(client, job, "pause")
    assert "Go on" in page_of(client, job)
    do(client, job, "resume")
    RepairJob.objects.update(state=State.LOOKED_AT, says="The first 5 are written.")
    assert "Write the rest" in page_of(client, job)
    do(client, job, "go-on")
    assert "Stopped by administrator." in do(client, job, "stop")

    job.refresh_from_db()
    assert job.state == State.STOPPED
    verbs = set(AuditEvent.objects.filter(outcome="done").values_list("verb", flat=True))
    assert {f"repair_job.{each}" for each in ("pause", "resume", "go_on", "stop")} <= verbs


def test_the_progress_asks_again_until_the_job_is_elsewhere() -> None:
    job, client = make(fleet(2)), as_role("auditor")
    address = reverse("repair-job-progress", args=[job.pk])

    part = client.get(address, {"state": "dry_run"}, headers={"HX-Request": "true"})
    planned(job)
    over = client.get(address, {"state": "dry_run"}, headers={"HX-Request": "true"})

    assert "0 of 2 accounts read" in words(part) and "hx-get" in words(part)
    assert over.headers["HX-Refresh"] == "true"


def test_each_account_shows_its_result_filtered_by_how_far_it_is() -> None:
    job, client = ended(make(fleet(3)), ["verified", "stopped", "verified"]), as_role("auditor")

    page = page_of(client, job, standing="failed")

    assert "failed 1" in page and "done, and read back 2" in page
    assert "The account is not as it was." in page and "Field x is new." in page
    assert page.count('data-label="Repair"') == 1
    assert "No account of this job is in that state" in page_of(client, job, standing="unread")
    assert page_of(client, job, standing="\0").count('data-label="Repair"') == 3


def test_the_results_are_a_file_that_no_spreadsheet_runs() -> None:
    job, client = ended(make(fleet(2)), ["verified", "stopped"]), as_role("auditor")

    csv = client.get(reverse("repair-job-export", args=[job.pk]))
    told = client.get(reverse("repair-job-export", args=[job.pk]), {"as": "json", "standing": "failed"})

    lines = b"".join(csv.streaming_content).decode().splitlines()
    assert len(lines) == 3 and "'=The account is not as it was." in lines[2]
    [row] = json.loads(b"".join(told.streaming_content))
    assert (row["standing"], row["state"], row["differences"]) == ("failed", "stopped", ["Field x is new."])
    assert AuditEvent.objects.filter(verb="repair_job.export").count() == 2


def test_what_is_left_and_what_was_done_lead_to_further_jobs() -> None:
    job, client = ended(make(fleet(3)), ["verified", "stopped", "withdrawn"]), as_role("support")

    assert "Another job for the 2 accounts left" in page_of(client, job)
    assert "Say why" in do(client, job, "anew", reason=" ")
    do(client, job, "anew", reason="looked into it")
    do(client, job, "undo", reason="too early")

    left, undoing = RepairJob.objects.exclude(pk=job.pk).order_by("pk")
    assert (left.members.count(), left.title) == (2, job.title)
    assert (undoing.members.count(), undoing.undoes, undoing.title) == (1, job, f"Undo: {job.title}")


@pytest.mark.parametrize("state", [each for each in State if each not in ENDED])
def test_a_job_that_is_not_over_is_neither_undone_nor_made_anew(state: str) -> None:
    job, client = ended(make(fleet(6)), [*["verified"] * 5, "approved"]), as_role("support")
    RepairJob.objects.update(state=state, ended_at=None)

    for verb in ("undo", "anew"):
        assert "The job is not over. Stop it first, or wait for its end." in do(client, job, verb, reason="too early")

    assert list(RepairJob.objects.values_list("pk", flat=True)) == [job.pk]


def test_what_is_undone_since_stands_apart_and_is_not_left_to_be_done() -> None:
    job, client = ended(make(fleet(3)), ["verified", "undone", "stopped"]), as_role("support")

    page = page_of(client, job)

    assert "done, and read back 1" in page and "done, and undone since 1" in page
    assert "2 of 3 accounts written, 1 undone since, <strong>1 failed</strong>" in page
    assert "Another job for the 1 account left" in page
    assert page_of(client, job, standing="undone").count('data-label="Repair"') == 1
    do(client, job, "anew", reason="looked into it")
    assert RepairJob.objects.exclude(pk=job.pk).get().members.count() == 1


def test_a_job_that_undoes_takes_back_what_was_taken_in_part_too() -> None:
    job, client = ended(make(fleet(4)), ["verified", "differs", "differs", "undone"]), as_role("support")
    taken = Repair.objects.filter(state="differs").first()
    assert taken is not None
    RepairSnapshot.keep(taken, RepairSnapshot.Kind.AFTER, {}, timezone.now())

    assert "A job that undoes 2 accounts" in page_of(client, job)
    do(client, job, "undo", reason="too early")

    undoing = RepairJob.objects.get(undoes=job)
    undone = undoing.members.values_list("undoes__state", flat=True)  # type: ignore[attr-defined]
    assert sorted(undone) == ["differs", "verified"]


@pytest.mark.parametrize("number", [4711, 2**63, 10**30])
def test_what_is_not_there_is_a_404(number: int) -> None:
    client = as_role("administrator")

    for name in ("repair-job", "repair-job-progress"):
        assert client.get(reverse(name, args=[number])).status_code == 404
    assert client.post(reverse("repair-job-stop", args=[number])).status_code == 404


def test_the_pages_cost_the_same_for_many(django_assert_max_num_queries: Any) -> None:
    job, client = ended(make(fleet(130)), ["verified", "stopped"] * 65), as_role("administrator")
    page_of(client, job)

    with django_assert_max_num_queries(10):
        page = page_of(client, job)
    assert len(page) < 150_000
    with django_assert_max_num_queries(8):
        listed = words(client.get(reverse("repair-jobs")))
    assert "Switch on deal_value in acme_deal" in listed


def test_the_repairs_of_a_job_stand_in_the_job_and_not_among_the_single_ones() -> None:
    job, client = planned(make(fleet(3))), as_role("support")
    one = job.members.order_by("pk")[0].repair_id

    listed = words(client.get(reverse("repairs")))
    alone = words(client.get(reverse("repair", args=[one])))

    assert "No single repair is under way" in listed and reverse("repair-jobs") in listed
    assert reverse("repair-job", args=[job.pk]) in alone


def test_a_repair_of_a_job_that_goes_on_is_written_by_the_job_and_not_on_its_own_page() -> None:
    job, client = planned(make(fleet(1))), as_role("administrator")
    approve(job)
    repair = Repair.objects.get()
    page = reverse("repair", args=[repair.pk])

    shown = words(client.get(page))
    assert "Write it to the account" not in shown and "A job over many accounts has this one written" in shown
    assert "belongs to job" in words(client.post(reverse("repair-run", args=[repair.pk]), follow=True))
    Repair.objects.update(state=Repair.State.WRITTEN)
    assert "Read the account back" in words(client.get(page)), "what was sent concerns no other account"


def test_a_job_goes_with_its_repairs_and_one_that_is_not_over_stays() -> None:
    rows, long_ago = fleet(2), timezone.now() - timedelta(days=731)
    old, lately, waiting = ended(make(rows), ["verified"] * 2), ended(make(rows), ["verified"] * 2), make(rows)
    RepairJob.objects.filter(pk=old.pk).update(ended_at=long_ago)
    RepairJob.objects.filter(pk=waiting.pk).update(made_at=long_ago)
    prune(timezone.now())
    assert RepairJob.objects.count() == 3
    Repair.objects.filter(job_member__job=old).update(ended_at=long_ago)

    prune(timezone.now())

    assert list(RepairJob.objects.order_by("pk")) == [lately, waiting]


def test_a_job_that_nobody_approves_lapses_when_what_it_planned_is_no_longer_kept() -> None:
    rows, now = fleet(2), timezone.now()
    old, lately, paused, done = planned(make(rows)), planned(make(rows)), planned(make(rows)), ended(make(rows), OVER)
    RepairJob.objects.filter(pk=paused.pk).update(state=State.PAUSED)
    RepairJob.objects.exclude(pk=lately.pk).update(made_at=now - timedelta(days=91))
    RepairJob.objects.filter(pk=lately.pk).update(made_at=now - timedelta(days=89))

    for _ in range(2):
        prune(now)

    states = dict(RepairJob.objects.values_list("pk", "state"))
    assert states == {old.pk: "stopped", lately.pk: "planned", paused.pk: "stopped", done.pk: "done"}
    old.refresh_from_db()
    assert old.ended_at == now and "Planned more than 90 days ago" in page_of(as_role("support"), old)
    repairs = Repair.objects.filter(job_member__job=old).values_list("state", "result")
    assert list(repairs) == [("withdrawn", old.says)] * 2
    told = AuditEvent.objects.filter(verb="repair_job.lapse").values_list("actor", "reason")
    assert list(told) == [("system", old.says)] * 2


def test_without_a_job_the_list_says_how_to_make_one() -> None:
    assert "No job" in words(as_role("auditor").get(reverse("repair-jobs")))
