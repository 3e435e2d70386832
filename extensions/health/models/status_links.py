"""A page for the customer, reached by an address that ends: their own open issues and what to do about them."""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models

from extensions.installations.models import Installation


class StatusLinkQuerySet(models.QuerySet["StatusLink"]):
    def living(self, now: datetime) -> Self:
        """Neither past their end nor revoked, of an account that is still connected."""
        return self.filter(expires_at__gt=now, revoked_at=None).exclude(
            installation__state=Installation.State.DISCONNECTED
        )


class StatusLink(models.Model):
    """One address given to a customer. The address is the `key`, signed; it stands in no row."""

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="status_links")
    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)
    opened = models.PositiveIntegerField("times opened", default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)

    objects = StatusLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [("share_status", "Can give customers a link to their own status, and end it")]

    def __str__(self) -> str:
        return f"status link of {self.installation}"

    def state(self, now: datetime) -> str:
        """living, revoked or over."""
        if self.revoked_at is not None:
            return "revoked"
        return "living" if now < self.expires_at else "over"
