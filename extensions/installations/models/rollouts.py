"""Rollouts: installations moved to a version of the blueprint in waves, each movement remembered so as to be undone."""

from typing import Self

from django.db import models
from django.db.models import Q

from extensions.blueprints.models import Blueprint, Extension
from extensions.installations.models.installation import Installation, Verdict


class RolloutQuerySet(models.QuerySet["Rollout"]):
    def open(self) -> Self:
        """Not over: there is one at most for each extension."""
        return self.filter(state__in=Rollout.OPEN)

    def followed(self) -> Self:
        """Those that a worker has something to do for: moving, giving back, or seeing what became of whom it moved.

        One that is taken back is among them: taking back another may lead to it again.
        """
        return self.exclude(state=Rollout.State.PLANNED)


class Rollout(models.Model):
    """A version of the blueprint on its way to the installations of its extension.

    `wave` is the one under way: 0 before the start, 1 is the canary. `tolerated` is how many newly failing ones of it
    staff have seen and gone on from.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        RUNNING = "running"
        PAUSED = "paused"
        STOPPED = "stopped", "stopped by itself"
        RETURNING = "returning", "going back"
        DONE = "done"
        ENDED = "ended", "ended by staff"
        RETURNED = "returned", "taken back"

    OPEN = (State.PLANNED, State.RUNNING, State.PAUSED, State.STOPPED, State.RETURNING)

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="rollouts")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.RESTRICT, related_name="rollouts")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it stands still, when it does by itself.")
    accounts = models.PositiveIntegerField(default=0, help_text="How many it had when it was planned.")
    wave = models.PositiveIntegerField(default=0)
    wave_size = models.PositiveIntegerField()
    stop_percent = models.PositiveSmallIntegerField(
        help_text="Above this share of newly failing ones in a wave it stops by itself."
    )
    canary_seen = models.BooleanField(default=False, help_text="It has paused for the canary to be looked at.")
    tolerated = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RolloutQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["extension"],
                condition=Q(state__in=["planned", "running", "paused", "stopped", "returning"]),
                name="one_open_rollout",
            )
        ]
        indexes = [models.Index(fields=["state"])]
        permissions = [("run_rollout", "Can plan and run rollouts")]

    def __str__(self) -> str:
        return f"rollout {self.pk} of {self.blueprint}"

    @property
    def is_open(self) -> bool:
        return self.state in Rollout.OPEN


class RolloutMember(models.Model):
    """An installation in a rollout: its wave (0: none yet), what became of it, and what it was before it was moved.

    `before` and `now` are that share of the verdict which the version of the blueprint decides.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        MOVED = "moved", "moved, being judged"
        CONFORMING = "conforming"
        NEEDS = "needs", "needs somebody"
        SKIPPED = "skipped", "left out"
        LEFT = "left", "left as it is"
        BACK = "back", "taken back"

    # On the version by this rollout.
    HERE = (State.MOVED, State.CONFORMING, State.NEEDS)
    # What the version says of it, while it is on it.
    ACTING = ("newly_failing", "by_customer", "by_oneflow", "by_us", "costs_token")
    JUDGED = ("now", "obstacle", *ACTING)

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="members")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="rollout_memberships")
    wave = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    note = models.CharField(max_length=200, blank=True, help_text="Why it was left out, or left as it is.")
    before_blueprint = models.ForeignKey(
        Blueprint, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="version before"
    )
    before_set = models.BooleanField("was set by staff", default=False)
    before_rollout = models.ForeignKey(Rollout, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    before = models.CharField(max_length=12, choices=Verdict, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    now = models.CharField(max_length=12, choices=Verdict, blank=True)
    obstacle = models.CharField(max_length=40, blank=True, help_text="The code of what keeps it from being told.")
    judged_at = models.DateTimeField(null=True, blank=True)
    newly_failing = models.BooleanField(default=False)
    by_customer = models.BooleanField(default=False)
    by_oneflow = models.BooleanField(default=False)
    by_us = models.BooleanField(default=False)
    costs_token = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rollout", "installation"], name="one_rollout_membership")]
        indexes = [models.Index(fields=["rollout", "state", "wave"]), models.Index(fields=["rollout", "wave", "state"])]

    def __str__(self) -> str:
        return f"{self.installation_id} in {self.rollout_id}: {self.state}"

    @property
    def standing(self) -> str:
        """Its state in words: who still waits when the rollout is over is left as it is."""
        left = self.state == RolloutMember.State.WAITING and not self.rollout.is_open
        return str(RolloutMember.State.LEFT.label) if left else self.get_state_display()

    def judge_no_more(self) -> None:
        """Forget what the version said of it: it is on that no longer."""
        self.now = self.obstacle = ""
        for name in RolloutMember.ACTING:
            setattr(self, name, False)
