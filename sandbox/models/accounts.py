"""A customer's account: who is in it, what it has switched on, and its API tokens."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.living import LivingQuerySet


class Account(models.Model):
    """A customer's account."""

    name = models.CharField(max_length=200)
    country_code = models.CharField(max_length=2)
    registration_number = models.CharField(max_length=40)
    created_time = models.DateTimeField()
    updated_time = models.DateTimeField(null=True)
    # On the free plan nothing can be published (section 8.4).
    free_plan = models.BooleanField(default=False)
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

    class Mode(models.TextChoices):
        """Who makes the template types and webhooks: Oneflow from the blueprint, or the partner's code (12.4)."""

        BLUEPRINT = "blueprint"
        TOOLKIT = "toolkit"

    account = models.ForeignKey(Account, models.CASCADE, related_name="extensions")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    enabled = models.BooleanField(default=False)
    enabled_time = models.DateTimeField(null=True)
    mode = models.CharField(max_length=9, choices=Mode, default=Mode.BLUEPRINT)
    # Which version the account was given when it was last enabled; null when that never happened.
    blueprint_version = models.PositiveIntegerField(null=True)
    # What the stand-in of the partner's code remembers: extension type → id of the template type that it made.
    toolkit_types = models.JSONField(default=dict)
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
