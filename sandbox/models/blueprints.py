"""What partners' extensions make in an account that enables them, version by version."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models


class BlueprintVersion(models.Model):
    """One version of an extension's blueprint (section 12.2, ASSUMED); a draft until it is published."""

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    published_time = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="one_blueprint_for_a_version")]
