"""The pages of rollouts, and what an installation's page says of one."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console import refreshing, tasks
from console.models import AuditEvent, Heartbeat
from console.pruning import prune
from extensions.blueprints.models import Blueprint
from extensions.installations import rollouts
from extensions.installations.models import Installation, Rollout, RolloutMember
from tests import making
from tests.console.staff import as_role, words
from tests.health.test_previewing import preview_of
from tests.health.test_rolling_out import begun, fleet, give_field, map_it, planned, refresh_all, work
from tests.making import make_installation

pytestmark = pytest.mark.django_db
LIST = reverse("rollouts")


def page_of(rollout: Rollout, name: str = "rollout") -> str:
    return reverse(name, args=[rollout.pk])


def form_for(version: Blueprint, **values: Any) -> dict[str, Any]:
    return {"blueprint": version.pk, "canary": 5, "picked": "", "wave_size": 100, "stop_percent": 10, **values}


def test_an_administrator_plans_starts_pauses_resumes_and_takes_back(monkeypatch):
    kicked = []
    monkeypatch.setattr(refreshing, "hand_out", lambda task, *args, **options: kicked.append(task))
    version = fleet(3)
    map_it(version)
    give_field(1, 2, 3)
    client = as_role("administrator")
    assert "No rollout yet" in words(client.get(LIST))

    client.post(reverse("rollout-plan"), form_for(version, canary=1, wave_size=1))
    rollout = Rollout.objects.get()
    page = words(client.get(page_of(rollout)))
    assert "Nobody is moved yet" in page and "was never previewed" in page
    assert Installation.objects.filter(blueprint=version).count() == 0

    assert "is started" in words(client.post(page_of(rollout, "rollout-start"), follow=True))
    tasks.go_on_with_rollouts()
    # Once somebody is moved it can be taken back, which the page that was open did not offer; then only counts change.
    assert client.get(page_of(rollout, "rollout-progress")).headers["HX-Refresh"] == "true"
    told = words(client.get(page_of(rollout, "rollout-progress"), {"back": "1", "wave": "1"}))
    assert "1 moved and being read" in told and 'id="waves" hx-swap-oob="true"' in told
    assert '<td data-label="Being judged" class="num">1</td>' in told and 'wave=1" aria-current="true"' in told
    assert 'progress/?wave=1"' in told
    assert "hx-swap-oob" not in words(client.get(page_of(rollout)))
    assert refreshing.DISPATCH in kicked
    refresh_all()
    tasks.go_on_with_rollouts()
    assert "The canary is moved and judged" in words(client.get(page_of(rollout)))
    assert client.get(page_of(rollout, "rollout-progress")).headers["HX-Refresh"] == "true"

    client.post(page_of(rollout, "rollout-resume"))
    tasks.go_on_with_rollouts()
    assert "pauses" in words(client.post(page_of(rollout, "rollout-pause"), follow=True))
    assert "paused cannot be paused" in words(client.post(page_of(rollout, "rollout-pause"), follow=True))
    assert AuditEvent.objects.filter(verb="rollout.pause").values_list("outcome", flat=True).count() == 2

    client.post(page_of(rollout, "rollout-back"))
    assert "0 of 2 accounts given back" in words(client.get(page_of(rollout)))
    tasks.go_on_with_rollouts()
    assert "taken back" in words(client.get(page_of(rollout)))
    assert Installation.objects.filter(blueprint=version).count() == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"canary": "0"}, "between 1 and 100"),
        ({"wave_size": "0"}, "between 1 and 5,000"),
        ({"wave_size": "9" * 40}, "between 1 and 5,000"),
        ({"wave_size": "x"}, "whole number"),
        ({"stop_percent": "101"}, "between 1 and 100"),
        ({"picked": "one, two"}, "is no Oneflow id"),
        ({"picked": "\0 99"}, "Null characters are not allowed"),
        ({"picked": " 99;\n1"}, "Oneflow id 99"),
        ({"picked": "9" * 6000}, "at most 5000 characters"),
        ({"picked": "9" * 4500}, "is no Oneflow id"),
        ({"blueprint": "0"}, "Only a released version"),
        ({"blueprint": "\0"}, ""),
        ({"blueprint": "9" * 40}, "Only a released version"),
    ],
)
def test_a_plan_that_makes_no_sense_is_shown_again_with_what_to_do(values, said):
    version = fleet(1)
    client = as_role("administrator")

    answer = client.post(reverse("rollout-plan"), form_for(version) | values)

    assert answer.status_code == 422
    assert said in words(answer)
    assert not Rollout.objects.exists()


def test_a_draft_is_not_offered_and_not_taken():
    version = fleet(1)
    Blueprint.objects.filter(pk=version.pk).update(state=Blueprint.State.DRAFT)
    client = as_role("administrator")

    answer = client.post(reverse("rollout-plan"), form_for(version))

    assert "Only a released version" in words(answer)


def test_a_plan_says_what_its_preview_is_worth_by_now():
    version = fleet(2)
    preview_of(version)
    page, client = page_of(planned(version)), as_role("support")
    assert "says what to expect" in words(client.get(page)) and "out of date" not in words(client.get(page))

    make_installation(version.extension, oneflow_id=3)
    assert "out of date</strong>: see there what changed since" in words(client.get(page))


def test_a_list_is_narrowed_and_exported_as_it_is_shown():
    version = fleet(4)
    map_it(version)
    give_field(1, 2)
    rollout = work(begun(version, picked=[1, 3], stop_percent=100))
    refresh_all()
    work(rollout)
    client = as_role("support")

    def ids(query: str) -> list[int]:
        rows = client.get(f"{page_of(rollout)}?{query}").context["rows"]
        return [row.installation.account.oneflow_id for row in rows]

    assert ids("state=conforming") == [1]
    assert ids("who=us") == [3]
    assert ids("who=customer") == []
    assert ids("wave=1") == [1, 3]
    assert ids("wave=0") == [2, 4]
    assert ids("failing=1") == [3]
    assert ids("state=nonsense&wave=x&who=%00") == [1, 3, 2, 4]
    file = b"".join(client.get(f"{page_of(rollout, 'rollout-export')}?wave=1").streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(file.splitlines()))
    assert [(each["account_id"], each["state"], each["version_before"], each["version_now"]) for each in lines] == [
        ("1", "conforming", "1", "2"),
        ("3", "needs", "1", "2"),
    ]
    assert AuditEvent.objects.get(verb="rollout.export").details == {"rows": 2}


def test_an_account_s_page_says_who_must_do_what():
    version = fleet(1, mode="extension")
    map_it(version)
    rollout = work(begun(version, stop_percent=100))
    refresh_all()
    work(rollout)
    client = as_role("onboarding")

    page = words(client.get(reverse("rollout-account", args=[rollout.pk, 1])))

    assert "needs somebody, wave 1" in page and "from version 1, inferred" in page
    assert "costs the token" in page and "Hej Customer 1" in page
    assert "Send it only once Oneflow has version 2 of the blueprint." in page
    assert "<dt>Verdict</dt>" in page and "what would be" not in page
    assert "costs the token" in words(client.get(f"{page_of(rollout)}?who=token"))
    assert "1 account</a> what is missing comes back only" in words(client.get(page_of(rollout)))


@pytest.mark.parametrize("oneflow_id", [0, 99, 2**63, 10**30])
def test_an_account_that_is_not_in_it(oneflow_id):
    rollout = planned(fleet(1))

    assert as_role("support").get(reverse("rollout-account", args=[rollout.pk, oneflow_id])).status_code == 404


@pytest.mark.parametrize("number", [0, 99, 2**63, 10**40])
def test_a_rollout_that_is_not_there(number):
    client = as_role("administrator")

    for name in ("rollout", "rollout-progress", "rollout-export"):
        assert client.get(reverse(name, args=[number])).status_code == 404
    assert client.post(reverse("rollout-start", args=[number])).status_code == 404


def test_an_installation_s_page_says_by_what_its_version_was_set():
    version = fleet(1)
    rollout = work(begun(version))
    client = as_role("administrator")
    installation = reverse("installation", args=[1, "acme_ledger"])

    assert f"rollout {rollout.pk}</a>" in words(client.get(installation))
    client.post(reverse("installation-blueprint", args=[1, "acme_ledger"]), {"version": "2"})

    assert "set by staff" in words(client.get(installation))
    assert Installation.objects.get().rollout is None


def through(rollout: Rollout) -> Rollout:
    """Carried out to its end."""
    while work(rollout).state != "done":
        refresh_all()
        if Rollout.objects.get(pk=rollout.pk).state in ("paused", "stopped"):
            rollouts.resume(rollout, actor=making.STAFF)
    return rollout


def kept(now: Any) -> set[int]:
    prune(now)
    return set(Rollout.objects.values_list("pk", flat=True))


def test_old_rollouts_are_deleted_with_their_members_and_the_record_stays(settings):
    second = fleet(3)
    first_rollout = through(begun(second, stop_percent=100))
    later = timezone.now() + timedelta(days=settings.KEEP_ROLLOUTS_DAYS + 1)
    assert kept(later) == {first_rollout.pk}  # its version is the newest that was released

    third = making.make_blueprint(second.extension, 3)
    assert kept(later) == {first_rollout.pk}  # the accounts are on their version by it
    second_rollout = through(begun(third, stop_percent=100))
    assert kept(later) == {first_rollout.pk, second_rollout.pk}  # taking the second back would lead to the first

    third_rollout = through(begun(making.make_blueprint(second.extension, 4), stop_percent=100))
    assert kept(timezone.now()) == {first_rollout.pk, second_rollout.pk, third_rollout.pk}
    events = AuditEvent.objects.count()
    assert kept(later) == {second_rollout.pk, third_rollout.pk}
    assert not RolloutMember.objects.filter(rollout=first_rollout.pk).exists()
    assert RolloutMember.objects.filter(rollout=second_rollout.pk).count() == 3
    assert AuditEvent.objects.count() == events
    page = as_role("support").get(page_of(first_rollout))
    assert page.status_code == 404


@pytest.mark.parametrize("state", Rollout.OPEN)
def test_a_rollout_that_is_not_over_is_never_deleted(state):
    version = fleet(2)
    rollout = planned(version)
    making.make_blueprint(version.extension, 3)
    Rollout.objects.update(state=state, created_at=timezone.now() - timedelta(days=9999))

    assert kept(timezone.now()) == {rollout.pk}


def test_the_page_needs_few_queries_and_bytes_however_many_there_are():
    version = fleet(130)
    Heartbeat.beat("worker", timezone.now())
    rollout = rollouts.start(planned(version, canary=100), actor=making.STAFF, now=timezone.now())
    RolloutMember.objects.update(state="needs", by_customer=True, by_us=True, costs_token=True, before="healthy")
    client = as_role("administrator")
    client.get(page_of(rollout))

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(page_of(rollout))

    assert len(answer.context["rows"]) == 100
    assert len(asked) <= 10, "\n".join(each["sql"][:60] + each["sql"][-90:] for each in asked)
    assert len(answer.content) <= 150_000


def test_ending_is_asked_about_and_whoever_waited_is_left_as_it_is_then():
    rollout = planned(fleet(2), canary=1)
    client = as_role("administrator")
    page = words(client.get(page_of(rollout)))
    assert '<summary class="button">End…</summary>' in page and "it cannot go on again" in page
    assert "waiting 2" in page

    client.post(page_of(rollout, "rollout-end"))

    page = words(client.get(page_of(rollout)))
    assert "waiting" not in page.split("<h2>Accounts</h2>")[1].split("</section>")[0]
    assert '?state=left">left as it is 2</a>' in page
    assert (
        '<td data-label="Waiting" class="num">0</td>' in page
        and '<td data-label="Left as it is" class="num">1</td>' in page
    )
    assert "End…" not in page and "not yet" not in page and "in no wave" in page
    assert len(client.get(f"{page_of(rollout)}?state=left").context["rows"]) == 2
    assert "left as it is" in words(client.get(reverse("rollout-account", args=[rollout.pk, 1])))


def test_the_pages_say_by_which_rollout_an_account_was_moved_on_and_offer_to_take_back_what_is_left():
    version = fleet(1)
    first = work(begun(version))
    rollouts.end(first, actor=making.STAFF, now=timezone.now())
    second = work(begun(making.make_blueprint(version.extension, 3)))
    client = as_role("administrator")

    said = f'moved on by <a href="{page_of(second)}">rollout {second.pk}</a>'
    assert said in words(client.get(page_of(first)))
    assert said in words(client.get(reverse("rollout-account", args=[first.pk, 1])))
    assert said not in words(client.get(page_of(second)))

    rollouts.end(second, actor=making.STAFF, now=timezone.now())
    work(rollouts.back(first, actor=making.STAFF))
    assert "Take it back" not in words(client.get(page_of(first)))
    work(rollouts.back(second, actor=making.STAFF))
    page = words(client.get(page_of(first)))
    assert "Take it back" in page and "moved on by" not in page
    client.post(page_of(first, "rollout-back"))
    work(first)
    assert "Take it back" not in words(client.get(page_of(first)))
