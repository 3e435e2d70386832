"""Whatever an account holds, it is judged: nothing raises, and the verdict follows from what was found."""

import copy
from datetime import timedelta

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extensions.health.asking import Check
from extensions.health.checks import CHECKS
from extensions.health.explaining import explained_by
from extensions.health.facts import gather
from extensions.health.judging import judge
from extensions.health.words import explain
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation, Verdict

NOW = timezone.now()
TEXTS = st.sampled_from(["", "acme_deal", "deal_value", "Deal value", "http://[", "https://x/{account_id}", "é\u2028"])
IDS = st.sampled_from([None, 0, -1, 41000110, 41000111, 417001])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FILTERS = st.lists(st.fixed_dictionaries({"event_types": JUNK, "workspace_ids": JUNK}), max_size=3) | JUNK
VALUES = {
    "name": TEXTS,
    "email": TEXTS,
    "custom_id": TEXTS,
    "extension_type": TEXTS,
    "confirmed_role": TEXTS,
    "callback_url": TEXTS,
    "source": TEXTS,
    "active": st.booleans(),
    "enabled": st.booleans(),
    "legacy": st.booleans(),
    "remembered": st.booleans(),
    "disowned": st.booleans(),
    "filters": FILTERS,
    "workspace_ids": JUNK,
    "template_type_oneflow_id": IDS,
    "integration_instance": IDS,
    "missing_since": st.sampled_from([None, NOW, NOW - timedelta(days=400)]),
    "read_at": st.sampled_from([None, NOW, NOW - timedelta(days=2), NOW + timedelta(days=1)]),
    "unread_reason": st.sampled_from(["", "unavailable", "not_permitted", "user_refused", "other_account", "surprise"]),
    "unread_since": st.sampled_from([None, NOW - timedelta(hours=2), NOW]),
}
ROOMS = ("template_types", "fields", "templates", "webhooks", "workspaces", "users", "extensions", "usable")


def mutated(draw, mirror):
    """A copy of the mirror with rows changed, doubled and left out."""
    rooms = {name: mutated_rows(draw, getattr(mirror, name)) for name in ROOMS}
    parts = {part.name: part for part in mutated_rows(draw, list(mirror.parts.values()))}
    return Mirror(**rooms, parts=parts)


def mutated_rows(draw, rows):
    result = []
    for row in rows:
        for _ in range(draw(st.sampled_from([1, 1, 1, 0, 2]))):
            twin = copy.copy(row)
            names = [
                name for name in VALUES if hasattr(twin, name) and not (name == "name" and hasattr(twin, "read_at"))
            ]
            for name in draw(st.lists(st.sampled_from(names), max_size=2)) if names else ():
                setattr(twin, name, draw(VALUES[name]))
            result.append(twin)
    return result


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_any_mirror_is_judged_and_each_finding_explained_in_words(installation, data):
    mirror = mutated(data.draw, Mirror.load(installation))
    installation.mode = data.draw(st.sampled_from(list(Installation.Mode)))
    facts = gather(installation, mirror, NOW)

    first = judge(facts, [], NOW)
    again = judge(facts, first.findings, NOW)
    later = judge(facts, first.findings, NOW + timedelta(days=5))

    assert not (again.created or again.changed or again.gone)
    assert len({(each.code, each.subject) for each in first.findings}) == len(first.findings)
    assert first.verdict in Verdict and later.verdict in Verdict
    if any(each.verdict == Verdict.FAILING for each in first.findings):
        assert first.verdict == Verdict.FAILING
    assert (first.causes > 0) == bool(first.findings), "something must explain whatever was found"
    assert [each.explained_by for each in first.findings] == explained_by(first.findings)
    for finding in first.findings:
        assert explain(finding, installation).sentence


def test_every_check_says_what_it_may_find_and_finds_nothing_else(installation):
    facts = gather(installation, Mirror.load(installation), NOW)

    assert all(isinstance(check, Check) and check.codes for check in CHECKS)
    for check in CHECKS:
        assert not list(check.ask(facts)), check.codes
