"""What installations would be by a version of the blueprint that they are not on."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from extensions.blueprints.models import Blueprint, Extension
from extensions.installations.models import Installation, Verdict


class PreviewQuerySet(models.QuerySet["Preview"]):
    def waiting(self, now: datetime) -> Self:
        """Those that are to go on and that no worker holds, the oldest first."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(free, state=Preview.State.RUNNING).order_by("pk")


class Preview(models.Model):
    """Every connected installation of an extension, judged by one version without storing that anywhere else.

    `content` is a digest of what the version, the mapping and the extension said when the preview began. `cursor` is
    the last installation judged: whoever goes on does so from there.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"
        OUTDATED = "outdated", "ended: the version was changed or deleted meanwhile"

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="previews")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.SET_NULL, null=True, related_name="previews")
    version = models.PositiveIntegerField()
    draft = models.BooleanField()
    content = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    summary = models.JSONField(default=dict)

    objects = PreviewQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"preview of {self.extension} {self.version}"

    @property
    def is_running(self) -> bool:
        return self.state == Preview.State.RUNNING


class Outcome(models.Model):
    """One installation in a preview: what the version decides of its verdict, as it is now and by that version.

    `codes`, `new_codes` and `types` are lists with a space before and after each word, so that one word can be asked
    for: all causes by the version, those that do not hold now, and the template types in which those are.
    """

    class Change(models.TextChoices):
        NEWLY_FAILING = "newly_failing", "newly failing"
        NEWLY_WARNING = "newly_warning", "newly warning"
        BETTER = "better"
        SAME = "same"
        UNKNOWN = "unknown", "cannot be told"

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="outcomes")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="outcomes")
    blueprint = models.ForeignKey(
        Blueprint, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="version now"
    )
    mode = models.CharField("set up then", max_length=12, blank=True, choices=Installation.Mode)
    before = models.CharField("now", max_length=12, choices=Verdict)
    after = models.CharField("by the version", max_length=12, choices=Verdict)
    change = models.CharField(max_length=14, choices=Change)
    obstacle = models.CharField(max_length=40, blank=True, help_text="The code of what keeps it from being told.")
    codes = models.CharField(max_length=500, blank=True)
    new_codes = models.CharField(max_length=500, blank=True)
    types = models.TextField(blank=True)
    templates = models.PositiveIntegerField(default=0, help_text="Active templates of those types.")
    contracts = models.PositiveIntegerField(default=0, help_text="Known contracts of those types.")
    causes = models.PositiveIntegerField(default=0)
    new_causes = models.PositiveIntegerField(default=0)
    by_customer = models.BooleanField(default=False)
    by_oneflow = models.BooleanField(default=False)
    by_us = models.BooleanField(default=False)
    costs_token = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["preview", "installation"], name="one_outcome")]
        indexes = [models.Index(fields=["preview", "change"])]

    def __str__(self) -> str:
        return f"{self.installation_id}: {self.before} → {self.after}"
