"""One kind of repair in many accounts: the job, and how far each of its accounts is."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When

from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.installations.models.installation import SKEW
from extensions.mappings.models.repair import Repair


class RepairJob(models.Model):
    """The same repair in many installations of one extension: dry run, approval, a few first, then the rest.

    What is written in each account is a `Repair` of its own, with its plan, its snapshots and its result.
    """

    class State(models.TextChoices):
        DRY_RUN = "dry_run", "dry run"
        PLANNED = "planned", "waiting for approval"
        CANARY = "canary", "writing the first few"
        LOOKED_AT = "looked_at", "waiting for a look at the first few"
        RUNNING = "running", "writing the rest"
        PAUSED = "paused", "paused"
        STOPPED = "stopped", "stopped"
        DONE = "done", "done"

    extension = models.ForeignKey(Extension, on_delete=models.PROTECT, related_name="repair_jobs")
    title = models.CharField(max_length=255, help_text="What it does, in words.")
    operations = models.JSONField(help_text="What is done in each account.")
    undoes = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="undoings")
    reason = models.CharField(max_length=500)
    most_failing = models.PositiveSmallIntegerField(default=10, validators=[MaxValueValidator(100)])
    state = models.CharField(max_length=10, choices=State, default=State.DRY_RUN)
    says = models.CharField(max_length=500, blank=True, help_text="Why it is where it is.")

    made_at = models.DateTimeField()
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_by = models.CharField(max_length=150)
    made_role = models.CharField(max_length=80)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=150, blank=True)
    approved_role = models.CharField(max_length=80, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When somebody let it go on after the first few.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        # Made and moved on by its own pages only.
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["dry_run", "canary", "running"]), name="jobs_going_on")
        ]

    def __str__(self) -> str:
        return f"job {self.pk}: {self.title}"

    @property
    def is_over(self) -> bool:
        return self.state in ENDED

    @property
    def found_nothing(self) -> bool:
        """Whether it ended with its dry run: nobody had anything to approve."""
        return self.state == self.State.DONE and self.approved_at is None


ENDED = (RepairJob.State.STOPPED, RepairJob.State.DONE)
# What goes on by itself; in every other state somebody is waited for.
GOING_ON = (RepairJob.State.DRY_RUN, RepairJob.State.CANARY, RepairJob.State.RUNNING)
WAITING = (RepairJob.State.PLANNED, RepairJob.State.LOOKED_AT, RepairJob.State.PAUSED)


# So often an account is tried that cannot be reached: to be read, and later to be written, before anything was sent.
MOST_TRIES = 3


class Standing(models.TextChoices):
    """How far an account of a job is."""

    UNREAD = "unread", "not read yet"
    PLANNED = "planned", "planned"
    AT_WORK = "at_work", "being written"
    VERIFIED = "verified", "done, and read back"
    UNDONE = "undone", "done, and undone since"
    FAILED = "failed", "failed"
    ASIDE = "aside", "not written"


class MemberQuerySet(models.QuerySet["RepairJobMember"]):
    def with_standing(self) -> Self:
        """Annotate `standing`: what the dry run, and then the repair, says of each."""
        of, released = Repair.State, Q(repair__run_at__isnull=False)
        unsettled = Q(repair__state__in=[of.APPROVED, of.WRITING, of.WRITTEN])
        return self.annotate(
            standing=Case(
                When(state=RepairJobMember.State.UNREAD, then=Value(Standing.UNREAD)),
                When(Q(repair=None) | Q(repair__state__in=[of.DECLINED, of.WITHDRAWN]), then=Value(Standing.ASIDE)),
                When(repair__state__in=[of.PLANNED, of.WAITING], then=Value(Standing.PLANNED)),
                When(repair__state=of.VERIFIED, then=Value(Standing.VERIFIED)),
                When(repair__state=of.UNDONE, then=Value(Standing.UNDONE)),
                When(unsettled & released, then=Value(Standing.AT_WORK)),
                When(repair__state=of.APPROVED, repair__tries__lt=MOST_TRIES, then=Value(Standing.PLANNED)),
                # Not as planned; or sent, and nobody reads it back any more.
                default=Value(Standing.FAILED),
                output_field=models.CharField(),
            )
        )

    def claim(self, now: datetime, *, limit: int, lease: timedelta) -> UUID | None:
        """Lease so many that are not read yet and that nobody reads; the lease's id, or None when there was none.

        A lease longer than any is one of a clock that was ahead.
        """
        free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + lease + SKEW)
        unread = RepairJobMember.objects.filter(free, state=RepairJobMember.State.UNREAD)
        chosen = self.filter(pk__in=unread.values("pk")).order_by("pk").values("pk")[:limit]
        lease_id = uuid4()
        # The conditions stand in the outer statement too: two that claim at once each re-check under the row's lock.
        taken = unread.filter(pk__in=chosen).update(lease_id=lease_id, lease_until=now + lease, tries=F("tries") + 1)
        return lease_id if taken else None

    def leased(self, lease_id: UUID, now: datetime) -> Self:
        """Those that this lease still holds."""
        return self.filter(lease_id=lease_id, lease_until__gt=now)


class RepairJobMember(models.Model):
    """One account of a job: what its dry run said, and the repair that it became. The repair says the rest."""

    class State(models.TextChoices):
        UNREAD = "unread", "not read yet"
        PLANNED = "planned", "planned"
        REFUSED = "refused", "nothing to be written"
        LEFT_OUT = "left_out", "left out"

    job = models.ForeignKey(RepairJob, on_delete=models.CASCADE, related_name="members")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="repair_job_members")
    operations = models.JSONField(null=True, blank=True, help_text="What is done here, where it is not the job's.")
    undoes = models.ForeignKey(Repair, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.UNREAD)
    repair = models.OneToOneField(Repair, on_delete=models.SET_NULL, null=True, blank=True, related_name="job_member")
    says = models.TextField(blank=True, help_text="Why it is not planned.")
    remedy = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    lease_id = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "installation"], name="once_in_a_job")]
        indexes = [models.Index(fields=["job", "state"])]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.installation} in {self.job}"
