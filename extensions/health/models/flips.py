"""The history of verdicts."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import OuterRef, Subquery

from extensions.installations.models import Installation, Verdict


class FlipQuerySet(models.QuerySet["Flip"]):
    def with_end(self) -> Self:
        """Annotate `ended_at`, when the next flip ended it; None for the latest of an installation."""
        later = Flip.objects.filter(installation=OuterRef("installation"), pk__gt=OuterRef("pk")).order_by("pk")
        return self.annotate(ended_at=Subquery(later.values("at")[:1]))

    def at(self, moment: datetime) -> Self:
        """Of each installation the flip that held at that moment: the latest up to it."""
        upto = Flip.objects.filter(installation=OuterRef("installation"), at__lte=moment).order_by("-at", "-pk")
        return self.filter(pk=Subquery(upto.values("pk")[:1]))


class Flip(models.Model):
    """A change of an installation's verdict; the next flip ends it.

    A verdict that nobody renewed in time was shown as unknown. That stretch is written down afterwards, by the
    judgement that ends it, as a flip with the cause `refresh.stale`; while it lasts it stands in no row, and
    readers take it from the installation's `fresh_until`.
    """

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="flips")
    at = models.DateTimeField(db_index=True)
    before = models.CharField(max_length=12, choices=Verdict)
    after = models.CharField(max_length=12, choices=Verdict)
    cause = models.CharField(max_length=40, blank=True, help_text="The code of the worst cause from then on.")

    objects = FlipQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["installation", "at"])]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    def lasted(self, now: datetime) -> timedelta:
        """How long it held, or has held so far; needs `with_end`. Never less than nothing, whatever a clock did."""
        ended: datetime | None = getattr(self, "ended_at", None)
        return max((ended or now) - self.at, timedelta(0))
