"""Issues on the screen: the list, the page of each, what staff do with them, and maintenance."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tag
from console.models import AuditEvent
from extensions.health import handling
from extensions.health.models import Issue, IssueEvent, MaintenanceWindow
from extensions.installations.models import Installation
from tests.console.staff import as_role, words
from tests.making import STAFF, make_extension, make_installation, make_user

pytestmark = pytest.mark.django_db
LIST = reverse("admin:health_issue_changelist")
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def support() -> Client:
    return as_role("support")


def an_issue(installation: Installation, code: str = "token.rejected", **values: Any) -> Issue:
    times = {"holds_since": NOW - HOUR, "opens_at": NOW - HOUR, "opened_at": NOW - HOUR, "first_opened_at": NOW - HOUR}
    state = {"verdict": "failing", "rank": 0, "state": "open"}
    return Issue.objects.create(installation=installation, code=code, **(times | state | values))


@pytest.fixture
def issue(installation) -> Issue:
    return an_issue(installation)


def shown(client: Client, **query: str) -> list[str]:
    return [row.code for row in client.get(LIST, query).context["cl"].result_list]


# --- Handling -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "data", "undo", "kinds"),
    [
        ("acknowledge", {"reason": "known"}, "unacknowledge", ["acknowledged", "unacknowledged"]),
        ("assign", {"reason": "hers"}, "unassign", ["assigned", "unassigned"]),
        ("snooze", {"reason": "moving", "until": "1d"}, "wake", ["snoozed", "woken"]),
    ],
)
def test_what_is_done_to_an_issue_is_kept_with_its_reason_and_can_be_taken_back(
    support, issue, verb, data, undo, kinds
):
    owner = make_user("onboarding")
    before = Issue.objects.values("owner", "acknowledged_at", "snoozed_until").get()

    done = support.post(reverse(f"issue-{verb}", args=[issue.pk]), data | {"owner": owner.pk})
    during = Issue.objects.values("owner", "acknowledged_at", "snoozed_until").get()
    undone = support.post(reverse(f"issue-{undo}", args=[issue.pk]))

    assert (done.status_code, undone.status_code) == (302, 302)
    assert during != before
    assert Issue.objects.values("owner", "acknowledged_at", "snoozed_until").get() == before
    events = list(IssueEvent.objects.order_by("pk"))
    assert [event.kind for event in events] == kinds
    assert (events[0].actor, events[0].reason) == ("support", data["reason"])
    told = AuditEvent.objects.filter(verb__startswith="issue.").order_by("pk")
    assert [(event.verb, event.outcome) for event in told] == [(f"issue.{verb}", "done"), (f"issue.{undo}", "done")]
    assert told[0].reason == data["reason"]
    assert told[0].account_oneflow_id == issue.account.oneflow_id


@pytest.mark.parametrize(
    ("verb", "data", "why"),
    [
        ("snooze", {"reason": "moving"}, "without an end"),
        ("snooze", {"reason": "moving", "exact": "2001-01-01T00:00"}, "has passed already"),
        ("snooze", {"reason": "moving", "exact": "2999-01-01T00:00"}, "at most 90 days"),
        ("snooze", {"reason": "moving", "exact": "tomorrow"}, "valid date"),
        ("snooze", {"reason": "moving", "until": "9y"}, "valid choice"),
        ("snooze", {"reason": " ", "until": "1d"}, "Say why"),
        ("acknowledge", {}, "Say why"),
        ("acknowledge", {"reason": "x" * 501}, "at most 500 characters"),
        ("acknowledge", {"reason": "\0"}, "Null characters"),
        ("assign", {"reason": "hers"}, "Choose a colleague"),
        ("assign", {"reason": "hers", "owner": "99999"}, "valid choice"),
        ("assign", {"reason": "hers", "owner": "x" * 400}, "valid choice"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_changes_nothing(support, issue, verb, data, why):
    before = Issue.objects.values().get()

    answer = support.post(reverse(f"issue-{verb}", args=[issue.pk]), data)

    assert answer.status_code == 422
    assert why in words(answer)
    assert Issue.objects.values().get() == before
    assert not IssueEvent.objects.exists()


def test_a_resolved_issue_is_not_handled(support, issue):
    Issue.objects.update(state="resolved", resolved_at=NOW)

    answer = support.post(reverse("issue-acknowledge", args=[issue.pk]), {"reason": "known"}, follow=True)

    assert "resolved already" in words(answer)
    assert AuditEvent.objects.get(verb="issue.acknowledge").outcome == "refused"


def test_a_reopened_issue_asks_to_be_acknowledged_anew(issue):
    handling.acknowledge(Issue.objects.all(), actor=STAFF, reason="known", now=NOW)
    acknowledged = Issue.objects.get().is_acknowledged
    Issue.objects.update(opened_at=NOW + HOUR)

    assert (acknowledged, Issue.objects.get().is_acknowledged) == (True, False)


def test_undoing_twice_says_that_there_is_nothing_to_take_back(support, issue):
    answer = support.post(reverse("issue-wake", args=[issue.pk]), follow=True)

    assert "nothing to take back" in words(answer)


@pytest.mark.parametrize(("back", "where"), [("/", "/"), ("https://evil.example/", ""), ("//evil.example/", "")])
def test_afterwards_one_is_where_the_form_stood_but_never_elsewhere(support, issue, back, where):
    answer = support.post(reverse("issue-acknowledge", args=[issue.pk]), {"reason": "x", "next": back})

    assert answer.headers["Location"] == (where or reverse("issue", args=[issue.pk]))


def test_who_only_reads_is_offered_nothing(issue):
    page = words(as_role("auditor").get(reverse("issue", args=[issue.pk])))

    assert "The token is refused" in page
    assert reverse("issue-snooze", args=[issue.pk]) not in page


def test_the_page_of_an_issue_tells_its_history(support, issue):
    IssueEvent.objects.create(issue=issue, at=NOW - HOUR, kind="opened")
    support.post(reverse("issue-snooze", args=[issue.pk]), {"reason": "They move <b>on Friday</b>", "until": "3d"})

    page = words(support.get(reverse("issue", args=[issue.pk])))

    assert "snoozed" in page
    assert "They move &lt;b&gt;on Friday&lt;/b&gt;" in page
    assert "End now" in page
    assert '<td data-label="Who">the console</td>' in page


def test_there_is_no_page_for_an_issue_that_is_not_there(support):
    assert support.get(reverse("issue", args=[999])).status_code == 404


# --- The list -----------------------------------------------------------------------------------------------------


def test_the_list_leaves_out_what_is_resolved_or_was_never_told(support, installation):
    an_issue(installation, "token.rejected")
    an_issue(installation, "user.gone", state="resolved", resolved_at=NOW)
    an_issue(installation, "user.unset", state="resolved", resolved_at=NOW, first_opened_at=None)

    assert shown(support) == ["token.rejected"]
    assert shown(support, state="resolved") == ["user.gone"]


def test_each_filter_narrows_the_list_and_counts_its_choices(support, installation):
    colleague = make_user("onboarding")
    other = make_installation(oneflow_id=2, name="Elm & Co")
    other.account.tags.add(Tag.objects.create(name="pilot"))
    an_issue(installation, "token.rejected", owner=colleague)
    an_issue(installation, "webhook.legacy", snoozed_until=timezone.now() + HOUR)
    an_issue(installation, "user.gone", acknowledged_at=NOW)
    an_issue(other, "field.changed", verdict="warning", rank=2)
    an_issue(other, "user.unset", state="pending", opens_at=timezone.now() + HOUR, opened_at=None)

    assert shown(support, code="webhook.legacy") == ["webhook.legacy"]
    assert shown(support, severity="warning") == ["field.changed"]
    assert set(shown(support, tag="pilot")) == {"field.changed", "user.unset"}
    assert shown(support, owner="onboarding") == ["token.rejected"]
    assert len(shown(support, owner="nobody")) == 4
    assert shown(support, state="snoozed") == ["webhook.legacy"]
    assert shown(support, state="acknowledged") == ["user.gone"]
    assert shown(support, state="pending") == ["user.unset"]
    assert set(shown(support, q="elm")) == {"field.changed", "user.unset"}
    assert set(shown(support, q="2")) == {"field.changed", "user.unset"}
    counts = support.get(LIST).context["cl"].counts
    assert dict(counts["state"]) == {"open": 2, "snoozed": 1, "acknowledged": 1, "pending": 1}
    assert dict(counts["tag"]) == {"pilot": 2}


@pytest.mark.parametrize(
    "query", [{"state": "x"}, {"owner": "\0"}, {"p": "x"}, {"q": "\0"}, {"q": "9" * 40}, {"installation__account": "1"}]
)
def test_no_question_breaks_the_list(support, issue, query):
    assert support.get(LIST, query, follow=True).status_code == 200


def test_the_list_costs_ten_queries_and_less_than_150_kb(support, django_assert_max_num_queries):
    make_extension()
    for number in range(1, 61):
        account = make_installation(oneflow_id=number)
        an_issue(account, "field.inactive", subject=f"acme_deal/{'x' * 60}", subject_name="A rather long name " * 3)

    with django_assert_max_num_queries(10):
        answer = support.get(LIST)

    assert len(answer.context["cl"].result_list) == 50
    assert len(answer.content) < 150_000


@pytest.mark.parametrize(
    ("action", "data", "column"),
    [
        ("acknowledge", {"reason": "known"}, "acknowledged_at"),
        ("assign", {"reason": "hers"}, "owner"),
        ("snooze", {"reason": "moving", "until": "4h"}, "snoozed_until"),
    ],
)
def test_many_are_handled_at_once_with_one_record(support, installation, action, data, column):
    for code in ("token.rejected", "user.gone"):
        an_issue(installation, code)
    untouched = an_issue(installation, "webhook.legacy")
    chosen = list(Issue.objects.exclude(pk=untouched.pk).values_list("pk", flat=True))
    selection = {"action": action, "_selected_action": chosen}
    owner = make_user("administrator")

    asked = support.post(LIST, selection)
    done = support.post(LIST, selection | data | {"owner": owner.pk, "apply": "1"})

    assert "2 issues" in words(asked)
    assert done.status_code == 302
    handled = Issue.objects.exclude(**{column: None})
    assert set(handled.values_list("pk", flat=True)) == set(chosen)
    assert AuditEvent.objects.get(verb=f"issue.{action}").details["issues"] == 2


def test_many_are_not_snoozed_without_an_end(support, issue):
    answer = support.post(LIST, {"action": "snooze", "_selected_action": [issue.pk], "apply": "1", "reason": "x"})

    assert "without an end" in words(answer)
    assert Issue.objects.get().snoozed_until is None
    assert AuditEvent.objects.get(verb="issue.snooze").outcome == "refused"


def test_all_issues_of_the_chosen_installations_are_snoozed_from_their_list(support, installation):
    other = make_installation(oneflow_id=2)
    for code in ("token.rejected", "user.gone"):
        an_issue(installation, code)
    an_issue(other)
    selection = {"action": "snooze", "_selected_action": [installation.pk]}
    installations = reverse("admin:installations_installation_changelist")

    asked = support.post(installations, selection)
    support.post(installations, selection | {"apply": "1", "reason": "moving", "until": "1d"})

    assert "2 issues" in words(asked)
    rest = Issue.objects.snoozed(timezone.now())
    assert [issue.installation for issue in rest] == [installation, installation]


def test_where_there_is_nothing_to_handle_that_is_said(support, installation):
    selection = {"action": "snooze", "_selected_action": [installation.pk]}

    answer = support.post(reverse("admin:installations_installation_changelist"), selection, follow=True)

    assert "nothing to handle" in words(answer)


def test_issues_are_exported_as_csv_and_json_and_that_is_recorded(installation):
    an_issue(installation, "field.inactive", subject="acme_deal/x", subject_name="=1+1")
    auditor = as_role("auditor")

    def export(action: str) -> str:
        answer = auditor.post(LIST, {"action": action, "_selected_action": [Issue.objects.get().pk]})
        return b"".join(answer.streaming_content).decode()

    csv, rows = export("export_csv"), json.loads(export("export_json"))

    assert "'=1+1" in csv
    assert (rows[0]["code"], rows[0]["state"]) == ("field.inactive", "open")
    assert [event.details["format"] for event in AuditEvent.objects.filter(verb="issue.export")] == ["json", "csv"]


# --- Maintenance --------------------------------------------------------------------------------------------------


def clock(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_maintenance_is_planned_for_an_account_and_called_off(support, issue):
    data = {"account": str(issue.account.oneflow_id), "ends_at": clock(NOW + 2 * HOUR), "reason": "moving house"}

    support.post(reverse("maintenance-plan"), data)
    during = Issue.objects.with_shown(timezone.now()).get().shown_state
    page = words(support.get(reverse("maintenance")))
    support.post(reverse("maintenance-call-off", args=[MaintenanceWindow.objects.get().pk]))

    assert during == "maintenance"
    assert "running" in page
    assert "moving house" in page
    assert Issue.objects.with_shown(timezone.now()).get().shown_state == "open"
    verbs = AuditEvent.objects.filter(verb__startswith="maintenance.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["maintenance.plan", "maintenance.call_off"]


@pytest.mark.parametrize("scope", ["tag", "everything"])
def test_maintenance_is_planned_for_a_group_or_for_all(support, issue, scope):
    tag = Tag.objects.create(name="pilot")
    issue.account.tags.add(tag)
    chosen = {"tag": tag.pk} if scope == "tag" else {"everything": "on"}

    support.post(reverse("maintenance-plan"), {"ends_at": clock(NOW + HOUR), "reason": "x"} | chosen)

    assert Issue.objects.silent(timezone.now()).count() == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({}, "Say for whom"),
        ({"everything": "on"}, "Say when the maintenance ends"),
        ({"everything": "on", "ends_at": "2001-01-01T00:00", "starts_at": "2000-12-31T00:00"}, "over already"),
        ({"everything": "on", "ends_at": "2001-01-01T00:00"}, "end before it starts"),
        ({"everything": "on", "ends_at": "2999-01-01T00:00"}, "at most 30 days"),
        ({"everything": "on", "ends_at": clock(NOW + HOUR), "reason": ""}, "Say why"),
        ({"account": "1", "ends_at": clock(NOW + HOUR)}, "no account with this Oneflow id"),
        ({"account": "\0", "ends_at": clock(NOW + HOUR)}, "Null characters"),
        ({"account": "9" * 20, "ends_at": clock(NOW + HOUR)}, "no account with this Oneflow id"),
        ({"tag": "77", "ends_at": clock(NOW + HOUR)}, "valid choice"),
    ],
)
def test_bad_maintenance_is_refused_with_a_sentence(support, data, why):
    answer = support.post(reverse("maintenance-plan"), {"reason": "moving"} | data)

    assert answer.status_code == 422
    assert why in words(answer)
    assert not MaintenanceWindow.objects.exists()


def test_without_maintenance_its_page_says_what_it_is_for(support):
    assert "No maintenance" in words(support.get(reverse("maintenance")))
