"""Words for when Oneflow does not answer, or we have not asked for too long."""

from extensions.health.words.doubts import REASONS, names
from extensions.health.words.saying import (
    ADMINISTRATOR,
    HERE,
    PLAN_ASSUMED,
    STAFF,
    Case,
    Explanation,
    Step,
    ask_oneflow,
)

ANSWERS = {
    "unavailable": "Oneflow is disturbed, or slow, or the network between is.",
    "unexpected_answer": "Oneflow answered something that the console does not understand: its API may have changed.",
    "not_permitted": "Oneflow refuses these calls to this account: the plan may be without API access, or the "
    "account closed.",
    "rejected": "Oneflow did not take a request that it documents.",
    "not_found": "Oneflow does not know an address that the console asks: some of them are assumed.",
    "invalid_token": "Oneflow answered 401 for one address while it takes the token for others.",
    "user_refused": "Oneflow refuses the acting user, whom it lists as active.",
}


def _unread(case: Case, why: str) -> str:
    """What could not be read, and why, as a sentence; "" when the evidence does not say."""
    parts = names(map(str, case.evidence.get("parts", ())))
    return f"{parts[:1].upper()}{parts[1:]} could not be read{f': {why}' if why else ''}." if parts else case.known()


def limited(case: Case) -> Explanation:
    return Explanation(
        sentence="Oneflow's rate limit was reached for this account",
        how_we_know=_unread(case, "Oneflow answered 429"),
        usually="The product shares the token and its 2,000 requests in 5 minutes: look there first. The console "
        "itself keeps to a share of them, and takes less for a while after this.",
        steps=(
            Step(STAFF, "the product's log", "See what calls Oneflow so often for this customer."),
            Step(STAFF, HERE, "Wait: the console asks again by itself."),
        ),
    )


def failing(case: Case) -> Explanation:
    reasons = [str(each) for each in case.evidence.get("reasons", ())]
    refused = "not_permitted" in reasons
    return Explanation(
        sentence="Oneflow does not answer properly for this account",
        how_we_know=_unread(case, "; ".join(REASONS[each] for each in reasons if each in REASONS)),
        usually=" ".join(ANSWERS[each] for each in reasons if each in ANSWERS) or "Oneflow is disturbed.",
        steps=(
            Step(STAFF, f"{HERE}: Refresh now", "See whether it lasts. Meanwhile what was read last is shown."),
            ask_oneflow("If it lasts: report it, with the request ids."),
        ),
        assumed=PLAN_ASSUMED if refused else "",
    )


def stale(case: Case) -> Explanation:
    return Explanation(
        sentence="The state of this account is too old to be trusted",
        how_we_know="The last refresh is longer ago than a verdict is good for.",
        usually="The worker or the beat of this console is not running, or has more to do than it can.",
        steps=(
            Step(STAFF, "the foot of this page", "See whether worker and beat are alive."),
            Step(ADMINISTRATOR, "the server: manage.py doctor", "Mend what it names, then refresh."),
        ),
    )
