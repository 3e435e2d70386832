"""Which value of the partner's product fills which data field."""

from django.db import models

from extensions.blueprints.models import Extension


class Mapping(models.Model):
    """A data field of ours and the path in the product's record that fills it, such as `deal.amount`."""

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="mappings")
    extension_type = models.SlugField(max_length=120, help_text="The template type's extension type.")
    custom_id = models.CharField(max_length=255)
    path = models.CharField("path in the product's record", max_length=255)
    label = models.CharField(max_length=255, blank=True, help_text="What the product calls this value.")

    class Meta:
        ordering = ["extension", "extension_type", "custom_id"]
        constraints = [
            models.UniqueConstraint(fields=["extension", "extension_type", "custom_id"], name="one_mapping_per_field")
        ]

    def __str__(self) -> str:
        return f"{self.path} → {self.extension_type}.{self.custom_id}"
