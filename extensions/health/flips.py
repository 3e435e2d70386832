"""Flips that no judgement makes: a connection that begins again is unknown until it is judged."""

from datetime import datetime
from typing import Any

from extensions.health.models import Flip
from extensions.installations.models import Installation, Verdict
from extensions.installations.signals import connected_again


def listen() -> None:
    """Keep the history of verdicts whole; called once when the apps are ready."""
    connected_again.connect(_begin_again, dispatch_uid="health.flips")


def _begin_again(installation: Installation, now: datetime, **kwargs: Any) -> None:
    Flip.objects.create(installation=installation, at=now, before=Verdict.DISCONNECTED, after=Verdict.UNKNOWN)
