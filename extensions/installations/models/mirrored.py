"""What Oneflow says is in an account, as far as it is searched or checked.

A refresh never deletes: what Oneflow no longer lists gets `missing_since`. `seen_at` is when a row was last
written because Oneflow showed it anew or changed; a row without `missing_since` was there whenever its part was
last read (`Part.read_at`), so an unchanged account costs no writes.
"""

from typing import Self

from django.db import models
from django.db.models.functions import Upper

from extensions.installations.models.installation import Installation
from oneflow.client import can_be_named


class MirroredQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def present(self) -> Self:
        """Rows that Oneflow still listed when their part was last read."""
        return self.filter(missing_since=None)


class Mirrored(models.Model):
    """A row of Oneflow's. `identity` names the attributes that find it again; `content` those that may change."""

    identity: tuple[str, ...] = ("oneflow_id",)
    content: tuple[str, ...] = ()

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="%(class)ss")
    seen_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True, blank=True)

    objects = MirroredQuerySet.as_manager()

    class Meta:
        abstract = True


def _unique(*fields: str, name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["installation", *fields], name=name)


class TemplateType(Mirrored):
    """API reference: Template type. Which of the blueprint's it is: `extensions.installations.matching`."""

    content = ("name", "description", "active", "extension_type")

    oneflow_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    active = models.BooleanField()
    extension_type = models.CharField(max_length=120, blank=True)
    confirmed_role = models.CharField(
        max_length=120,
        blank=True,
        help_text="The blueprint's type that this is, as the product or staff told us.",
    )

    class Meta:
        constraints = [_unique("oneflow_id", name="one_template_type")]
        ordering = ["name", "oneflow_id"]

    def __str__(self) -> str:
        return self.name


class DataField(Mirrored):
    """API reference: Data field. Values are not kept. Unique by Oneflow's id within its template type."""

    identity = ("template_type_oneflow_id", "oneflow_id")
    content = ("custom_id", "name", "description", "placeholder", "active", "source")

    template_type_oneflow_id = models.BigIntegerField()
    oneflow_id = models.BigIntegerField()
    custom_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    placeholder = models.TextField(blank=True)
    active = models.BooleanField()
    source = models.CharField(max_length=20)

    class Meta:
        constraints = [_unique("template_type_oneflow_id", "oneflow_id", name="one_data_field")]
        # One field in all installations, and each field of one: whoever knows the three finds the row at once.
        indexes = [
            models.Index(fields=["custom_id", "installation", "template_type_oneflow_id"], name="data_field_named")
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Template(Mirrored):
    """API reference: Template; where it can be used as a list of workspace ids."""

    content = ("name", "active", "template_type_oneflow_id", "workspace_ids")

    oneflow_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    active = models.BooleanField()
    template_type_oneflow_id = models.BigIntegerField(null=True, blank=True)
    workspace_ids = models.JSONField(default=list)

    class Meta:
        constraints = [_unique("oneflow_id", name="one_template")]
        ordering = ["name", "oneflow_id"]

    def __str__(self) -> str:
        return self.name


class Webhook(Mirrored):
    """API reference: Webhook, without its sign key and configuration.

    `filters` is a list of {"event_types": [...] | null, "workspace_ids": [...] | null}.
    """

    content = ("callback_url", "filters", "template_type_oneflow_id", "integration_instance", "legacy")

    oneflow_id = models.BigIntegerField()
    callback_url = models.CharField(max_length=1000)
    filters = models.JSONField(default=list)
    template_type_oneflow_id = models.BigIntegerField(null=True, blank=True)
    integration_instance = models.BigIntegerField(null=True, blank=True)
    legacy = models.BooleanField(default=False)
    remembered = models.BooleanField(
        default=False, help_text="The product or staff told us that it is ours, or it was seen to point to us."
    )
    disowned = models.BooleanField(default=False, help_text="Staff told us that it is not ours.")

    class Meta:
        constraints = [_unique("oneflow_id", name="one_webhook")]
        ordering = ["oneflow_id"]

    def __str__(self) -> str:
        return f"webhook {self.oneflow_id}"


class Workspace(Mirrored):
    """API reference: Workspace."""

    content = ("name", "country_code", "registration_number")

    oneflow_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    country_code = models.CharField(max_length=2, blank=True)
    registration_number = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [_unique("oneflow_id", name="one_workspace")]
        ordering = ["name", "oneflow_id"]

    def __str__(self) -> str:
        return self.name


class AccountUser(Mirrored):
    """API reference: User. Personal data: reading it in the console is recorded."""

    content = ("name", "email", "active", "is_admin")

    oneflow_id = models.BigIntegerField()
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=255, db_index=True)
    active = models.BooleanField()
    is_admin = models.BooleanField(default=False)

    class Meta:
        constraints = [_unique("oneflow_id", name="one_account_user")]
        # The list's search asks for a whole address in whatever case it was typed.
        indexes = [models.Index(Upper("email"), name="account_user_by_email")]
        ordering = ["name", "oneflow_id"]

    def __str__(self) -> str:
        return self.name or f"user {self.oneflow_id}"

    @property
    def can_act(self) -> bool:
        """Whether the console can ask Oneflow on behalf of this user: there, active, with an email fit for a header."""
        return self.active and self.missing_since is None and can_be_named(self.email)


class AccountExtension(Mirrored):
    """API reference: Integration extension (path and attributes ASSUMED), known by its extension type."""

    identity = ("extension_type",)
    content = ("oneflow_id", "name", "enabled")

    extension_type = models.CharField(max_length=120)
    oneflow_id = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(max_length=255, blank=True)
    enabled = models.BooleanField()

    class Meta:
        constraints = [_unique("extension_type", name="one_account_extension")]
        ordering = ["extension_type"]

    def __str__(self) -> str:
        return self.name or self.extension_type


class UsableTemplate(Mirrored):
    """A template that the acting user may create a contract from in a workspace (get-data-to-create-a-contract)."""

    identity = ("workspace_oneflow_id", "template_oneflow_id")
    content = ("workspace_name", "template_name", "template_type_oneflow_id")

    workspace_oneflow_id = models.BigIntegerField()
    template_oneflow_id = models.BigIntegerField()
    workspace_name = models.CharField(max_length=255, blank=True)
    template_name = models.CharField(max_length=255, blank=True)
    template_type_oneflow_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [_unique("workspace_oneflow_id", "template_oneflow_id", name="one_usable_template")]
        ordering = ["workspace_name", "template_name"]

    def __str__(self) -> str:
        return f"{self.template_name} in {self.workspace_name}"
