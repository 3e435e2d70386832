"""Every pair of conditions that Oneflow can bring about at once, over HTTP: their causes, and no others.

What is expected is reckoned from the table of codes (what explains what, and how far), from what each check must have
read, and from the two short tables below, which tell what one condition does to the thing that another is about. Each
pair has a fresh account of one sandbox, and is read and judged in this process.
"""

from itertools import combinations

import pytest

from extensions.health.checks import CHECKS
from extensions.health.codes import CODES, SAME_TYPE, matches
from tests.connected import connect, refresh
from tests.health.test_in_the_sandbox import FAULTS, causes

FIRST, SECOND = "acme_deal", "acme_engagement"
IN_A_TYPE = [code for code in FAULTS if code.startswith(("template_type.", "field.", "webhook."))]
EVERYTHING = {part for check in CHECKS for part in check.needs} | {"fields"}
# The parts that a condition leaves unread; a refused token too, but that explains whatever rests on them.
UNREAD = {"api.failing": EVERYTHING, "api.limited": {"webhooks"}, "user.gone": {"usable"}}
# Of one thing these cannot hold at once: the first takes away what the second says something of.
GONE = {
    "field.missing": {"field.inactive", "field.changed"},
    "webhook.missing": {code for code in FAULTS if code.startswith("webhook.")} - {"webhook.missing"},
    "webhook.unbound": {"webhook.duplicate"},  # one that is tied to no type is no second one of a type
    "api.failing": {"api.limited"},  # which of two wrong answers comes
}
# What is brought about later, the later the more: it takes away what the others need, or is made of what they leave.
LAST = ("webhook.insecure", "webhook.unbound", "field.missing", "template_type.missing", "extension.absent")
# A third condition that two in different types really make: the webhook that now serves both types was made for the
# second, which wants fewer event types.
BESIDES = {("webhook.missing", "webhook.unbound"): {"webhook.deaf"}}


def needs(code):
    """The parts that whoever finds the code must have read."""
    found = {part for check in CHECKS if code in check.codes for part in check.needs}
    return found | ({"fields"} if code.startswith("field.") else set())


def hidden(code, other):
    """Whether a condition cannot be seen because of another."""
    return bool(needs(code) & UNREAD.get(other, set()))


def explained(code, other, *, same_type):
    """Whether a condition follows from another by the table of codes."""
    scopes = [scope for pattern, scope in CODES[other].explains if matches(pattern, code)]
    # A webhook that is tied to no template type is none of a type's own.
    its = same_type and code != "webhook.unbound"
    return any(its if scope is SAME_TYPE else scope.value == "all" or same_type for scope in scopes)


def expected(first, second, *, same_type=True):
    """The causes that the two lead to."""
    return sorted(
        code
        for code, other in ((first, second), (second, first))
        if not hidden(code, other) and not explained(code, other, same_type=same_type)
    )


def cannot_coexist(first, second):
    return second in GONE.get(first, ()) or first in GONE.get(second, ())


def judged(sandbox, *faults):
    """A fresh account with these faults, after one refresh."""
    account = sandbox.new_account()
    for code, kind in faults:
        narrowing = {"template_type": kind} if code in IN_A_TYPE else {}
        if code in ("user.gone", "workspace.none"):
            narrowing["user"] = next(user["email"] for user in account["users"] if user["active"] and user["is_admin"])
        sandbox.fault(account["id"], code, **narrowing)
    installation = connect(sandbox, account)
    refresh(installation)
    return installation


def in_an_order_that_works(first, second):
    """What needs its thing to be there comes before what takes it away."""
    return sorted((first, second), key=lambda code: LAST.index(code) if code in LAST else -1)


@pytest.mark.parametrize("first", FAULTS)
def test_two_conditions_lead_to_the_causes_that_the_table_says(db, sandbox, first):
    wrong = []
    for second in FAULTS[FAULTS.index(first) + 1 :]:
        if cannot_coexist(first, second):
            continue
        installation = judged(sandbox, *((code, FIRST) for code in in_an_order_that_works(first, second)))
        if (found := causes(installation)) != expected(first, second) or installation.verdict == "healthy":
            wrong.append((first, second, found, expected(first, second), str(installation.verdict)))

    assert not wrong


@pytest.mark.parametrize("first", IN_A_TYPE)
def test_conditions_of_two_template_types_explain_nothing_of_each_other(db, sandbox, first):
    wrong = []
    for second in IN_A_TYPE[IN_A_TYPE.index(first) + 1 :]:
        found = causes(judged(sandbox, (first, FIRST), (second, SECOND)))
        wanted = sorted(set(expected(first, second, same_type=False)) | BESIDES.get((first, second), set()))
        if found != wanted:
            wrong.append((first, second, found, wanted))

    assert not wrong


def test_nearly_every_pair_can_coexist():
    pairs = list(combinations(FAULTS, 2))

    impossible = [pair for pair in pairs if cannot_coexist(*pair)]

    assert len(impossible) <= 10 < len(pairs) / 10
