"""Looking for every fact, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oneflow.budget import Budget
from oneflow.tokens import without_secrets
from oneflow.verifying.asking import Asked, CannotTell, ReadOnlyTransport
from oneflow.verifying.fact import Fact, Outcome, Seen
from oneflow.verifying.facts import FACTS

LONGEST = 600


@dataclass(frozen=True, slots=True)
class Result:
    """A fact, and what came out: shapes and statuses, never a value of the account."""

    fact: Fact
    outcome: Outcome
    seen: str


def verify(
    token: str,
    *,
    transport: ReadOnlyTransport,
    budget: Budget,
    user_email: str | None = None,
    facts: Sequence[Fact] = FACTS,
    tell: Callable[[Result], None] = lambda result: None,
) -> tuple[Result, ...]:
    """What came out of each fact, in their order; each is told as soon as it is known.

    Whatever the server answers, an outcome comes out: what cannot be seen is *not testable*, with why.
    """
    asked = Asked(transport, token, user_email, budget)
    secrets = [secret for secret in (token, user_email) if secret]
    results = []
    for fact in facts:
        seen = _look(fact, asked)
        result = Result(fact, seen.outcome, _clean(seen.what, secrets))
        tell(result)
        results.append(result)
    return tuple(results)


def _look(fact: Fact, asked: Asked) -> Seen:
    try:
        return fact.look(asked)
    except CannotTell as exc:
        return Seen(Outcome.NOT_TESTABLE, str(exc))


def _clean(text: str, secrets: list[str]) -> str:
    """The last fence: what looks has put together from names of keys and numbers only."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return without_secrets(text, LONGEST)
