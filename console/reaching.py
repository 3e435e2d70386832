"""How the console reaches Oneflow with an installation's token: our share of the rate limit, time, and the log."""

from django.conf import settings

from accounts.budget import DatabaseBudgetStore
from extensions.installations.models import Exchange, Installation, Refresh
from oneflow.budget import Budget, TimedBudget
from oneflow.client import OneflowClient
from oneflow.exchanges import Exchange as Heard
from oneflow.transport import Transport

# What one refresh's log keeps of an account with very many pages.
MOST_EXCHANGES = 100


class Log:
    """The exchanges of one refresh, each with the part that it was made for."""

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


def client_of(installation: Installation, token: str, budget: Budget, log: Log) -> OneflowClient:
    """A client for the installation's account; close it. Raises ValueError when the base URL is refused."""
    timeouts = settings.ONEFLOW_TIMEOUTS
    transport = Transport(
        installation.extension.base_url,
        connect_timeout=timeouts["connect"],
        read_timeout=timeouts["read"],
        total=timeouts["total"],
    )
    return OneflowClient(
        token,
        base_url=installation.extension.base_url,
        budget=budget,
        record=log.record,
        transport=transport,
    )
