"""Template types with their data fields, and the templates that use them."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.accounts import Account, Extension, Workspace
from sandbox.models.filing import Tag
from sandbox.models.living import LivingQuerySet


class TemplateType(models.Model):
    """A template type. One with an extension belongs to it and cannot be edited by people."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="template_types")
    extension = models.ForeignKey(Extension, models.CASCADE, null=True, related_name="template_types")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000, blank=True)
    extension_type = models.CharField(max_length=60, null=True)  # noqa: DJ001 - the API tells null from ""
    active = models.BooleanField(default=True)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField()
    removed = models.BooleanField(default=False)

    objects = LivingQuerySet.as_manager()


class DataField(models.Model):
    class Source(models.TextChoices):
        USER = "user"
        SYSTEM = "system"

    template_type = models.ForeignKey(TemplateType, models.CASCADE, related_name="data_fields")
    custom_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=1000, blank=True)
    placeholder = models.CharField(max_length=1000, blank=True)
    value = models.CharField(max_length=1024, blank=True)
    # Oneflow shows no kind of a field; a checkbox is one that takes 0 or 1 only (section 6.9).
    checkbox = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    source = models.CharField(max_length=6, choices=Source, default=Source.USER)
    removed = models.BooleanField(default=False)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["template_type", "custom_id"],
                condition=models.Q(removed=False),
                name="one_living_field_for_a_custom_id",
            )
        ]


class Template(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="templates")
    template_type = models.ForeignKey(TemplateType, models.CASCADE, null=True, related_name="templates")
    name = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    # Whether it has the one place that an expanded PDF can go to (section 6.14).
    pdf_section = models.BooleanField(default=False)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField()
    workspaces = models.ManyToManyField(Workspace, related_name="templates")
    tags = models.ManyToManyField(Tag, related_name="templates")
