"""Maintenance windows: planned by staff, ended by themselves, or called off."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.acting import Actor, Deed
from accounts.models import Account, Tag
from extensions.health.handling import Refused, reason_of
from extensions.health.models import MaintenanceWindow

LONGEST = timedelta(days=30)


def plan(
    *,
    account: Account | None = None,
    tag: Tag | None = None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> MaintenanceWindow:
    """A window over an account, over all with a tag, or (with neither) over all accounts. Raises `Refused`."""
    starts_at = starts_at or now
    if ends_at is None:
        raise Refused("Say when the maintenance ends: until then nobody is told what goes wrong.")
    if account is not None and tag is not None:
        raise Refused("Choose one account or one tag, not both: plan a window for each.")
    if ends_at <= starts_at:
        raise Refused("The maintenance would end before it starts. Choose a later end.")
    if ends_at <= now:
        raise Refused("This maintenance is over already. Choose a later end.")
    if ends_at - starts_at > LONGEST:
        raise Refused(f"Maintenance lasts at most {LONGEST.days} days. Choose an earlier end.")
    reason = reason_of(reason)
    with transaction.atomic():
        window = MaintenanceWindow.objects.create(
            account=account,
            tag=tag,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            created_at=now,
            created_by=actor.name[:150],
        )
        times = {"from": starts_at.isoformat(), "until": ends_at.isoformat(), "scope": window.scope}
        Deed(actor, "maintenance.plan", account or window, reason=reason, details=times).tell()
    return window


def call_off(window: MaintenanceWindow, *, actor: Actor, now: datetime) -> bool:
    """End it now, or let it never begin; False if it was over or called off already."""
    with transaction.atomic():
        live = MaintenanceWindow.objects.filter(pk=window.pk, cancelled_at=None, ends_at__gt=now)
        done = bool(live.update(cancelled_at=now, cancelled_by=actor.name[:150]))
        Deed(
            actor,
            "maintenance.call_off",
            window.account or window,
            outcome="done" if done else "refused",
            reason="" if done else "It was over already.",
            details={"scope": window.scope},
        ).tell()
    return done
