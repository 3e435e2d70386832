import pytest
from django.utils import timezone

from extensions.installations.models import Part
from tests.health.judged import HOUR, causes, codes, judged, stored, the, unread


def test_a_429_is_a_warning_that_names_what_was_not_read(installation):
    unread(installation, "webhooks", reason="rate_limited")

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("warning", ["api.limited"])
    assert the(judgement, "api.limited").evidence["parts"] == ["webhooks"]


def test_our_own_share_being_used_up_is_no_finding(installation):
    unread(installation, reason="budget_spent")

    judgement = judged(installation)

    assert (judgement.verdict, codes(judgement)) == ("healthy", set())


@pytest.mark.parametrize(
    "reason", ["unavailable", "unexpected_answer", "not_permitted", "rejected", "not_found", "invalid_token"]
)
def test_an_answer_that_is_of_no_use_is_a_warning_at_first(installation, reason):
    unread(installation, "webhooks", reason=reason)

    judgement = judged(installation)

    assert (judgement.verdict, causes(judgement)) == ("warning", ["api.failing"])


def test_what_fails_for_an_hour_is_failing_since_it_began(installation):
    now = timezone.now()
    unread(installation, "webhooks", since=now - HOUR)

    judgement = judged(installation, now)

    assert judgement.verdict == "failing"
    assert the(judgement, "api.failing").since == now - HOUR


def test_what_fails_for_nearly_an_hour_is_still_a_warning(installation):
    now = timezone.now()
    unread(installation, "webhooks", since=now - HOUR * 0.99)

    assert judged(installation, now).verdict == "warning"


def test_what_fails_now_here_and_now_there_for_an_hour_is_failing(installation):
    now = timezone.now()
    unread(installation, "webhooks", since=now - HOUR)
    stored(installation, now - HOUR)
    installation.parts.filter(name="webhooks").update(unread_reason="", unread_since=None)
    unread(installation, "users", since=now)

    judgement = judged(installation, now)

    assert (judgement.verdict, the(judgement, "api.failing").since) == ("failing", now - HOUR)


def test_a_part_that_nobody_asked_for_does_not_fail(installation):
    unread(installation, "usable", reason="not_asked")

    assert "api.failing" not in codes(judged(installation))


def test_a_part_of_a_template_type_that_is_no_longer_ours_does_not_fail(installation):
    Part.objects.create(installation=installation, name="fields/999", unread_reason="unavailable")

    assert judged(installation).verdict == "healthy"
