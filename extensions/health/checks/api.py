"""Whether Oneflow answers for this account at all."""

from datetime import datetime, timedelta

from extensions.health.asking import Answer, Found, check
from extensions.health.checks.user import why_gone
from extensions.health.facts import Facts
from extensions.installations.models import Part

# After this long it is no hiccup any more.
PATIENCE = timedelta(hours=1)

# Reasons of a part: those of `oneflow.errors`, and `user_refused` of the refresh.
FAILURES = {"unavailable", "unexpected_answer", "not_permitted", "rejected", "not_found"}


@check("api.limited")
def limited(facts: Facts) -> Answer:
    """Oneflow did not answer 429 (api-rate-limit); that our own share was used up is another thing."""
    parts = [part for part in facts.parts.values() if part.unread_reason == "rate_limited"]
    if parts:
        names = sorted(part.name for part in parts)
        yield Found(
            "api.limited",
            evidence={"asked": ", ".join(names), "answer": "429", "part": names[0], "parts": names},
            since=_since(parts),
        )


@check("api.failing")
def failing(facts: Facts) -> Answer:
    """Every part could be read, or has a reason that another finding tells."""
    parts = [part for part in facts.parts.values() if _fails(facts, part)]
    if not parts:
        return
    names = sorted(part.name for part in parts)
    reasons = sorted({part.unread_reason for part in parts})
    yield Found(
        "api.failing",
        evidence={
            "asked": ", ".join(names),
            "answer": ", ".join(reasons),
            "part": names[0],
            "parts": names,
            "reasons": reasons,
        },
        since=_since(parts),
        fails_after=PATIENCE,
    )


def _fails(facts: Facts, part: Part) -> bool:
    if part.unread_reason == "invalid_token":
        # 401 for one endpoint while the token itself is taken is an answer that makes no sense.
        return not facts.token_rejected and facts.token_readable
    if part.unread_reason == "user_refused":
        return not why_gone(facts)
    return part.unread_reason in FAILURES


def _since(parts: list[Part]) -> datetime | None:
    return min((part.unread_since for part in parts if part.unread_since), default=None)
