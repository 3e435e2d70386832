"""A refresh that read only a part: whatever rests on an unread part neither opens nor resolves, all else is judged.

Each part alone and each pair of them, over each condition that rows can be in.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from django.db import transaction
from django.utils import timezone

from extensions.health.checks import CHECKS
from extensions.health.judging import judge
from extensions.installations.models import AccountExtension, AccountUser, Installation, UsableTemplate
from tests.health.judged import (
    Mapping,
    Template,
    change,
    deal,
    deal_field,
    deal_webhook,
    facts_of,
)

NOW = timezone.now()
FIELDS = "fields/41000110"
PARTS = ("account", "users", "workspaces", "templates", "template_types", "webhooks", "extensions", "usable", FIELDS)
TOGETHER = [*combinations(PARTS, 1), *combinations(PARTS, 2)]


def twin(row, **values):
    """Another row like it."""
    return change(row, pk=None, oneflow_id=row.oneflow_id + 700, **values)


# What is done to the rows of a healthy account so that the condition holds.
CONDITIONS = {
    "token.foreign": lambda it: Installation.objects.update(shown_key="hubspot"),
    "user.gone": lambda it: AccountUser.objects.update(active=False),
    "extension.absent": lambda it: AccountExtension.objects.filter(extension_type="acme_ledger").update(
        missing_since=NOW
    ),
    "extension.disabled": lambda it: AccountExtension.objects.filter(extension_type="acme_ledger").update(
        enabled=False
    ),
    "dependency.disabled": lambda it: AccountExtension.objects.filter(extension_type="webhooks").update(enabled=False),
    "template_type.missing": lambda it: change(deal(it), missing_since=NOW),
    "template_type.inactive": lambda it: change(deal(it), active=False),
    "template_type.unused": lambda it: Template.objects.filter(template_type_oneflow_id=deal(it).oneflow_id).update(
        active=False
    ),
    "workspace.none": lambda it: UsableTemplate.objects.update(missing_since=NOW),
    "field.missing": lambda it: change(deal_field(it), missing_since=NOW),
    "field.inactive": lambda it: change(deal_field(it), active=False),
    "field.changed": lambda it: change(deal_field(it), name="Worth"),
    "field.shadowed": lambda it: twin(deal_field(it), custom_id="deal_val", source="user"),
    "webhook.missing": lambda it: change(deal_webhook(it), missing_since=NOW),
    "webhook.misdirected": lambda it: change(deal_webhook(it), callback_url="https://old.acme.example/"),
    "webhook.insecure": lambda it: change(deal_webhook(it), callback_url="http://hooks.acme.example/oneflow/410001"),
    "webhook.deaf": lambda it: change(
        deal_webhook(it), filters=[{"event_types": ["contract:sign"], "workspace_ids": None}]
    ),
    "webhook.duplicate": lambda it: twin(deal_webhook(it)),
    "webhook.unbound": lambda it: change(deal_webhook(it), template_type_oneflow_id=None),
    "webhook.legacy": lambda it: change(deal_webhook(it), legacy=True),
    "mapping.incomplete": lambda it: Mapping.objects.filter(custom_id="deal_value").delete(),
}


def rests_on(code):
    """The parts without which a condition can be told neither to hold nor to be over."""
    found = {part for check in CHECKS if code in check.codes for part in check.needs}
    if code.startswith(("field.", "mapping.")):
        found.add(FIELDS)
    return found | ({"account"} if code == "token.foreign" else set())


def fresh(installation):
    return Installation.objects.select_related("account", "extension", "token").get(pk=installation.pk)


def both(installation, code):
    """The facts of the healthy account, and of the one in which the condition holds."""
    healthy = facts_of(fresh(installation), NOW)
    with transaction.atomic():
        CONDITIONS[code](installation)
        broken = facts_of(fresh(installation), NOW)
        transaction.set_rollback(True)
    return healthy, broken


def half_read(facts, names):
    """The same, as if the latest try had not read these parts; what it read before is all that is known."""
    parts = {}
    for name, part in facts.parts.items():
        again = type(part)(name=name, read_at=part.read_at)
        if name in names:
            again.unread_reason, again.unread_since = "budget_spent", NOW
        parts[name] = again
    return replace(facts, parts=parts)


def found(judgement):
    return {each.code for each in judgement.findings}


@pytest.mark.parametrize("code", CONDITIONS)
def test_nothing_of_an_unread_part_opens(installation, code):
    _, broken = both(installation, code)

    for names in TOGETHER:
        opened = code in found(judge(half_read(broken, names), [], NOW))
        assert opened == (not rests_on(code).intersection(names)), names


@pytest.mark.parametrize("code", CONDITIONS)
def test_nothing_of_an_unread_part_resolves_and_what_is_kept_says_when_it_was_known(installation, code):
    healthy, broken = both(installation, code)
    before = judge(broken, [], NOW)
    [known] = [each for each in before.findings if each.code == code][:1]
    # Whether it also leaves out a workspace is known only with the templates.
    needed = rests_on(code) | ({"templates"} if code == "webhook.deaf" else set())

    for names in TOGETHER:
        judgement = judge(half_read(healthy, names), before.findings, NOW + timedelta(hours=1))
        kept = [each for each in judgement.findings if each.code == code]
        assert bool(kept) == bool(needed.intersection(names)), names
        assert all((each.since, bool(each.last_known)) == (known.since, True) for each in kept), names


@pytest.mark.parametrize("code", CONDITIONS)
def test_what_was_kept_too_long_is_unknown_and_never_healthy(installation, code):
    healthy, broken = both(installation, code)
    before = judge(broken, [], NOW)

    for names in TOGETHER:
        if rests_on(code).intersection(names):
            judgement = judge(half_read(healthy, names), before.findings, NOW + timedelta(days=3))
            assert judgement.verdict == "unknown", names
            assert {each.verdict for each in judgement.findings if each.code == code} == {"unknown"}, names


def test_every_condition_that_rows_can_be_in_is_here():
    ours = {"token.unreadable", "token.rejected", "user.unset", "api.limited", "api.failing"}

    assert CONDITIONS.keys() == {code for check in CHECKS for code in check.codes} - ours


YEAR = timedelta(days=365)


def test_a_part_that_was_read_in_a_future_that_never_came_is_not_taken_as_known(installation):
    """The clock stood a year ahead when the part was read, and was put right since."""
    facts = half_read(facts_of(fresh(installation), NOW), ("webhooks",))
    facts.parts["webhooks"].read_at = NOW + YEAR

    judgement = judge(facts, [], NOW)

    assert judgement.verdict == "unknown"


@pytest.mark.parametrize("ahead", [timedelta(seconds=-30), timedelta(seconds=30)])
def test_clocks_of_two_machines_may_differ_a_little(installation, ahead):
    facts = half_read(facts_of(fresh(installation), NOW), ("webhooks",))
    facts.parts["webhooks"].read_at = NOW + ahead

    assert judge(facts, [], NOW).verdict == "healthy"


@pytest.mark.parametrize("jump", [-YEAR, YEAR])
def test_a_clock_that_jumps_changes_no_finding(installation, jump):
    _, broken = both(installation, "webhook.missing")
    before = judge(broken, [], NOW)

    again = judge(broken, before.findings, NOW + jump)

    assert (again.verdict, again.created, again.changed, again.gone) == ("failing", (), (), ())


def test_an_api_that_failed_before_the_clock_was_put_back_is_not_failing_for_that(installation):
    facts = half_read(facts_of(fresh(installation), NOW), ("webhooks",))
    facts.parts["webhooks"].unread_reason = "unavailable"
    facts.parts["webhooks"].unread_since = NOW + YEAR

    judgement = judge(facts, [], NOW)

    assert [(each.code, each.verdict, each.since) for each in judgement.findings] == [("api.failing", "warning", NOW)]


def test_a_verdict_from_a_future_that_never_came_is_shown_as_unknown(installation):
    Installation.objects.update(refreshed_at=NOW + YEAR, fresh_until=NOW + YEAR + timedelta(hours=3))

    shown = Installation.objects.with_shown_verdict(NOW).get()

    assert (shown.shown_verdict, shown.shown_cause) == ("unknown", "refresh.stale")
