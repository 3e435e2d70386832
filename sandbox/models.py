"""The rows of the local Oneflow. What a user deletes is marked `removed`, so that a fault can be undone to the id."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from typing import Any, Self

from django.db import models


class LivingQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        """What the API shows: rows that nobody has removed."""
        return self.filter(removed=False)


class Account(models.Model):
    """A customer's account."""

    name = models.CharField(max_length=200)
    country_code = models.CharField(max_length=2)
    registration_number = models.CharField(max_length=40)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)
    # Whom the last request with a user email acted as. Faults of "the acting user" strike this one.
    last_user_email = models.EmailField(blank=True)


class User(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="users")
    name = models.CharField(max_length=100)
    title = models.CharField(max_length=100, blank=True)
    email = models.EmailField()
    phone_number = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "email"], name="one_user_for_an_email")]


class Extension(models.Model):
    """An integration extension as one account lists it. Its id is the *integration instance* of that account."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="extensions")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    enabled = models.BooleanField(default=False)
    enabled_time = models.DateTimeField(null=True)
    removed = models.BooleanField(default=False)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_extension_for_a_key")]


class Token(models.Model):
    """An API token. Without an extension it is hand-made, and its integration key reads `custom`."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    extension = models.ForeignKey(Extension, models.CASCADE, null=True, related_name="tokens")
    value = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    created_time = models.DateTimeField()
    revoked = models.BooleanField(default=False)


class Workspace(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="workspaces")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)


class Membership(models.Model):
    """A user in a workspace. Administrators see every workspace, members those that they are in."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    can_create = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "workspace"], name="one_membership")]


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
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField()
    workspaces = models.ManyToManyField(Workspace, related_name="templates")


class Webhook(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="webhooks")
    # The owner: what an extension made, people can neither edit nor delete.
    extension = models.ForeignKey(Extension, models.CASCADE, null=True, related_name="webhooks")
    callback_url = models.CharField(max_length=1000)
    filters = models.JSONField(null=True)
    # Not a foreign key: a webhook outlives the template type that it is tied to.
    template_group_id = models.BigIntegerField(null=True)
    sign_key = models.CharField(max_length=1000, null=True)  # noqa: DJ001 - the API tells null from ""
    configuration = models.JSONField(default=dict)
    legacy_webhook = models.BooleanField(default=False)
    removed = models.BooleanField(default=False)

    objects = LivingQuerySet.as_manager()


class Fault(models.Model):
    """A fault that stands in an account, with the journal of what it changed and how to undo it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="faults")
    code = models.CharField(max_length=60)
    # [{"model", "id", "column", "before", "after"}] and, for a row that the fault made, {"model", "id", "made": true}
    journal = models.JSONField(default=list)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "code"], name="a_fault_stands_once")]


class Setting(models.Model):
    """A fidelity switch that differs from its default, or the seed of the fleet."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
