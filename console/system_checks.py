"""Django system checks of our settings: each mistake has an id and a hint."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from accounts import vault

# Requests: a 429 halves the share, and an account with several template types takes more than ten.
SEVERAL_REFRESHES = 50


@register(Tags.security)
def vault_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E001: the vault's keys can be read."""
    try:
        vault.keys(settings.VAULT_KEYS)
    except ValueError as exc:
        return [Error(str(exc), hint="`manage.py setup --new-key` prints a fresh entry.", id="console.E001")]
    return []


@register()
def lease_outlives_refresh(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E002: a lease is longer than the task's hard limit; else two refreshes of one installation could meet."""
    if settings.REFRESH_LEASE.total_seconds() <= settings.REFRESH_HARD_LIMIT:
        return [
            Error(
                "REFRESH_LEASE is not longer than REFRESH_HARD_LIMIT.",
                hint="Leave REFRESH_LEASE unset, or set it at least 30 s above.",
                id="console.E002",
            )
        ]
    return []


@register()
def share_of_rate_limit(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W003: the token is the product's too, so most of Oneflow's 2,000 requests in 5 minutes stay its own."""
    if settings.ONEFLOW_BUDGET > 1000:
        return [
            Warning(
                f"The console may spend {settings.ONEFLOW_BUDGET} of each token's 2,000 requests in 5 minutes.",
                hint="The product shares the token. Set ONEFLOW_BUDGET to 1000 or less.",
                id="console.W003",
            )
        ]
    return []


@register()
def room_for_a_refresh(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W006: what is left of the share beside staff's reserve holds some refreshes; else all are put off for ever."""
    left = settings.ONEFLOW_BUDGET - settings.ONEFLOW_STAFF_RESERVE
    if left < SEVERAL_REFRESHES:
        return [
            Warning(
                f"ONEFLOW_BUDGET leaves {left} requests beside ONEFLOW_STAFF_RESERVE; one refresh takes about ten.",
                hint=f"Set ONEFLOW_BUDGET at least {SEVERAL_REFRESHES} above ONEFLOW_STAFF_RESERVE.",
                id="console.W006",
            )
        ]
    return []


@register()
def time_for_a_refresh(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E007: the longest call ends before the soft limit, and that before the hard one; else nothing may be stored."""
    longest = settings.ONEFLOW_TIMEOUTS["total"]
    if longest + 10 > settings.REFRESH_SOFT_LIMIT or settings.REFRESH_SOFT_LIMIT >= settings.REFRESH_HARD_LIMIT:
        return [
            Error(
                "REFRESH_SOFT_LIMIT does not lie between ONEFLOW_CALL_TIMEOUT and REFRESH_HARD_LIMIT.",
                hint=f"Set it to {longest + 10:g} or more and below {settings.REFRESH_HARD_LIMIT}, or leave all unset.",
                id="console.E007",
            )
        ]
    return []


@register(Tags.security)
def own_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W008: only the demo seals with keys that everybody has; whoever holds real tokens has keys of their own."""
    if settings.ENVIRONMENT == "demo" or not settings.PUBLISHED_KEYS:
        return []
    names = " and ".join(settings.PUBLISHED_KEYS)
    return [
        Warning(
            f"This {settings.ENVIRONMENT} console has the published {names}: anybody can open its secrets.",
            hint="`make keys` prints fresh ones; put them into the environment or .env before you connect an account.",
            id="console.W008",
        )
    ]


@register(Tags.database, deploy=True)
def server_database(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W004: production stands on a server database and broker."""
    found: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(Warning("The database is SQLite.", hint="Set DATABASE_URL to PostgreSQL.", id="console.W004"))
    if settings.CELERY_BROKER_URL.startswith("sqla"):
        found.append(
            Warning(
                "The broker is the embedded one.",
                hint="Set CELERY_BROKER_URL to Redis or RabbitMQ.",
                id="console.W005",
            )
        )
    return found
