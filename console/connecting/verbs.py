"""Connecting as the console does it: the rooms' verbs, the verdict that follows, and the first refresh at once."""

from datetime import datetime

from django.db import transaction

from accounts.acting import Actor, Deed
from accounts.connecting import Refusal
from console.refreshing import kick
from extensions.blueprints.models import Extension
from extensions.health.facts import gather
from extensions.health.judging import judge
from extensions.health.storing import known_findings, store
from extensions.installations.connecting import disconnect
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation

JUDGED = ["verdict", "verdict_since", "cause", "causes"]


def end(installation: Installation, *, actor: Actor, now: datetime, reason: str = "") -> Installation:
    """Disconnect and judge in one transaction: a disconnected installation has a verdict and no findings."""
    with transaction.atomic():
        installation = disconnect(installation, actor=actor, now=now, reason=reason)
        facts = gather(installation, Mirror.load(installation), now)
        store(installation, judge(facts, known_findings(installation), now), now)
        installation.save(update_fields=JUDGED)
    return installation


def refresh_soon() -> None:
    """Have what is due handed out as soon as this is committed; with the broker away, beat does it later."""
    transaction.on_commit(kick, robust=True)


def tell_refusal(
    refusal: Refusal,
    *,
    actor: Actor,
    verb: str,
    extension: Extension | None = None,
    installation: Installation | None = None,
) -> None:
    """Record a try that was refused, with the refusal's code; never what was pasted."""
    subject = installation or extension or "no extension"
    Deed(actor, verb, subject, outcome="refused", reason=refusal.code).tell()
