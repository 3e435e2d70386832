"""What happens next, decided by the seed alone: the same seed and shares give the same actions in the same order."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

# So many contracts are in the making at once before the first of them must be finished.
OPEN_AT_ONCE = 12
FIELDS_FILLED = 2
ACTIONS = ("create", "fill", "publish", "sign", "decline")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that somebody does. `contract` counts the contracts of this run, `account` its accounts, from 0.

    `chance` decides what the plan cannot know, such as which of the account's templates is taken.
    """

    name: str
    contract: int
    account: int
    by_hand: bool
    chance: float


def plan(seed: int, *, accounts: int, by_hand: float, decline: float) -> Iterator[Action]:
    """Actions without end. `by_hand` and `decline` are shares, from 0 to 1, of the contracts that are made."""
    # The fleet has sources of chance of its own; this one must not move in step with them.
    rng = Random(f"traffic:{seed}")
    making: list[list[Action]] = []
    count = 0
    while True:
        if not making or (len(making) < OPEN_AT_ONCE and rng.random() < 0.4):
            making.append(_life(rng, count, accounts, by_hand, decline))
            count += 1
            life = making[-1]
        else:
            life = making[rng.randrange(len(making))]
        yield life.pop(0)
        if not life:
            making.remove(life)


def _life(rng: Random, contract: int, accounts: int, by_hand: float, decline: float) -> list[Action]:
    account, hand = rng.randrange(accounts), rng.random() < by_hand
    end = "decline" if rng.random() < decline else "sign"
    return [Action(name, contract, account, hand, rng.random()) for name in ("create", "fill", "publish", end)]
