"""Why a contract refuses to be changed. Whoever asked turns it into a status or a sentence."""


class RuleBroken(Exception):
    """A rule of contracts stands against it; the message says which, and nothing was changed."""


class WrongState(RuleBroken):
    """It cannot be done to a contract in this state."""


class NotPermitted(RuleBroken):
    """It cannot be done with this template in this workspace."""


class NoPlan(RuleBroken):
    """The account's plan does not include it."""


class NotAcceptable(RuleBroken):
    """What was given cannot be: `problems` says what is wrong under the path of each part of it."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(found)}" for name, found in problems.items()))
        self.problems = problems


class SameParticipantTwice(NotAcceptable):
    """The same email twice in one contract; the problem stands at the second one (section 4.2)."""

    def __init__(self, place: str) -> None:
        super().__init__({place: ["This participant is in the contract already."]})
