"""Which value of the partner's product fills which data field."""

from django.db import models

from extensions.blueprints.models import Extension
from extensions.mappings.models.rules import StoredRule


class Mapping(StoredRule):
    """A data field of ours and the path in the product's record that fills it, such as `deal.amount`."""

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="mappings")

    class Meta:
        ordering = ["extension", "extension_type", "custom_id"]
        constraints = [
            models.UniqueConstraint(fields=["extension", "extension_type", "custom_id"], name="one_mapping_per_field")
        ]

    def __str__(self) -> str:
        return f"{self.path} → {self.extension_type}.{self.custom_id}"
