"""Contracts that somebody here has seen, as facts without content: no name, no value, nobody who takes part."""

from datetime import datetime
from typing import Self

from django.db import models

from extensions.installations.models.installation import Installation


class ContractQuerySet(models.QuerySet["Contract"]):
    def present(self) -> Self:
        """Those that Oneflow still had when it was last asked."""
        return self.filter(gone_at=None)


class Contract(models.Model):
    """A contract in a customer's account that is known to be of a template type of ours. Not all there are."""

    class How(models.TextChoices):
        LOOKED_AT = "looked_at", "staff looked at it"
        TEST = "test", "a test contract"

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="contracts")
    oneflow_id = models.BigIntegerField()
    template_type_oneflow_id = models.BigIntegerField()
    template_oneflow_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=20, blank=True, help_text="As Oneflow calls it: draft, pending, signed, …")
    how = models.CharField("how it became known", max_length=10, choices=How)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="When Oneflow first answered that it is not there, or no longer visible."
    )

    objects = ContractQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["installation", "oneflow_id"], name="one_contract")]
        indexes = [models.Index(fields=["installation", "template_type_oneflow_id"], name="contracts_of_a_type")]
        ordering = ["-last_seen_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"contract {self.oneflow_id}"

    @classmethod
    def saw(
        cls, installation: Installation, oneflow_id: int, now: datetime, *, how: "Contract.How", **facts: object
    ) -> Self:
        """Store that it is there, with these facts; how it first became known stays."""
        row, _ = cls.objects.update_or_create(
            installation=installation,
            oneflow_id=oneflow_id,
            defaults={**facts, "last_seen_at": now, "gone_at": None},
            create_defaults={**facts, "how": how, "first_seen_at": now, "last_seen_at": now},
        )
        return row

    @classmethod
    def missed(cls, installation: Installation, oneflow_id: int, now: datetime) -> None:
        """Store that Oneflow no longer has it, if it was known."""
        cls.objects.present().filter(installation=installation, oneflow_id=oneflow_id).update(gone_at=now)
