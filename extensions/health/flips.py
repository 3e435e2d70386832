"""What no refresh judges: a connection that ends takes its issues with it, one that begins again is unknown."""

from datetime import datetime
from typing import Any

from extensions.health.judging import Judgement
from extensions.health.models import Flip
from extensions.health.storing import known_findings, store
from extensions.installations.models import Installation, Verdict
from extensions.installations.signals import connected_again, disconnected


def listen() -> None:
    """Keep the history of verdicts whole; called once when the apps are ready."""
    connected_again.connect(_begin_again, dispatch_uid="health.flips")
    disconnected.connect(_end, dispatch_uid="health.flips")


def _begin_again(installation: Installation, now: datetime, **kwargs: Any) -> None:
    Flip.objects.create(installation=installation, at=now, before=Verdict.DISCONNECTED, after=Verdict.UNKNOWN)


def _end(installation: Installation, now: datetime, **kwargs: Any) -> None:
    gone = tuple(known_findings(installation))
    store(installation, Judgement(verdict=Verdict.DISCONNECTED, gone=gone), now)
    installation.save(update_fields=["verdict", "cause", "causes", "verdict_since"])
