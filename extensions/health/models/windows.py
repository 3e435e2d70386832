"""Maintenance: when what goes wrong is expected, and nobody is to be disturbed."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, Q

from accounts.models import Account, Tag


class MaintenanceWindowQuerySet(models.QuerySet["MaintenanceWindow"]):
    def active(self, now: datetime) -> Self:
        """Begun, not over, and not called off."""
        return self.filter(starts_at__lte=now, ends_at__gt=now, cancelled_at=None)

    def accounts(self) -> "models.QuerySet[MaintenanceWindow, int | None]":
        """The accounts that these windows name, as a subquery."""
        return self.exclude(account=None).values_list("account")

    def tagged_accounts(self) -> "models.QuerySet[Any, Any]":
        """The accounts whose tag these windows name, as a subquery."""
        tags = self.exclude(tag=None).values("tag")
        return Account.tags.through.objects.filter(tag__in=tags).values_list("account")

    def of_all(self) -> Self:
        """Those that cover every account."""
        return self.filter(account=None, tag=None)

    def over(self, account: Account) -> Self:
        """Those that cover this account."""
        return self.filter(Q(account=account) | Q(tag__in=account.tags.all()) | Q(account=None, tag=None))

    def covered(self, account: str, now: datetime) -> Q:
        """Rows whose account is under maintenance now; `account` is the way from the row to it.

        The windows are looked up once, however many rows are asked about: there are few of them.
        """
        active = self.active(now)
        named = Q(**{f"{account}__in": active.accounts()}) | Q(**{f"{account}__in": active.tagged_accounts()})
        return named | Q(Exists(active.of_all()))


class MaintenanceWindow(models.Model):
    """A stretch of time in which the issues of an account, of all accounts with a tag, or of all are silent."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="maintenance_windows"
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, null=True, blank=True, related_name="maintenance_windows")
    reason = models.CharField(max_length=500)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=150, blank=True)

    objects = MaintenanceWindowQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_window_ends_after_its_start"),
            models.CheckConstraint(condition=Q(account=None) | Q(tag=None), name="a_window_has_one_scope"),
        ]
        permissions = [("plan_maintenance", "Can plan maintenance and call it off")]

    def __str__(self) -> str:
        return f"maintenance of {self.scope}"

    @property
    def scope(self) -> str:
        """Whom it covers, in words."""
        if self.account is not None:
            return str(self.account)
        return f"accounts tagged {self.tag}" if self.tag is not None else "all accounts"

    def state(self, now: datetime) -> str:
        """planned, running, over, or called off."""
        if self.cancelled_at is not None:
            return "called off"
        if now < self.starts_at:
            return "planned"
        return "running" if now < self.ends_at else "over"
