"""What filled which field, as somebody left it: the history of mappings and overrides."""

from django.db import models
from django.db.models import Q

from extensions.blueprints.models import Extension
from extensions.installations.models import Installation


class Version(models.Model):
    """All rules of an extension, or all that an installation has over them, after one change; never changed itself.

    `content` is what the extension file's `mapping` would hold; `difference` names the fields that were added,
    changed and removed since the version before.
    """

    class How(models.TextChoices):
        FIRST = "first", "as it stood"
        FORM = "form", "edited"
        FILE = "file", "from a file"
        REVERT = "revert", "went back"

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="mapping_versions")
    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, null=True, blank=True, related_name="mapping_versions"
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True)
    how = models.CharField(max_length=10, choices=How)
    went_back_to = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    content = models.JSONField(default=list)
    difference = models.JSONField(default=dict)

    class Meta:
        verbose_name = "version of a mapping"
        verbose_name_plural = "versions of mappings"
        ordering = ["extension", "installation", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["extension", "number"], condition=Q(installation=None), name="one_mapping_per_version"
            ),
            models.UniqueConstraint(
                fields=["installation", "number"],
                condition=~Q(installation=None),
                name="one_set_of_overrides_per_version",
            ),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"mapping of {self.installation or self.extension}, version {self.number}"

    @property
    def before(self) -> int:
        """The number of the version before; 0 where there is none."""
        return self.number - 1
