"""The history of a verdict as stretches, as a spark line, and on the timeline of an installation."""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.models import AuditEvent
from console.timeline.drawing import SLOTS
from console.timeline.happenings import LANES
from console.timeline.stretches import Now, Stretch, stretches, worst_of_each
from extensions.health.models import Flip
from extensions.installations.models import Change, Installation, Refresh, Verdict
from tests.making import make_user

NOW = timezone.now().replace(microsecond=0)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SINCE = NOW - 30 * DAY


def stands(
    verdict: str = "healthy", *, connected: Any = NOW - 90 * DAY, fresh: Any = NOW + HOUR, cause: str = ""
) -> Now:
    return Now(verdict, cause, connected, fresh)


def flip(before: str, after: str, ago: timedelta, cause: str = "") -> Flip:
    return Flip(at=NOW - ago, before=before, after=after, cause=cause)


def told(parts: list[Stretch]) -> list[tuple[str, timedelta]]:
    return [(part.verdict, part.length) for part in parts]


def test_without_flips_the_verdict_has_held_all_the_time():
    assert told(stretches([], stands(), SINCE, NOW)) == [("healthy", 30 * DAY)]


def test_each_flip_ends_the_verdict_before():
    flips = [flip("healthy", "failing", 3 * DAY, "token.rejected"), flip("failing", "healthy", DAY)]

    parts = stretches(flips, stands(), SINCE, NOW)

    assert told(parts) == [("healthy", 27 * DAY), ("failing", 2 * DAY), ("healthy", DAY)]
    assert parts[1].cause == "token.rejected"


def test_before_it_was_connected_nothing_is_told():
    assert told(stretches([], stands(connected=NOW - 2 * DAY), SINCE, NOW)) == [("healthy", 2 * DAY)]


def test_one_that_was_connected_again_keeps_its_history():
    flips = [flip("healthy", "disconnected", 9 * DAY), flip("disconnected", "unknown", DAY)]

    parts = stretches(flips, stands("unknown", connected=NOW - DAY), SINCE, NOW)

    assert told(parts) == [("healthy", 21 * DAY), ("disconnected", 8 * DAY), ("unknown", DAY)]


def test_what_nobody_renewed_is_unknown_from_its_use_by_on():
    parts = stretches([], stands(fresh=NOW - 2 * HOUR), SINCE, NOW)

    assert told(parts) == [("healthy", 30 * DAY - 2 * HOUR), ("unknown", 2 * HOUR)]
    assert parts[-1].cause == "refresh.stale"


@given(
    ages=st.lists(st.integers(0, 40 * 24 * 60), max_size=30),
    verdicts=st.lists(st.sampled_from(Verdict.values), min_size=31, max_size=31),
    connected=st.integers(0, 60 * 24 * 60),
    fresh=st.integers(-60 * 24 * 60, 24 * 60),
)
def test_whatever_the_clocks_did_stretches_follow_each_other_without_a_gap(ages, verdicts, connected, fresh):
    flips = [flip(verdicts[number], verdicts[number + 1], timedelta(minutes=age)) for number, age in enumerate(ages)]
    now = stands(
        verdicts[len(ages)], connected=NOW - timedelta(minutes=connected), fresh=NOW + timedelta(minutes=fresh)
    )

    parts = stretches(flips, now, SINCE, NOW)

    assert all(part.length > timedelta(0) for part in parts)
    assert all(before.ended == after.begun for before, after in pairwise(parts))
    assert not parts or (parts[0].begun >= SINCE and parts[-1].ended == NOW)
    assert len(worst_of_each(parts, SINCE, NOW, 30)) == 30


def test_of_each_day_the_worst_verdict_counts():
    flips = [flip("healthy", "failing", DAY + HOUR), flip("failing", "healthy", DAY - HOUR)]

    assert worst_of_each(stretches(flips, stands(), SINCE, NOW), SINCE, NOW, 30)[-3:] == [
        "healthy",
        "failing",
        "failing",
    ]


def page_of(installation: Installation, role: str = "support") -> str:
    client = Client()
    client.force_login(make_user(role))
    args = [installation.account.oneflow_id, "acme_ledger"]
    address = reverse("installation-timeline", args=args)
    overview = client.get(reverse("installation", args=args)).content.decode()
    assert f'hx-get="{address}"' in overview and f'href="{address}"' in overview  # fetched, and there without a script
    part = client.get(address, headers={"hx-request": "true"}).content.decode()
    page = client.get(address).content.decode()
    assert drawn(part) == drawn(page) and "<html" not in part
    return page


def drawn(page: str) -> str:
    return page[page.index('<section class="panel timeline"') :].split("</section>")[0]


@pytest.mark.django_db
def test_flips_changes_refreshes_and_staff_stand_on_one_axis_and_in_a_table(installation):
    Flip.objects.create(installation=installation, at=NOW - 2 * DAY, before="failing", after="healthy", cause="")
    Change.objects.create(
        installation=installation,
        at=NOW - 3 * DAY,
        kind="changed",
        subject_kind="webhook",
        subject_name="<b>7</b>",
        attribute="callback_url",
    )
    Refresh.objects.create(installation=installation, started_at=NOW - DAY, ended_at=NOW - DAY, outcome="complete")
    AuditEvent.objects.create(
        at=NOW - HOUR,
        actor="Maja",
        role="support",
        verb="account.relink",
        reason="a secret reason",
        account_oneflow_id=installation.account.oneflow_id,
    )

    timeline = drawn(page_of(installation))

    assert all(lane in timeline for lane in LANES)
    assert timeline.count('class="tick"') == 3
    assert 'class="failing"' in timeline
    assert 'class="healthy"' in timeline
    assert "Maja: account relink" in timeline
    assert "a secret reason" not in timeline
    assert "webhook &lt;b&gt;7&lt;/b&gt; changed (callback_url)" in timeline
    assert "style=" not in timeline


@pytest.mark.django_db
def test_however_much_happened_the_drawing_is_bounded(installation):
    moments = [NOW - timedelta(minutes=each) for each in range(0, 30 * 24 * 60, 20)]
    Flip.objects.bulk_create(
        Flip(
            installation=installation,
            at=at,
            before=("healthy", "failing")[number % 2],
            after=("failing", "healthy")[number % 2],
        )
        for number, at in enumerate(reversed(moments))
    )
    Change.objects.bulk_create(
        Change(installation=installation, at=at, kind="changed", subject_kind="webhook", subject_id="1")
        for at in moments
    )

    page = page_of(installation)

    assert len(re.findall("<rect", drawn(page))) <= SLOTS * (1 + len(LANES)) + 4
    assert len(page) < 150_000


@pytest.mark.django_db
def test_where_nothing_happened_the_table_says_so(installation):
    Installation.objects.update(connected_at=NOW - 60 * DAY)

    assert "Nothing happened in the last 30 days" in drawn(page_of(installation))
