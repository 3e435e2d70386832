"""The pages of incidents, the front page's line of one, and the word on a member's page."""

import csv
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from console.models import AuditEvent, Heartbeat
from console.pruning import prune
from extensions.health.incidents import machine, noticing
from extensions.health.models import Incident, Member
from extensions.installations.models import Installation
from tests import making
from tests.console.staff import as_role, words
from tests.health.judged import HOUR, change, deal_field, deal_webhook, stored

pytestmark = pytest.mark.django_db
FRONT, LIST = reverse("admin:index"), reverse("incidents")


def shared(number: int = 9, *, beside: int = 3) -> Incident:
    """An incident of so many accounts, with others beside them that are well."""
    extension = making.make_extension()
    for each in range(number + beside):
        row = making.make_installation(extension, oneflow_id=410_001 + each, name=f"Customer {each:03}")
        if each < number:
            change(deal_field(row), active=False)
            stored(row)
    noticing.notice(timezone.now())
    return Incident.objects.get()


def page_of(row: Incident) -> str:
    return reverse("incident", args=[row.pk])


def test_the_front_page_says_one_cause_once():
    row = shared()

    front = as_role("support").get(FRONT)

    assert "9 accounts" in words(front)
    assert "A data field of ours is off: Deal value — one cause" in words(front)
    assert page_of(row) in words(front)
    assert front.context["needs"] == []


def test_what_else_is_wrong_with_a_member_still_needs_someone():
    shared()
    member = Installation.objects.get(account__oneflow_id=410001)
    change(deal_webhook(member), legacy=True)
    stored(member)

    needs = as_role("support").get(FRONT).context["needs"]

    assert [(need.who, need.code) for need in needs] == [("Customer 000", "webhook.legacy")]


def test_the_front_page_costs_no_more_with_incidents(django_assert_max_num_queries):
    shared()
    machine.note_stalled(["worker"], timezone.now() - HOUR, timezone.now())
    member = Installation.objects.get(account__oneflow_id=410001)
    change(deal_webhook(member), legacy=True)
    stored(member)
    client = as_role("support")
    Heartbeat.beat("worker", timezone.now())

    with django_assert_max_num_queries(10):
        client.get(FRONT)


def test_the_list_holds_open_ones_and_those_that_ended_on_demand():
    row = shared()
    client = as_role("auditor")
    assert [each.incident for each in client.get(LIST).context["shown"]] == [row]

    Incident.objects.update(ended_at=timezone.now(), open_key=None)

    assert client.get(LIST).context["shown"] == []
    assert len(client.get(f"{LIST}?state=ended").context["shown"]) == 1
    assert len(client.get(f"{LIST}?state=all").context["shown"]) == 1


@pytest.mark.parametrize("query", ["state=%00", "state=nonsense", "page=-1", "page=x"])
def test_the_list_takes_any_address(query):
    shared()

    assert as_role("support").get(f"{LIST}?{query}").status_code == 200


def test_one_incident_shows_its_members_with_their_pages(django_assert_max_num_queries):
    row = shared(12)
    client = as_role("support")

    with django_assert_max_num_queries(10):
        answer = client.get(page_of(row))

    assert "12 accounts" in words(answer)
    assert reverse("installation", args=[410001, "acme_ledger"]) in words(answer)
    assert "nobody in particular" in words(answer).lower()


def test_members_are_told_apart_by_whether_they_are_mended():
    row = shared()
    Member.objects.filter(installation__account__oneflow_id__lte=410003).update(left_at=timezone.now())
    client = as_role("support")

    def rows(only: str) -> int:
        return len(client.get(f"{page_of(row)}?members={only}").context["rows"])

    assert (rows(""), rows("holding"), rows("left")) == (9, 6, 3)


@pytest.mark.parametrize("number", [0, 4711, 2**63, 10**30])
def test_an_incident_that_is_not_there_is_a_404(number):
    assert as_role("support").get(f"/incidents/{number}/").status_code == 404


def test_an_incident_of_everybody_lists_nobody():
    row = machine.note_stalled(["worker"], timezone.now() - HOUR, timezone.now())
    assert row is not None

    page = words(as_role("support").get(page_of(row)))

    assert "Every account" in page
    assert "manage.py doctor" in page


def test_a_member_s_page_names_the_incident_and_others_do_not():
    row = shared()
    client = as_role("support")

    member = words(client.get(reverse("installation", args=[410001, "acme_ledger"])))
    other = words(client.get(reverse("installation", args=[410012, "acme_ledger"])))

    assert page_of(row) in member
    assert "in 9 accounts" in member
    assert page_of(row) not in other


def test_both_lists_export_and_it_stands_in_the_record():
    row = shared()
    Installation.objects.filter(account__oneflow_id=410001).first().account.__class__.objects.filter(
        oneflow_id=410001
    ).update(name="=1+1")
    client = as_role("auditor")

    incidents = b"".join(client.get(reverse("incidents-export")).streaming_content).decode("utf-8-sig")
    members = b"".join(client.get(reverse("incident-export", args=[row.pk])).streaming_content).decode("utf-8-sig")

    assert [line["code"] for line in csv.DictReader(incidents.splitlines())] == ["field.inactive"]
    lines = list(csv.DictReader(members.splitlines()))
    assert len(lines) == 9
    assert "'=1+1" in {line["account_name"] for line in lines}
    assert AuditEvent.objects.filter(verb="incident.export", outcome="done").count() == 2


def test_old_incidents_go_and_open_ones_stay(settings):
    shared()
    machine.note_stalled(["worker"], timezone.now() - HOUR, timezone.now())
    long_ago = timezone.now() - timedelta(days=settings.KEEP_ISSUES_DAYS + 1)
    Incident.objects.filter(code="field.inactive").update(ended_at=long_ago, open_key=None)

    prune(timezone.now())

    assert [each.code for each in Incident.objects.all()] == ["console.stalled"]
    assert not Member.objects.exists()
