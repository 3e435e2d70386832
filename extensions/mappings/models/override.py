"""What fills a data field in one installation, where that is not what fills it in all others."""

from django.db import models

from extensions.installations.models import Installation
from extensions.mappings.models.rules import StoredRule


class Override(StoredRule):
    """The rule of a field in one installation, whatever the extension's mapping says; without a path: not filled."""

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="overrides")

    class Meta:
        ordering = ["installation", "extension_type", "custom_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "extension_type", "custom_id"], name="one_override_per_field"
            )
        ]
        # Made and taken back on the installation's page only, which keeps its history.
        default_permissions = ("view",)
        permissions = [("override_mapping", "Can override the mapping of an installation")]

    def __str__(self) -> str:
        return f"{self.path or 'nothing'} → {self.extension_type}.{self.custom_id}"
