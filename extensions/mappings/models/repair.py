"""Repairs: what was planned for a customer's account, who approved it, what was written, and what came of it."""

import json
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Sealed
from extensions.blueprints.models import Blueprint
from extensions.installations.models import Installation


class RepairQuerySet(models.QuerySet["Repair"]):
    def under_way(self) -> Self:
        """Those that have not come to an end."""
        return self.filter(state__in=UNDER_WAY)

    def unsettled(self) -> Self:
        """Those whose write may have reached Oneflow without having been read back."""
        return self.filter(state__in=UNSETTLED)

    def undoable(self) -> Self:
        """Those that were written and read back, also where not all was taken, and that nothing has undone."""
        of, after = Repair.State, RepairSnapshot.objects.filter(kind=RepairSnapshot.Kind.AFTER)
        undone = Repair.objects.filter(undoes=OuterRef("pk"), state=of.VERIFIED)
        read_back = Q(state=of.VERIFIED) | Q(state=of.DIFFERS) & Exists(after.filter(repair=OuterRef("pk")))
        return self.filter(read_back, ~Exists(undone))

    def free(self, now: datetime) -> Self:
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now))

    def due(self, now: datetime) -> Self:
        """Those that are to be run, and that nobody runs."""
        return self.free(now).let_go().filter(state__in=RUNNABLE, run_at__lte=now).order_by("run_at", "pk")

    def let_go(self) -> Self:
        """Without those of a job that waits or has stopped; what was sent is read back all the same."""
        from extensions.mappings.models.job import GOING_ON, RepairJob  # a job knows its repairs

        held_back = RepairJob.objects.filter(members__repair=OuterRef("pk")).exclude(state__in=GOING_ON)
        # By EXISTS: a join would have an UPDATE ask its conditions before it holds the row.
        return self.exclude(Q(state=Repair.State.APPROVED) & Exists(held_back))

    def leased(self, lease_id: UUID, now: datetime) -> Self:
        """Those that this lease still holds."""
        return self.filter(lease_id=lease_id, lease_until__gt=now)


class Repair(models.Model):
    """One write to one customer's account: planned, approved, sent, read back. Its values stand in its snapshots."""

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        WAITING = "waiting", "waiting for a second approver"
        APPROVED = "approved", "approved, not written yet"
        WRITING = "writing", "being written"
        WRITTEN = "written", "sent, not read back yet"
        VERIFIED = "verified", "done, and read back"
        IGNORED = "ignored", "ignored by Oneflow"
        DIFFERS = "differs", "written, but not as approved"
        STOPPED = "stopped", "stopped, nothing was written"
        FAILED = "failed", "refused by Oneflow, nothing was written"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"
        UNDONE = "undone", "done, and undone since"

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="repairs")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.SET_NULL, null=True, related_name="+")
    undoes = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="undoings")
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    summary = models.CharField(max_length=255, help_text="What it does, in words.")
    removes = models.JSONField(default=list, help_text="What the account would have no longer, by name.")
    needs_second = models.BooleanField("needs a second approver", default=False)
    plan_hash = models.CharField(max_length=64, editable=False)

    planned_at = models.DateTimeField()
    planner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    planned_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True, help_text="Who approved, declined or withdrew it.")
    decided_role = models.CharField(max_length=80, blank=True)
    decision = models.CharField(max_length=255, blank=True, help_text="On what grounds.")

    run_at = models.DateTimeField(null=True, blank=True, help_text="When it is run next; nobody wants it run without.")
    run_by = models.CharField(max_length=150, blank=True)
    run_role = models.CharField(max_length=80, blank=True)
    lease_id = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    unanswered = models.CharField(max_length=500, blank=True, help_text="Why the answer to the write is not known.")
    acting_user = models.BigIntegerField(null=True, blank=True, help_text="Oneflow's id of the user it was sent for.")
    made = models.BigIntegerField(null=True, blank=True, help_text="Oneflow's id of what it made.")

    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    notes = models.JSONField(default=list, help_text="What differs, each as a sentence.")
    exchanges = models.JSONField(default=list)

    objects = RepairQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "-planned_at"], name="repairs_by_state"),
            models.Index(fields=["run_at"], name="repairs_to_run", condition=Q(run_at__isnull=False)),
        ]
        constraints = [
            # Two writes to one account at once would each send back what the other is changing.
            models.UniqueConstraint(
                fields=["installation"],
                condition=Q(state__in=["writing", "written"]),
                name="one_write_at_a_time",
            )
        ]
        # Made and moved on by its own pages only.
        default_permissions = ("view",)
        permissions = [
            ("plan_repair", "Can plan a repair of an account, and run what is approved"),
            ("approve_repair", "Can approve a repair that somebody else planned"),
        ]

    def __str__(self) -> str:
        return f"repair {self.pk}: {self.summary}"

    @property
    def account(self) -> Any:
        """The account that it is about."""
        return self.installation.account

    @property
    def is_over(self) -> bool:
        return self.state not in UNDER_WAY


UNSETTLED = (Repair.State.WRITING, Repair.State.WRITTEN)
RUNNABLE = (Repair.State.APPROVED, *UNSETTLED)
NOT_BEGUN = (Repair.State.PLANNED, Repair.State.WAITING, Repair.State.APPROVED)
# What came to its end before anything was written, with nobody against it.
PLANNED_ANEW = (Repair.State.STOPPED, Repair.State.FAILED, Repair.State.WITHDRAWN)
UNDER_WAY = (*NOT_BEGUN, *UNSETTLED)


class RepairSnapshot(Sealed):
    """What a repair keeps of the customer's, sealed: its plan with the account before, and the account afterwards."""

    class Kind(models.TextChoices):
        PLAN = "plan", "plan, with the account before"
        AFTER = "after", "the account afterwards"

    repair = models.ForeignKey(Repair, on_delete=models.CASCADE, related_name="snapshots")
    kind = models.CharField(max_length=5, choices=Kind)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repair", "kind"], name="one_snapshot_of_a_kind")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of repair {self.repair_id}"

    @classmethod
    def keep(cls, repair: Repair, kind: str, content: dict[str, Any], now: datetime) -> None:
        """Seal the content and store it, in the place of what was there."""
        row = cls(repair=repair, kind=kind, kept_at=now)
        # ASCII throughout: what the account calls its fields need not be a text that can be encoded.
        row.seal(json.dumps(content))
        row.last_four = ""
        cls.objects.filter(repair=repair, kind=kind).delete()
        row.save()

    def content(self) -> dict[str, Any]:
        """What was kept. Raises `accounts.vault.Unreadable`."""
        content: dict[str, Any] = json.loads(self.reveal())
        return content
