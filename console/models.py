"""The record of who did what, and the heartbeats of the machine."""

from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class AppendOnly(Exception):
    """Somebody tried to change or delete a row of the record."""


class AuditEvent(models.Model):
    """Who did what to what, in which role, with which outcome. Rows are only added; the database refuses the rest."""

    class Outcome(models.TextChoices):
        DONE = "done"
        REFUSED = "refused", "refused by a rule or by Oneflow"
        DENIED = "denied", "not permitted to this role"
        FAILED = "failed"

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # The record outlives the colleague's login: `actor` keeps the name.
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=80)
    verb = models.CharField(max_length=60, db_index=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    subject_name = models.CharField(max_length=255, blank=True)
    account_oneflow_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    reason = models.TextField(blank=True)
    address = models.CharField(max_length=45, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "entry of the record"
        verbose_name_plural = "record"

    def __str__(self) -> str:
        return f"{self.actor}: {self.verb}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. Raises `AppendOnly` for a row that is already there."""
        if not self._state.adding:
            raise AppendOnly("The record is only added to.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises `AppendOnly`, always."""
        raise AppendOnly("The record is only added to.")


class Heartbeat(models.Model):
    """When a process of the machine last gave a sign of life: worker, beat, or dispatch (the two working together)."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str, now: datetime) -> None:
        """Note a sign of life, in one statement."""
        cls.objects.bulk_create(
            [cls(name=name, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
        )
