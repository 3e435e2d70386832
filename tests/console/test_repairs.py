"""The pages of repairs: what is offered, the difference, who may decide, and what came of it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent
from console.pruning import prune
from extensions.blueprints.models import BlueprintField
from extensions.health.models import Finding
from extensions.installations.models import Installation
from extensions.mappings.models import Repair
from extensions.mappings.models.repair import RepairSnapshot
from tests.connected import refresh
from tests.console.repairing import ROLE, customer_puts, fields_of, run_claimed, to_repair
from tests.console.staff import as_role, words
from tests.making import make_installation

pytestmark = pytest.mark.django_db
State = Repair.State
SWITCH_ON = json.dumps({"kind": "activate_field", "role": ROLE, "custom_id": "deal_value"})


def to_plan(installation: Installation) -> str:
    return reverse("installation-repair-plan", args=_args(installation))


def offered(installation: Installation) -> str:
    return reverse("installation-repair", args=_args(installation))


def _args(installation: Installation) -> list[Any]:
    return [installation.account.oneflow_id, installation.extension.integration_key]


def do(client: Client, repair: Repair, verb: str, **data: Any) -> str:
    """The page after a verb was posted."""
    return words(client.post(reverse(f"repair-{verb}", args=[repair.pk]), data, follow=True))


@pytest.fixture
def off(sandbox: Any) -> Installation:
    """A toolkit account in which a field is off, judged so."""
    installation = to_repair(sandbox, fault="field.inactive", custom_id="deal_value")
    refresh(installation)
    return installation


@pytest.fixture
def repair(off: Installation) -> Repair:
    """The repair of that, planned by a colleague in support."""
    as_role("support", "Sam").post(to_plan(off), {"operation": SWITCH_ON})
    return Repair.objects.get()


def test_the_cause_leads_to_what_can_be_repaired_and_planning_to_the_difference(
    sandbox: Any, off: Installation
) -> None:
    client = as_role("support")
    cause = words(client.get(reverse("installation", args=_args(off))))
    assert "<dt>Who acts</dt><dd><strong>You</strong> ·" in cause
    assert f'class="button primary" href="{offered(off)}">Repair…' in cause
    assert "nothing there can be changed here" not in cause
    page = words(client.get(offered(off)))
    assert "Fields of Deal" in page

    shown = words(client.post(to_plan(off), {"operation": SWITCH_ON}, follow=True))

    assert "Switch on deal_value in acme_deal" in shown
    assert '<td data-label="In the account">off</td>' in shown
    assert '<td data-label="Afterwards"><strong>on</strong></td>' in shown
    assert f"{len(fields_of(sandbox, off)) - 1} fields sent back as they are" in shown
    assert "Undoing switches the field off again" in shown
    assert "Write it to the account" in shown


def test_running_it_shows_the_way_and_then_the_result(sandbox: Any, off: Installation, repair: Repair) -> None:
    client = as_role("support")
    shown = do(client, repair, "run")
    assert reverse("repair-progress", args=[repair.pk]) in shown
    assert "No worker is alive" in shown
    assert client.get(reverse("repair-progress", args=[repair.pk])).status_code == 200

    run_claimed(repair)

    assert client.get(reverse("repair-progress", args=[repair.pk])).headers["HX-Refresh"] == "true"
    shown = words(client.get(reverse("repair", args=[repair.pk])))
    assert "Done, and read back" in shown
    assert "nothing is removed, so no second person is needed" in shown
    assert "PUT /template_types/" in shown
    assert "Undo…" in shown
    assert fields_of(sandbox, off)["deal_value"]["active"]


def test_undoing_waits_for_a_second_person_who_confirms_by_name(
    sandbox: Any, off: Installation, repair: Repair
) -> None:
    sam, ada = as_role("administrator", "Ada-planner"), as_role("onboarding", "Olle")
    do(sam, repair, "run")
    run_claimed(repair)
    page = do(sam, repair, "undo")
    undoing = Repair.objects.exclude(pk=repair.pk).get()
    assert "Waiting for a second approver" in page
    assert "somebody else than its planner approves it. Olle may approve it." in page
    assert "deal_value may be switched off" in words(ada.get(reverse("repair", args=[undoing.pk])))
    assert "somebody else than its planner" in do(sam, undoing, "approve", confirmed="deal_value")
    assert "Not confirmed: deal_value" in do(ada, undoing, "approve")
    assert "Approved" in do(ada, undoing, "approve", confirmed="deal_value")

    do(sam, undoing, "run")
    run_claimed(undoing)

    assert undoing.state == State.VERIFIED
    assert not fields_of(sandbox, off)["deal_value"]["active"]
    assert re.search(r"Done .*, and undone since\.", words(sam.get(reverse("repair", args=[repair.pk]))))


def test_an_administrator_who_is_alone_approves_alone_and_that_is_recorded(off: Installation, repair: Repair) -> None:
    ada = as_role("administrator", "Ada")
    do(ada, repair, "run")
    run_claimed(repair)
    page = do(ada, repair, "undo")
    undoing = Repair.objects.exclude(pk=repair.pk).get()
    assert "nobody else here may approve" in page

    do(ada, undoing, "approve", confirmed="deal_value")

    undoing.refresh_from_db()
    assert undoing.state == State.APPROVED
    assert "alone" in AuditEvent.objects.filter(verb="repair.approve").latest("pk").reason
    assert "approved alone" in words(ada.get(reverse("repair", args=[undoing.pk])))


def test_onboarding_staff_who_are_alone_do_not_approve_their_own(off: Installation, repair: Repair) -> None:
    olle = as_role("onboarding", "Olle")
    do(olle, repair, "run")
    run_claimed(repair)
    do(olle, repair, "undo")
    undoing = Repair.objects.exclude(pk=repair.pk).get()

    assert "somebody else" in do(olle, undoing, "approve", confirmed="deal_value")

    undoing.refresh_from_db()
    assert undoing.state == State.WAITING


@pytest.mark.parametrize("read_back", [True, False])
def test_what_was_taken_in_part_is_offered_to_be_undone_once_it_was_read_back(
    off: Installation, repair: Repair, read_back: bool
) -> None:
    Repair.objects.update(state=State.DIFFERS, ended_at=timezone.now(), result="It was written.", notes=["x is gone."])
    if read_back:
        RepairSnapshot.keep(repair, RepairSnapshot.Kind.AFTER, {"template_type": None}, timezone.now())
    client = as_role("support")
    page = words(client.get(reverse("repair", args=[repair.pk])))

    assert ("Undo…" in page) is read_back
    assert ("Only what was taken is taken back" in page) is read_back
    said = do(client, repair, "undo")
    assert ("moved on since: The template type is there now." in said) is read_back
    assert ("Only a repair that was written and read back" in said) is not read_back


def test_a_repair_is_declined_or_withdrawn_once(off: Installation, repair: Repair) -> None:
    client = as_role("administrator")
    assert "does not wait" in do(client, repair, "decline")
    assert "Withdrawn" in do(client, repair, "withdraw")
    assert "withdrawn no more" in do(client, repair, "withdraw")
    assert "come to its end" in do(client, repair, "run")


def test_what_cannot_be_read_back_is_given_up_by_whoever_may_approve(off: Installation, repair: Repair) -> None:
    page, sent_at = reverse("repair", args=[repair.pk]), timezone.now() - timedelta(minutes=5)
    Repair.objects.filter(pk=repair.pk).update(state="written", sent_at=sent_at)
    assert "Give up reading back" not in words(as_role("administrator").get(page))  # nobody has tried to yet

    Repair.objects.filter(pk=repair.pk).update(result="The account is disconnected.")

    assert "Give up reading back" not in words(as_role("support").get(page))
    assert "Give up reading back" in words(as_role("onboarding").get(page))
    assert "Reading back was given up" in do(as_role("onboarding", "Olga"), repair, "give-up")
    assert "does not wait to be read back" in do(as_role("onboarding", "Olaf"), repair, "give-up")


def test_a_second_click_changes_nothing(off: Installation, repair: Repair) -> None:
    client = as_role("support")
    do(client, repair, "run")
    do(client, repair, "run")

    repair.refresh_from_db()
    assert repair.state == State.APPROVED
    assert AuditEvent.objects.filter(verb="repair.approve", outcome="done").count() == 1


def test_while_writes_are_off_it_is_planned_but_not_run(off: Installation, repair: Repair) -> None:
    type(off.extension).objects.update(writes_allowed=False)
    client = as_role("support")
    assert "Writes are off" in words(client.get(offered(off)))

    assert "Writes are off for this extension" in do(client, repair, "run")

    repair.refresh_from_db()
    assert (repair.state, repair.run_at) == (State.PLANNED, None)


def test_whoever_may_turn_writes_on_is_led_to_where_others_are_told_who(off: Installation, repair: Repair) -> None:
    type(off.extension).objects.update(writes_allowed=False)
    settings = reverse("admin:blueprints_extension_change", args=[off.extension_id])
    administrator, support = as_role("administrator"), as_role("support")

    for address in (offered(off), reverse("repair", args=[repair.pk])):
        assert settings in words(administrator.get(address))
        told = words(support.get(address))
        assert settings not in told and "An administrator turns them on" in told


@pytest.mark.parametrize("state", State)
def test_what_ended_before_anything_was_written_is_planned_again(
    off: Installation, repair: Repair, state: State
) -> None:
    Repair.objects.update(state=state, ended_at=timezone.now())
    client, page = as_role("support"), reverse("repair", args=[repair.pk])
    is_left = state in (State.STOPPED, State.FAILED, State.WITHDRAWN)

    assert ("Plan it again…" in words(client.get(page))) is is_left
    assert "Plan it again…" not in words(as_role("auditor").get(page))
    shown = do(client, repair, "again")

    assert Repair.objects.count() == 1 + is_left
    assert ("Write it to the account" in shown) or not is_left
    assert Repair.objects.latest("pk").summary == repair.summary


def test_an_undoing_is_planned_again_as_one(off: Installation, repair: Repair) -> None:
    client = as_role("support")
    do(client, repair, "run")
    run_claimed(repair)
    do(client, repair, "undo")
    do(client, Repair.objects.get(undoes=repair), "withdraw")

    do(client, Repair.objects.get(undoes=repair), "again")

    assert list(Repair.objects.filter(undoes=repair).order_by("pk").values_list("state", flat=True)) == [
        State.WITHDRAWN,
        State.WAITING,
    ]


def test_a_repair_that_is_over_leads_to_what_is_left(off: Installation, repair: Repair) -> None:
    client, page = as_role("support"), reverse("repair", args=[repair.pk])
    assert "What is left to repair here" not in words(client.get(page))

    Repair.objects.update(state=State.VERIFIED, ended_at=timezone.now())

    assert f'href="{offered(off)}">What is left to repair here…' in words(client.get(page))
    assert "What is left to repair here" not in words(as_role("auditor").get(page))


def test_what_is_within_a_template_type_waits_for_it() -> None:
    installation = make_installation(mode="toolkit")
    for code, subject in (
        ("field.missing", f"{ROLE}/deal_value"),
        ("webhook.missing", ROLE),
        ("template_type.missing", ROLE),
    ):
        Finding.objects.create(
            installation=installation, code=code, subject=subject, verdict="failing", rank=1, since=timezone.now()
        )

    page = as_role("support").get(offered(installation))

    told = [(each.title, each.waits) for each in page.context["offers"]]
    assert told == [("Template type Deal", False), ("Fields of Deal", True), ("Webhook of Deal", True)]
    assert words(page).count("Plan this repair…") == 1
    assert words(page).count("First the template type") == 2


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["{"],
        ["[" * 5000],
        ["null"],
        [json.dumps({"kind": "remove_field", "role": ROLE, "custom_id": "own"})],
        [json.dumps({"kind": "activate_field", "role": "no_such", "custom_id": "deal_value"})],
        [json.dumps({"kind": "activate_field", "role": ROLE, "custom_id": "a\0"})],
        [json.dumps({"kind": "deactivate_field", "role": ROLE, "custom_id": "deal_value"})],
        [json.dumps({"kind": "correct_webhook_url", "webhook": 2**62})],
        [SWITCH_ON, SWITCH_ON],
        [SWITCH_ON] * 401,
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_reason_and_recorded(off: Installation, given: list[str]) -> None:
    answer = as_role("support").post(to_plan(off), {"operation": given}, follow=True)

    assert answer.status_code == 200
    assert "errornote" in words(answer) or "error" in words(answer)
    assert not Repair.objects.exists()
    assert AuditEvent.objects.filter(verb="repair.plan", outcome="refused").count() == 1


def test_while_oneflow_does_not_answer_nothing_is_planned(sandbox: Any, off: Installation) -> None:
    sandbox.answer("status", status=500, account=off.account.oneflow_id)
    try:
        page = words(as_role("support").post(to_plan(off), {"operation": SWITCH_ON}, follow=True))
    finally:
        sandbox.behave()

    assert "Oneflow could not be asked, so nothing was planned" in page
    assert not Repair.objects.exists()


def test_names_of_the_customers_are_shown_as_text(sandbox: Any, off: Installation) -> None:
    ours = [{"custom_id": each} for each in fields_of(sandbox, off)]
    odd = {"custom_id": "<b>x</b>", "name": "<script>alert(1)</script>", "value": "geheim"}
    customer_puts(sandbox, off, [*ours, odd])

    page = words(as_role("support").post(to_plan(off), {"operation": SWITCH_ON}, follow=True))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "geheim" not in page


def test_values_are_kept_sealed_and_only_there(sandbox: Any, off: Installation) -> None:
    ours = [{"custom_id": each} for each in fields_of(sandbox, off)]
    customer_puts(sandbox, off, [*ours, {"custom_id": "own", "value": "geheim-4711"}])
    as_role("support").post(to_plan(off), {"operation": SWITCH_ON})

    assert "geheim-4711" in json.dumps(RepairSnapshot.objects.get().content())
    for rows in (Repair.objects.values(), RepairSnapshot.objects.values(), AuditEvent.objects.values()):
        assert "geheim-4711" not in str(list(rows))


def test_without_its_snapshot_a_repair_still_has_a_page(off: Installation, repair: Repair) -> None:
    RepairSnapshot.objects.all().delete()

    page = words(as_role("support").get(reverse("repair", args=[repair.pk])))

    assert "no longer kept" in page


@pytest.mark.parametrize(("state", "found"), [("", 1), ("waiting", 0), ("done", 0), ("not", 0), ("all", 1), ("x", 1)])
def test_the_list_is_narrowed_by_state_and_planner(off: Installation, repair: Repair, state: str, found: int) -> None:
    client = as_role("auditor")
    page = client.get(reverse("repairs"), {"state": state})
    assert len(page.context["rows"]) == found
    assert not client.get(reverse("repairs"), {"state": state, "who": "nobo\0dy"}).context["rows"]


def test_a_repair_that_is_not_there_is_not_found() -> None:
    client = as_role("support")
    for number in (4711, 2**63):
        assert client.get(f"/repairs/{number}/").status_code == 404


@pytest.mark.parametrize("mode", ["extension", "toolkit"])
def test_of_what_the_extension_made_only_the_switching_on_is_offered(mode: str) -> None:
    installation = make_installation(mode=mode)
    subjects = {
        "field.inactive": f"{ROLE}/deal_value",
        "field.missing": f"{ROLE}/vat_exempt",
        "template_type.missing": "acme_engagement",
        "webhook.missing": ROLE,
        "webhook.misdirected": "webhook/77",
    }
    for code, subject in subjects.items():
        Finding.objects.create(
            installation=installation, code=code, subject=subject, verdict="failing", rank=1, since=timezone.now()
        )
    page = as_role("support").get(offered(installation))

    titles = [each.title for each in page.context["offers"]]
    of_fields = [choice.operation.kind for each in page.context["offers"] for choice in each.choices]
    if mode == "extension":
        assert (titles, of_fields) == (["Fields of Deal"], ["activate_field"])
    else:
        assert titles == ["Template type Engagement", "Fields of Deal", "Webhook of Deal", "Address of webhook 77"]


def test_pages_stay_small_and_cheap(
    sandbox: Any, off: Installation, repair: Repair, django_assert_max_num_queries: Any
) -> None:
    client = as_role("administrator")
    Repair.objects.bulk_create(
        Repair(installation=off, planned_at=timezone.now(), planned_by="x", summary=f"Switch on {number}")
        for number in range(200)
    )
    for address in (reverse("repairs"), reverse("repair", args=[repair.pk]), offered(off)):
        client.get(address)
        with django_assert_max_num_queries(16 if "installation" in address else 10):
            page = client.get(address)
        assert len(page.content) < 150_000, address


def test_what_a_repair_keeps_of_the_account_is_pruned_before_the_repair(off: Installation, repair: Repair) -> None:
    now = timezone.now()
    RepairSnapshot.objects.update(kept_at=now - timedelta(days=91))
    Repair.objects.update(state=State.WRITTEN)
    prune(now)
    assert RepairSnapshot.objects.exists(), "it says what is to be read back"

    Repair.objects.update(state=State.VERIFIED, ended_at=now - timedelta(days=91))
    prune(now)
    assert not RepairSnapshot.objects.exists()
    assert Repair.objects.exists()

    Repair.objects.update(ended_at=now - timedelta(days=731))
    prune(now)
    assert not Repair.objects.exists()


@pytest.mark.parametrize("state", [State.PLANNED, State.WAITING, State.APPROVED])
def test_a_repair_that_nobody_decides_on_lapses_when_its_plan_is_no_longer_kept(
    off: Installation, repair: Repair, state: str
) -> None:
    now = timezone.now()
    Repair.objects.update(state=state, planned_at=now - timedelta(days=89))
    prune(now)
    repair.refresh_from_db()
    assert repair.state == state

    Repair.objects.update(planned_at=now - timedelta(days=91))
    prune(now)

    repair.refresh_from_db()
    assert (repair.state, repair.ended_at, repair.decided_by) == (State.WITHDRAWN, now, "system")
    assert "Planned more than 90 days ago" in words(as_role("support").get(reverse("repair", args=[repair.pk])))
    assert AuditEvent.objects.filter(verb="repair.lapse").count() == 1


def test_a_repair_that_is_to_be_run_or_is_being_written_does_not_lapse(off: Installation, repair: Repair) -> None:
    now = timezone.now()
    for values in ({"state": State.APPROVED, "run_at": now}, {"state": State.WRITTEN}):
        Repair.objects.update(planned_at=now - timedelta(days=91), **values)
        prune(now)
        repair.refresh_from_db()
        assert repair.state == values["state"]


def test_three_hundred_fields_that_stay_are_listed_on_a_small_page(sandbox: Any, off: Installation) -> None:
    ours = [{"custom_id": each} for each in fields_of(sandbox, off)]
    own = [{"custom_id": f"own {each} ".ljust(200, "x"), "name": "y" * 200} for each in range(300 - len(ours))]
    customer_puts(sandbox, off, [*ours, *own])

    page = as_role("support").post(to_plan(off), {"operation": SWITCH_ON}, follow=True)

    assert "299 fields sent back as they are" in words(page)
    assert all(each["custom_id"] in words(page) for each in own)
    assert len(page.content) < 150_000


def test_a_difference_of_very_many_fields_comes_page_by_page(sandbox: Any) -> None:
    installation = to_repair(sandbox)
    kind = installation.blueprint.template_types.get(extension_type=ROLE)
    BlueprintField.objects.bulk_create(
        BlueprintField(template_type=kind, custom_id=f"new_{number}", name=f"New field {number}", description="d" * 200)
        for number in range(250)
    )
    client = as_role("support")
    operations = [
        json.dumps({"kind": "add_field", "role": ROLE, "custom_id": f"new_{number}"}) for number in range(250)
    ]

    page = client.post(to_plan(installation), {"operation": operations}, follow=True)

    assert "250 added" in words(page)
    assert "1–40 of 250" in words(page)
    assert len(page.content) < 150_000
