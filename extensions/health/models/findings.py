"""What the checks found, as it was last judged."""

from typing import Self

from django.db import models

from extensions.installations.models import Installation, Verdict


class FindingQuerySet(models.QuerySet["Finding"]):
    def causes(self) -> Self:
        """Findings that no other finding explains, the worst first, then the longest standing."""
        return self.filter(explained_by="").order_by("rank", "since", "pk")


class Finding(models.Model):
    """A condition of `extensions.health.codes` that holds in an installation; deleted when it no longer does.

    `subject` is the stable key of what it concerns: "", an extension type ("acme_deal"), a field
    ("acme_deal/deal_value") or a webhook ("webhook/90001").
    """

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="findings")
    code = models.CharField(max_length=40, db_index=True)
    subject = models.CharField(max_length=400, blank=True)
    subject_name = models.CharField(max_length=255, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict)
    rank = models.PositiveSmallIntegerField(help_text="0 is the worst.")
    since = models.DateTimeField()
    evidence = models.JSONField(default=dict, help_text="What was asked, what came back; no secret.")
    explained_by = models.CharField(max_length=40, blank=True, help_text="The code that this follows from.")
    last_known = models.DateTimeField(
        null=True, blank=True, help_text="Set while it cannot be judged: when it was last known to hold."
    )
    assumed = models.BooleanField(default=False, help_text="Rests on something that Oneflow does not document.")

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["installation", "code", "subject"], name="one_finding_per_subject")
        ]
        indexes = [
            models.Index(fields=["code", "explained_by"]),
            # All that the front page gathers of causes.
            models.Index(
                fields=["code", "subject", "installation", "rank", "since", "subject_name"],
                condition=models.Q(explained_by=""),
                name="causes_gathered",
            ),
        ]

    def __str__(self) -> str:
        return self.code
