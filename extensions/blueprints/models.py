"""Our extension as Oneflow knows it, and what it creates in an account: its blueprint, version by version."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from accounts.models import Sealed
from oneflow.addresses import check_base_url


def validate_base_url(value: str) -> None:
    """Oneflow is reached by https only; loopback, where the sandbox is, excepted."""
    try:
        check_base_url(value)
    except ValueError as exc:
        raise ValidationError(str(exc)) from exc


class Extension(models.Model):
    """An integration extension of ours on Oneflow (partner-integration)."""

    class Environment(models.TextChoices):
        PRODUCTION = "production"
        TEST = "test"
        SANDBOX = "sandbox"

    class Authentication(models.TextChoices):
        SHOW_TOKEN = "show_token", "the customer is shown the token and sends it"
        AUTOMATIC = "automatic", "Oneflow hands the token over"

    class Receiver(models.TextChoices):
        PRODUCT = "product", "the product"
        CONSOLE = "console", "this console"

    name = models.CharField(max_length=120)
    integration_key = models.SlugField(
        max_length=120, unique=True, help_text="The extension type that Oneflow gave us, such as acme_ledger."
    )
    base_url = models.CharField(
        "Oneflow base URL",
        max_length=255,
        default="https://api.oneflow.com/v1",
        validators=[validate_base_url],
    )
    environment = models.CharField(max_length=12, choices=Environment, default=Environment.PRODUCTION)
    authentication = models.CharField(max_length=12, choices=Authentication, default=Authentication.SHOW_TOKEN)
    receiver = models.CharField(
        max_length=10, choices=Receiver, default=Receiver.PRODUCT, help_text="Who receives the webhooks."
    )
    callback_urls = models.JSONField(
        "right callback URLs",
        default=list,
        blank=True,
        help_text="A list of addresses; {account_id} stands for the account's Oneflow id, * for anything.",
    )
    dependencies = models.JSONField(
        default=list, blank=True, help_text="Extension types that ours depends on, as a list."
    )
    writes_allowed = models.BooleanField(
        default=False, help_text="Whether the console may change anything in customers' Oneflow accounts."
    )

    class Meta:
        ordering = ["name"]
        permissions = [("load_extension", "Can load an extension file")]

    def __str__(self) -> str:
        return self.name


class ExtensionSecret(Sealed):
    """A sign key, or what webhooks authenticate themselves with; sealed. The newest of a kind is the current one."""

    class Kind(models.TextChoices):
        SIGN_KEY = "sign_key", "sign key"
        PREVIOUS_SIGN_KEY = "previous_sign_key", "previous sign key"
        WEBHOOK_AUTHENTICATION = "webhook_authentication", "webhook authentication"

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="secrets")
    kind = models.CharField(max_length=24, choices=Kind)
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["extension", "kind"], name="one_secret_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.extension}"


class BlueprintQuerySet(models.QuerySet["Blueprint"]):
    def released(self) -> Self:
        """Released versions, the newest first."""
        return self.filter(state=Blueprint.State.RELEASED).order_by("-version")

    def revised(self) -> None:
        """Note that what these say was changed. Call it in the transaction that changes it."""
        self.update(revision=F("revision") + 1)


class Blueprint(models.Model):
    """One version of what the extension creates. Oneflow copies it when an account enables the extension."""

    class State(models.TextChoices):
        DRAFT = "draft"
        RELEASED = "released"

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="blueprints")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    released_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0, help_text="How often what it says was changed.")

    objects = BlueprintQuerySet.as_manager()

    class Meta:
        ordering = ["extension", "-version"]
        constraints = [models.UniqueConstraint(fields=["extension", "version"], name="one_blueprint_per_version")]
        permissions = [("release_blueprint", "Can release a blueprint version")]

    def __str__(self) -> str:
        return f"{self.extension} {self.version}"


class BlueprintTemplateType(models.Model):
    """A template type that the blueprint creates, with the event types that its webhook must send."""

    blueprint = models.ForeignKey(Blueprint, on_delete=models.CASCADE, related_name="template_types")
    name = models.CharField(max_length=255)
    extension_type = models.SlugField(max_length=120)
    description = models.TextField(blank=True)
    event_types = models.JSONField("wanted event types", default=list, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["blueprint", "extension_type"], name="one_type_per_extension_type")
        ]

    def __str__(self) -> str:
        return self.name


class BlueprintField(models.Model):
    """A data field of a blueprint's template type; `custom_id` is what matches it to an account's field."""

    class Kind(models.TextChoices):
        TEXT = "text"
        CHECKBOX = "checkbox"

    template_type = models.ForeignKey(BlueprintTemplateType, on_delete=models.CASCADE, related_name="fields")
    custom_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    placeholder = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEXT)
    required = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["template_type", "custom_id"], name="one_field_per_custom_id"),
            models.CheckConstraint(condition=~Q(custom_id=""), name="a_field_has_a_custom_id"),
        ]

    def __str__(self) -> str:
        return self.name
