"""Unread is not empty: nothing is called missing that was merely unread."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.installations.models import (
    AccountExtension,
    AccountUser,
    DataField,
    Template,
    TemplateType,
    UsableTemplate,
    Webhook,
)
from tests.health.judged import (
    causes,
    change,
    codes,
    deal,
    deal_field,
    deal_webhook,
    judged,
    never_read,
    stored,
    the,
    unread,
)

DAY = timedelta(days=1)
ROWS = {
    "users": AccountUser,
    "templates": Template,
    "template_types": TemplateType,
    "webhooks": Webhook,
    "extensions": AccountExtension,
    "usable": UsableTemplate,
}


@pytest.mark.parametrize("part", ROWS)
@pytest.mark.parametrize("reason", ["unavailable", "budget_spent", "rate_limited", "unexpected_answer"])
def test_a_part_that_was_never_read_is_unknown_and_nothing_is_missing(installation, part, reason):
    ROWS[part].objects.filter(installation=installation).delete()
    never_read(installation, part, reason=reason)

    judgement = judged(installation)

    assert judgement.verdict == "unknown"
    assert codes(judgement) <= {"api.failing", "api.limited"}


def test_fields_that_were_never_read_are_unknown_and_not_missing(installation):
    part = f"fields/{deal(installation).oneflow_id}"
    DataField.objects.filter(installation=installation).exclude(custom_id="engagement_id").delete()
    never_read(installation, part)

    judgement = judged(installation)

    assert "field.missing" not in {each.code for each in judgement.findings if each.subject.startswith("acme_deal")}


@pytest.mark.parametrize("part", ["account", *ROWS])
def test_a_part_that_could_not_be_read_again_counts_as_last_known_until_its_use_by(installation, part):
    now = timezone.now()
    unread(installation, part, reason="budget_spent")

    before, after = judged(installation, now), judged(installation, now + DAY + timedelta(minutes=1))

    assert (before.verdict, before.use_by) == ("healthy", installation.refreshed_at + DAY)
    assert (after.verdict, after.use_by, after.cause) == ("unknown", None, "")


def test_workspaces_that_could_not_be_read_put_no_verdict_in_doubt(installation):
    never_read(installation, "workspaces", reason="budget_spent")

    assert judged(installation).verdict == "healthy"


def test_a_finding_that_cannot_be_judged_stays_as_it_was_with_its_date(installation):
    deal_webhook(installation).delete()
    stored(installation)
    since = installation.findings.get().since
    unread(installation, "webhooks", reason="budget_spent")

    judgement = judged(installation, timezone.now() + timedelta(hours=2))

    finding = the(judgement, "webhook.missing")
    assert (judgement.verdict, finding.verdict, finding.since) == ("failing", "failing", since)
    assert finding.last_known == installation.refreshed_at


def test_a_finding_last_known_too_long_ago_is_unknown(installation):
    deal_webhook(installation).delete()
    stored(installation)
    unread(installation, "webhooks", reason="budget_spent")

    judgement = judged(installation, timezone.now() + DAY)

    assert (judgement.verdict, the(judgement, "webhook.missing").verdict) == ("unknown", "unknown")


def test_a_finding_that_is_judged_again_keeps_its_since(installation):
    change(deal_field(installation), active=False)
    stored(installation)
    since = installation.findings.get(code="field.inactive").since
    part = f"fields/{deal(installation).oneflow_id}"
    unread(installation, part, reason="budget_spent")
    stored(installation, timezone.now() + DAY * 2)
    installation.parts.filter(name=part).update(unread_reason="", unread_since=None)

    judgement = stored(installation, timezone.now() + DAY * 3)

    finding = installation.findings.get(code="field.inactive")
    assert (judgement.verdict, finding.verdict, finding.since, finding.last_known) == (
        "failing",
        "failing",
        since,
        None,
    )


def test_nothing_is_resolved_while_its_part_is_unread(installation):
    change(deal_field(installation), active=False)
    stored(installation)
    change(deal_field(installation), active=True)
    unread(installation, f"fields/{deal(installation).oneflow_id}", reason="budget_spent")

    assert "field.inactive" in codes(judged(installation))


def test_fields_of_one_type_that_are_unread_leave_those_of_the_other_judged(installation):
    unread(installation, f"fields/{deal(installation).oneflow_id}", reason="budget_spent")
    change(deal_field(installation), active=False)
    change(deal_field(installation, "fiscal_year"), active=False)

    assert {each.subject for each in judged(installation).findings} == {"acme_engagement/fiscal_year"}


def test_templates_that_are_unread_keep_a_deaf_webhook_deaf(installation):
    change(deal_webhook(installation), filters=[{"event_types": None, "workspace_ids": [1]}])
    stored(installation)
    unread(installation, "templates", reason="budget_spent")

    assert the(judged(installation), "webhook.deaf").last_known


def test_everything_unread_after_a_refused_token_follows_from_the_token(installation):
    deal_webhook(installation).delete()
    stored(installation)
    change(installation.token, state="rejected", rejected_since=timezone.now())
    unread(installation, reason="not_asked")

    judgement = judged(installation, timezone.now() + DAY * 2)

    assert (judgement.verdict, causes(judgement), judgement.unknown) == ("failing", ["token.rejected"], ())
    assert the(judgement, "webhook.missing").explained_by == "token.rejected"


def test_an_installation_that_was_never_refreshed_is_unknown(installation):
    for rows in ROWS.values():
        rows.objects.filter(installation=installation).delete()
    installation.parts.all().delete()

    judgement = judged(installation)

    assert (judgement.verdict, codes(judgement)) == ("unknown", set())
