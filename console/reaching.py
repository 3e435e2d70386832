"""How the console reaches Oneflow with an installation's token: our share of the rate limit, time, and the log."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from accounts.budget import DatabaseBudgetStore
from accounts.models import ApiToken
from accounts.vault import Unreadable
from extensions.installations.models import Exchange, Installation, Refresh
from oneflow.budget import Budget, TimedBudget
from oneflow.client import OneflowClient
from oneflow.errors import BudgetSpent
from oneflow.exchanges import Exchange as Heard
from oneflow.transport import Transport

# What one refresh's log keeps of an account with very many pages.
MOST_EXCHANGES = 100


class NotReached(Exception):
    """Why Oneflow cannot be asked for an account, and what to do."""


class Log:
    """The exchanges of one refresh, or of what staff do, each with the part that it was made for."""

    def __init__(self) -> None:
        self.part = ""
        self.heard: list[tuple[str, Heard]] = []

    def begin(self, part: str) -> None:
        self.part = part

    def record(self, exchange: Heard) -> None:
        self.heard.append((self.part, exchange))

    @property
    def calls(self) -> int:
        return len(self.heard)

    def rows(self, refresh: Refresh) -> list[Exchange]:
        """The exchanges as rows to store."""
        return [
            Exchange(
                refresh=refresh,
                part=part,
                at=heard.at,
                method=heard.method,
                path=heard.path[:500],
                status=heard.status,
                milliseconds=heard.milliseconds,
                request_id=heard.request_id[:120],
                error=heard.error[:500],
                excerpt=heard.excerpt,
            )
            for part, heard in self.heard[:MOST_EXCHANGES]
        ]


def seconds_to_fetch() -> float:
    """How long a refresh may begin new calls: the last one, however slow, ends before the task's soft limit."""
    return float(max(settings.REFRESH_SOFT_LIMIT - settings.ONEFLOW_TIMEOUTS["total"] - 5, 1))


def budget_of(installation: Installation, *, staff: bool) -> Budget:
    """The token's share of the rate limit; staff may use the reserve too."""
    assert installation.token is not None
    return TimedBudget(
        DatabaseBudgetStore(),
        installation.token.fingerprint,
        limit=settings.ONEFLOW_BUDGET,
        staff_reserve=settings.ONEFLOW_STAFF_RESERVE,
        window_seconds=settings.ONEFLOW_BUDGET_WINDOW,
        staff=staff,
        seconds=seconds_to_fetch(),
    )


def client_of(
    installation: Installation, token: str, budget: Budget, log: Log, *, most_seconds: float | None = None
) -> OneflowClient:
    """A client for the installation's account; close it. Raises ValueError when the base URL is refused.

    One call lasts as long as the settings say, and no longer than `most_seconds`.
    """
    timeouts = settings.ONEFLOW_TIMEOUTS
    transport = Transport(
        installation.extension.base_url,
        connect_timeout=timeouts["connect"],
        read_timeout=timeouts["read"],
        total=timeouts["total"] if most_seconds is None else min(timeouts["total"], most_seconds),
    )
    return OneflowClient(
        token,
        base_url=installation.extension.base_url,
        budget=budget,
        record=log.record,
        transport=transport,
    )


@contextmanager
def asking(
    installation: Installation, log: Log, *, calls: int, staff: bool, most_seconds: float | None = None
) -> Iterator[OneflowClient]:
    """A client with room for so many calls; what is not used of them is given back.

    Raises Unreadable for a token that cannot be opened, BudgetSpent, and ValueError when the base URL is refused.
    """
    token = (installation.token or ApiToken()).reveal()
    budget = budget_of(installation, staff=staff)
    budget.reserve(calls)
    try:
        with client_of(installation, token, budget, log, most_seconds=most_seconds) as client:
            yield client
    finally:
        budget.settle()


@contextmanager
def reached(installation: Installation, *, calls: int, most_seconds: float) -> Iterator[tuple[OneflowClient, Log]]:
    """A client for what staff do now, with room for so many calls of so many seconds each. Raises `NotReached`."""
    if installation.token is None or installation.state == Installation.State.DISCONNECTED:
        raise NotReached("The account is disconnected. Connect it again first.")
    log = Log()
    with ExitStack() as stack:
        try:
            client = stack.enter_context(asking(installation, log, calls=calls, staff=True, most_seconds=most_seconds))
        except BudgetSpent:
            raise NotReached("Our share of this token’s rate limit is used up. Try again in five minutes.") from None
        except (Unreadable, ValueError) as exc:
            raise NotReached(str(exc)) from None
        yield client, log
