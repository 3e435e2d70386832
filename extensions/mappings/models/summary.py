"""Whether an installation has what a version of the blueprint says, worked out before anybody asks."""

from django.db import models

from extensions.blueprints.models import Blueprint
from extensions.installations.models import Installation


class Summary(models.Model):
    """One installation against one version: whether anything in it is not as the version has it.

    It counts only while both are in the revision that it was made of; see `extensions.mappings.summing`.
    """

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Without a constraint: a draft that is discarded while a refresh sums up must stop neither.
    blueprint = models.ForeignKey(Blueprint, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    installation_revision = models.PositiveIntegerField()
    blueprint_revision = models.PositiveIntegerField()
    fields_differ = models.BooleanField(help_text="Any of the version's fields is missing, off or worded otherwise.")
    types_differ = models.BooleanField(help_text="The same of its template types.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["installation", "blueprint"], name="one_summary_per_version")]
        verbose_name_plural = "summaries"

    def __str__(self) -> str:
        # By the keys: the version may be a draft that was discarded.
        return f"installation {self.installation_id} against version {self.blueprint_id}"
