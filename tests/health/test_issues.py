"""Issues: one for each cause and subject, opened, resolved and reopened; and the flips of the verdict."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Tag
from extensions.health import passing
from extensions.health.models import Flip, Issue, IssueEvent, MaintenanceWindow
from extensions.health.signals import issues_changed
from extensions.installations.models import DataField, Installation, Verdict
from tests.health.judged import HOUR, change, deal_field, deal_webhook, stored, unread
from tests.making import make_installation

DAY = 24 * HOUR
MINUTE = timedelta(minutes=1)
START = timezone.now().replace(microsecond=0)


@pytest.fixture
def told():
    """What the signal told, in order: (kind, codes)."""
    said: list[tuple[str, list[str]]] = []

    def note(sender, opened, resolved, reopened, now, **kwargs):
        for kind, rows in (("opened", opened), ("resolved", resolved), ("reopened", reopened)):
            assert all(row.pk and row.installation.account_id for row in rows)
            if rows:
                said.append((kind, sorted(row.code for row in rows)))

    issues_changed.connect(note)
    yield said
    issues_changed.disconnect(note)


def judge_at(installation: Installation, now: datetime) -> None:
    """As a refresh at that time does; the verdict then holds for three hours."""
    stored(installation, now)
    installation.fresh_until = now + 3 * HOUR
    installation.save()


def the_issue(installation: Installation) -> Issue:
    return Issue.objects.get(installation=installation)


def kinds(issue: Issue) -> list[str]:
    return [event.kind for event in issue.events.order_by("pk")]


def states(installation: Installation) -> list[tuple[str, str]]:
    return list(Issue.objects.filter(installation=installation).order_by("code").values_list("code", "state"))


def test_a_cause_opens_one_issue_that_is_resolved_and_reopened(installation, told):
    webhook = change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)
    judge_at(installation, START + MINUTE)
    change(webhook, legacy=False)
    judge_at(installation, START + HOUR)
    change(webhook, legacy=True)
    judge_at(installation, START + 2 * HOUR)

    issue = the_issue(installation)
    assert (issue.state, issue.reopened, issue.first_opened_at) == ("open", 1, START)
    assert issue.opened_at == START + 2 * HOUR
    assert kinds(issue) == ["opened", "resolved", "reopened"]
    assert told == [(kind, ["webhook.legacy"]) for kind in ("opened", "resolved", "reopened")]


def test_each_subject_has_an_issue_of_its_own(installation):
    DataField.objects.filter(installation=installation).update(active=False)

    judge_at(installation, START)

    assert Issue.objects.filter(code="field.inactive", state="open").count() == 5


def test_what_follows_from_another_cause_opens_no_issue(installation):
    change(deal_webhook(installation), legacy=True)
    installation.accountextensions.filter(extension_type="acme_ledger").update(enabled=False)

    judge_at(installation, START)

    assert states(installation) == [("extension.disabled", "open")]


def test_an_open_issue_that_comes_to_follow_from_another_stays_open_and_says_so(installation, told):
    change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)
    installation.accountextensions.filter(extension_type="acme_ledger").update(enabled=False)
    judge_at(installation, START + MINUTE)

    issue = Issue.objects.get(code="webhook.legacy")
    assert (issue.state, issue.explained_by) == ("open", "extension.disabled")

    installation.accountextensions.update(enabled=True)
    judge_at(installation, START + 2 * MINUTE)

    issue.refresh_from_db()
    assert (issue.state, issue.explained_by) == ("open", "")
    assert told == [
        ("opened", ["webhook.legacy"]),
        ("opened", ["extension.disabled"]),
        ("resolved", ["extension.disabled"]),
    ]


def test_a_condition_opens_only_once_it_has_held_long_enough(installation, told):
    change(deal_field(installation), name="Renamed")  # field.changed opens after a day
    judge_at(installation, START)
    judge_at(installation, START + 23 * HOUR)
    assert states(installation) == [("field.changed", "pending")]

    judge_at(installation, START + 25 * HOUR)

    assert states(installation) == [("field.changed", "open")]
    assert told == [("opened", ["field.changed"])]


def test_a_condition_that_passes_before_it_opens_is_told_to_nobody(installation, told):
    field = deal_field(installation)
    change(field, name="Renamed")
    judge_at(installation, START)
    change(field, name="Deal value")
    judge_at(installation, START + HOUR)

    assert told == []
    assert not Issue.objects.told().exists()


def test_an_issue_opens_though_no_refresh_comes_between(installation, told):
    change(deal_field(installation), name="Renamed")
    judge_at(installation, START)
    Installation.objects.update(fresh_until=START + 2 * DAY)

    before = passing.let_time_pass(START + DAY - MINUTE)
    after = passing.let_time_pass(START + DAY + MINUTE)
    again = passing.let_time_pass(START + DAY + 2 * MINUTE)

    assert (before, after, again) == (0, 1, 0)
    assert told == [("opened", ["field.changed"])]
    assert the_issue(installation).opened_at == START + DAY + MINUTE


def test_where_beat_stands_still_an_issue_is_shown_as_open_when_its_time_has_come(installation):
    change(deal_field(installation), name="Renamed")
    judge_at(installation, START)

    shown = [Issue.objects.with_shown(START + each).get().shown_state for each in (HOUR, DAY)]

    assert shown == ["pending", "open"]
    assert [Issue.objects.open(START + each).count() for each in (HOUR, DAY)] == [0, 1]


def test_nothing_opens_by_time_alone_where_nobody_has_looked_for_too_long(installation, told):
    change(deal_field(installation), name="Renamed")
    judge_at(installation, START)  # holds for three hours

    assert passing.let_time_pass(START + 2 * DAY) == 0
    assert told == []


def test_an_issue_that_resolves_later_is_seen_again_when_the_condition_returns(installation, told):
    part = installation.parts.get(name="workspaces")
    change(part, unread_reason="rate_limited", unread_since=START - 2 * HOUR)  # api.limited: an hour each way
    judge_at(installation, START)
    judge_at(installation, START + HOUR)
    assert ("api.limited", "open") in states(installation)
    change(part, unread_reason="", unread_since=None)
    judge_at(installation, START + 2 * HOUR)
    assert ("api.limited", "open") in states(installation)
    change(part, unread_reason="rate_limited", unread_since=START + 2 * HOUR)
    judge_at(installation, START + 2 * HOUR + MINUTE)
    change(part, unread_reason="", unread_since=None)
    judge_at(installation, START + 3 * HOUR)
    done = passing.let_time_pass(START + 4 * HOUR)

    issue = Issue.objects.get(code="api.limited")
    assert (done, issue.state) == (1, "resolved")
    assert kinds(issue) == ["opened", "seen_again", "resolved"]
    assert [kind for kind, codes in told if codes == ["api.limited"]] == ["opened", "resolved"]


def test_an_unread_part_opens_and_resolves_nothing(installation, told):
    change(deal_webhook(installation), legacy=True)
    change(deal_field(installation), name="Renamed")
    judge_at(installation, START)
    told.clear()
    unread(installation)
    change(deal_webhook(installation), legacy=False)

    judge_at(installation, START + 2 * MINUTE)
    judge_at(installation, START + 3 * DAY)  # past the use-by of everything
    passing.let_time_pass(START + 3 * DAY)

    issues = {row.code: row for row in Issue.objects.exclude(code__startswith="api.")}
    assert {code: row.state for code, row in issues.items()} == {"webhook.legacy": "open", "field.changed": "pending"}
    assert issues["webhook.legacy"].last_known is not None
    assert [codes for _, codes in told if not codes[0].startswith("api.")] == []


def test_after_it_was_read_again_a_pending_issue_opens_by_how_long_it_held(installation):
    change(deal_field(installation), name="Renamed")
    judge_at(installation, START)
    unread(installation)
    judge_at(installation, START + DAY)
    installation.parts.update(unread_reason="", unread_since=None)

    judge_at(installation, START + DAY + MINUTE)

    assert ("field.changed", "open") in states(installation)


@pytest.mark.parametrize("ahead", [MINUTE, DAY, 400 * DAY])
def test_a_clock_that_was_ahead_puts_off_neither_opening_nor_resolving(installation, ahead):
    webhook = change(deal_webhook(installation), legacy=True)
    change(deal_field(installation), name="Renamed")
    judge_at(installation, START + ahead)
    judge_at(installation, START)
    judge_at(installation, START + DAY)
    assert states(installation) == [("field.changed", "open"), ("webhook.legacy", "open")]

    change(webhook, legacy=False)
    judge_at(installation, START + DAY + MINUTE)

    issue = Issue.objects.get(code="webhook.legacy")
    assert issue.state == "resolved"
    assert issue.resolved_at >= issue.opened_at


def test_a_late_judgement_with_an_old_date_changes_nothing_twice(installation, told):
    change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)

    judge_at(installation, START - HOUR)
    judge_at(installation, START - HOUR)

    assert told == [("opened", ["webhook.legacy"])]
    assert kinds(the_issue(installation)) == ["opened"]


def test_nothing_changed_writes_nothing(installation, django_capture_on_commit_callbacks):
    from tests.console.walking import watched

    change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)

    with watched({"installations_installation"}) as changes:
        judge_at(installation, START + MINUTE)

    assert changes == []


def test_a_disconnected_installation_has_its_issues_resolved_and_says_why(installation, told):
    change(deal_webhook(installation), legacy=True)
    change(deal_field(installation), name="Renamed")
    judge_at(installation, START)
    installation.state = Installation.State.DISCONNECTED

    judge_at(installation, START + MINUTE)

    assert {state for _, state in states(installation)} == {"resolved"}
    assert IssueEvent.objects.get(kind="resolved").cause == "disconnected"
    assert told[-1] == ("resolved", ["webhook.legacy"])


def test_ten_thousand_findings_are_ten_thousand_issues(installation, told):
    number = 10_000
    row = deal_field(installation)
    kind = installation.blueprint.template_types.get(extension_type="acme_deal")
    kind.fields.model.objects.bulk_create(
        kind.fields.model(template_type=kind, custom_id=f"more_{n}", name=f"More {n}") for n in range(number)
    )
    DataField.objects.bulk_create(
        DataField(
            installation=installation,
            template_type_oneflow_id=row.template_type_oneflow_id,
            oneflow_id=row.oneflow_id + 1000 + n,
            custom_id=f"more_{n}",
            name=f"More {n}",
            active=False,
            source="system",
            seen_at=row.seen_at,
        )
        for n in range(number)
    )

    judge_at(installation, START)
    opened = Issue.objects.filter(state="open", code="field.inactive").count()
    DataField.objects.filter(installation=installation).update(active=True)
    judge_at(installation, START + MINUTE)

    assert opened == number
    assert Issue.objects.filter(state="resolved", code="field.inactive").count() == number
    assert [(kind, len(codes)) for kind, codes in told if "field.inactive" in codes] == [
        ("opened", number),
        ("resolved", number),
    ]


def test_a_flip_is_kept_with_when_from_to_cause_and_how_long(installation):
    installation.fresh_until = START + 3 * HOUR
    webhook = change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)
    change(webhook, legacy=False)
    judge_at(installation, START + HOUR)

    first, second = Flip.objects.with_end().order_by("pk")

    assert (first.at, first.before, first.after, first.cause) == (START, "healthy", "failing", "webhook.legacy")
    assert (second.before, second.after, second.cause) == ("failing", "healthy", "")
    assert (first.lasted(START + 9 * HOUR), second.lasted(START + 9 * HOUR)) == (HOUR, 8 * HOUR)


def test_a_stretch_that_nobody_looked_is_written_down_by_the_judgement_that_ends_it(installation):
    installation.fresh_until = START
    installation.save()

    judge_at(installation, START + 5 * HOUR)

    rows = [(flip.at, flip.before, flip.after, flip.cause) for flip in Flip.objects.order_by("pk")]
    assert rows == [
        (START, "healthy", "unknown", "refresh.stale"),
        (START + 5 * HOUR, "unknown", "healthy", ""),
    ]


def test_the_verdict_at_a_moment_is_that_of_the_latest_flip(installation):
    other = make_installation(oneflow_id=2)
    for row in (installation, other):
        Flip.objects.create(installation=row, at=START, before="healthy", after="failing")
    Flip.objects.create(installation=other, at=START + HOUR, before="failing", after="healthy")

    def at(moment: datetime) -> dict[int, Any]:
        return dict(Flip.objects.at(moment).values_list("installation", "after"))

    assert at(START - MINUTE) == {}
    assert at(START + MINUTE) == {installation.pk: "failing", other.pk: "failing"}
    assert at(START + HOUR) == {installation.pk: Verdict.FAILING, other.pk: Verdict.HEALTHY}


def test_what_is_silent_comes_back_by_itself(installation):
    change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)
    Issue.objects.update(snoozed_until=START + HOUR)
    MaintenanceWindow.objects.create(
        account=installation.account,
        reason="moving house",
        starts_at=START + 2 * HOUR,
        ends_at=START + 3 * HOUR,
        created_at=START,
        created_by="Sam",
    )

    def shown(moment: datetime) -> tuple[str, int, int]:
        silent, audible = Issue.objects.silent(moment).count(), Issue.objects.audible(moment).count()
        return Issue.objects.with_shown(moment).get().shown_state, silent, audible

    assert [shown(START + hours * HOUR) for hours in (0, 1, 2, 3)] == [
        ("snoozed", 1, 0),
        ("open", 0, 1),
        ("maintenance", 1, 0),
        ("open", 0, 1),
    ]


@pytest.mark.parametrize("tagged", [True, False])
def test_maintenance_of_a_tag_covers_the_accounts_that_bear_it(installation, tagged):
    change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)
    tag = Tag.objects.create(name="pilot")
    if tagged:
        installation.account.tags.add(tag, Tag.objects.create(name="vip"))
    times = {"starts_at": START, "ends_at": START + HOUR, "created_at": START}
    MaintenanceWindow.objects.create(tag=tag, reason="x", created_by="Sam", **times)

    assert Issue.objects.silent(START).count() == tagged


def test_maintenance_of_all_covers_all_until_it_is_called_off(installation):
    change(deal_webhook(installation), legacy=True)
    judge_at(installation, START)
    times = {"starts_at": START, "ends_at": START + HOUR, "created_at": START}
    window = MaintenanceWindow.objects.create(reason="x", created_by="Sam", **times)
    silent = Issue.objects.silent(START).count()

    change(window, cancelled_at=START)

    assert (silent, Issue.objects.silent(START).count()) == (1, 0)
