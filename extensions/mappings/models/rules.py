"""What a stored rule consists of, whoever it is for."""

from django.db import models

from extensions.mappings.wording import transform_in_words


class StoredRule(models.Model):
    """Where the value of a data field stands in the product's record, and how it is written into the field."""

    extension_type = models.SlugField(max_length=120, help_text="The template type's extension type.")
    custom_id = models.CharField(max_length=255)
    path = models.CharField("path in the product's record", max_length=255, help_text="Empty: nothing fills it.")
    transform = models.CharField(max_length=20, default="text", help_text="How the value is written into the field.")
    options = models.JSONField(default=dict, blank=True, help_text="What the transform is told, by name.")
    label = models.CharField(max_length=255, blank=True, help_text="What the product calls this value.")

    class Meta:
        abstract = True

    @property
    def in_words(self) -> str:
        """The transform with all that its options say; empty for text as it is."""
        return transform_in_words(self.transform, self.options)
