"""What the API answers when a rule of contracts is broken (section 4.3)."""

from sandbox.contracts.refusing import NoPlan, NotAcceptable, NotPermitted, RuleBroken, SameParticipantTwice, WrongState
from sandbox.errors import BadRequest, Refusal

_STATUS: dict[type[RuleBroken], int] = {WrongState: 409, NotPermitted: 403, NoPlan: 402}


def as_refusal(rule: RuleBroken) -> Refusal:
    if isinstance(rule, SameParticipantTwice):
        return Refusal(400, "The same participant cannot be twice in a contract.", rule.problems, number=3)
    if isinstance(rule, NotAcceptable):
        return BadRequest(rule.problems)
    return Refusal(_STATUS[type(rule)], str(rule))
