"""What the sender is given for one attempt, and what it gives back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# (account, webhook): callbacks of one lane go to one receiver.
Lane = tuple[int, int]
# A callback's id, its lane, and when it is due, in seconds since 1970.
Waiting = tuple[int, Lane, float]


@dataclass(frozen=True, slots=True)
class Rules:
    """The switches that decide about an attempt, as they stood when it began."""

    timeout: float
    deliver_to: str | dict[str, str] | None
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A callback whose turn it is, with its webhook as it stands now."""

    pk: int
    lane: Lane
    callback_id: str
    contract_id: int
    events: list[dict[str, Any]]
    attempts: int
    url: str
    sign_key: str | None
    configuration: dict[str, Any]
    former: bool
    rules: Rules


@dataclass(slots=True)
class Outcome:
    """One request and what came of it. An additional copy decides nothing about its callback."""

    job: Job
    at: datetime
    seconds: float = 0.0
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int | None = None
    answer: str = ""
    error: str = ""
    fault: str = ""
    is_copy: bool = False
    is_dropped: bool = False
