"""What Oneflow's answers hold, as far as the console reads it (API reference, sections 6, 7 and 10).

Required is what a verdict rests on. Unknown keys are ignored, unknown values of enumerations stay strings, and
descriptive texts that are missing are empty. Anything else that does not fit is an `UnexpectedAnswer`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from oneflow import reading
from oneflow.assumed import custom_ids, extension_objects, template_activity, webhook_filters, webhook_ids
from oneflow.callbacks import masked_callback_url


@dataclass(frozen=True, slots=True)
class Account:
    """The token's account. `integration_id` is None and `integration_key` `custom` for a hand-made token."""

    id: int
    name: str
    country_code: str
    registration_number: str
    created_time: datetime | None
    integration_id: int | None
    integration_key: str

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "account"
        account = reading.as_object(data, what)
        token_info = reading.child(account, "token_info", what)
        integration = reading.child(token_info, "integration", what)
        return cls(
            id=reading.required_id(account, "id", what),
            name=reading.required_text(account, "name", what),
            country_code=reading.text(account, "country_code", what),
            registration_number=reading.text(account, "registration_number", what),
            created_time=reading.optional_datetime(account, "created_time", what),
            integration_id=reading.optional_id(integration, "id", what),
            # Without it nobody could tell whose token this is, and `token.foreign` would be a guess.
            integration_key=reading.required_text(integration, "key", what),
        )


@dataclass(frozen=True, slots=True)
class User:
    """A user of the account. Personal data."""

    id: int
    name: str
    email: str
    active: bool
    is_admin: bool

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "user"
        user = reading.as_object(data, what)
        return cls(
            id=reading.required_id(user, "id", what),
            name=reading.text(user, "name", what),
            email=reading.required_text(user, "email", what),
            active=reading.required_flag(user, "active", what),
            is_admin=reading.flag(user, "is_admin", what, default=False),
        )


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace; `can_create_contract` is of whoever asked: the user, or the account's anonymous admin."""

    id: int
    name: str
    country_code: str
    registration_number: str
    can_create_contract: bool

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "workspace"
        workspace = reading.as_object(data, what)
        permissions = reading.child(workspace, "_permissions", what)
        return cls(
            id=reading.required_id(workspace, "id", what),
            name=reading.required_text(workspace, "name", what),
            country_code=reading.text(workspace, "country_code", what),
            registration_number=reading.text(workspace, "registration_number", what),
            can_create_contract=reading.flag(permissions, "contract:create", what, default=False),
        )


@dataclass(frozen=True, slots=True)
class Template:
    """A template, with the template type that it belongs to, if any, and where it can be used."""

    id: int
    name: str
    active: bool
    template_type_id: int | None
    extension_type: str | None
    workspace_ids: tuple[int, ...]

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "template"
        template = reading.as_object(data, what)
        template_type_id, extension_type = _template_type_of(template, what)
        return cls(
            id=reading.required_id(template, "id", what),
            name=reading.text(template, "name", what),
            active=template_activity.is_active(template, what),
            template_type_id=template_type_id,
            extension_type=extension_type,
            workspace_ids=reading.items(template, "workspaces", what, _workspace_id),
        )


@dataclass(frozen=True, slots=True)
class DataField:
    """A data field of a template type. Its value is not read."""

    id: int
    custom_id: str
    name: str
    description: str
    placeholder: str
    active: bool
    source: str

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "data field"
        field = reading.as_object(data, what)
        return cls(
            id=reading.required_id(field, "id", what),
            custom_id=custom_ids.custom_id(field, what),
            name=reading.required_text(field, "name", what),
            description=reading.text(field, "description", what),
            placeholder=reading.text(field, "placeholder", what),
            active=reading.required_flag(field, "active", what),
            source=reading.text(field, "source", what),
        )


@dataclass(frozen=True, slots=True)
class TemplateType:
    """A template type. `extension_type` is None when made by hand; `data_fields` come with a single one only."""

    id: int
    name: str
    description: str
    active: bool
    extension_type: str | None
    data_fields: tuple[DataField, ...]

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "template type"
        template_type = reading.as_object(data, what)
        return cls(
            id=reading.required_id(template_type, "id", what),
            name=reading.required_text(template_type, "name", what),
            description=reading.text(template_type, "description", what),
            active=template_activity.type_is_active(template_type, what),
            extension_type=reading.optional_text(template_type, "extension_type", what),
            data_fields=reading.items(template_type, "data_fields", what, DataField.from_json),
        )

    @classmethod
    def from_json_with_fields(cls, data: object) -> Self:
        """A single template type: the same, but an answer that leaves out the fields is not understood."""
        reading.as_list(reading.as_object(data, "template type").get("data_fields"), "template type: data_fields")
        return cls.from_json(data)


@dataclass(frozen=True, slots=True)
class WebhookFilter:
    """What a webhook is sent: None means that this filter has no rule of that kind, and lets all through."""

    event_types: tuple[str, ...] | None
    workspace_ids: tuple[int, ...] | None

    @classmethod
    def from_json(cls, data: object) -> Self:
        event_types, workspace_ids = webhook_filters.rules(data)
        return cls(event_types=event_types, workspace_ids=workspace_ids)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook, never with its sign key or configuration. Without filters it is sent everything."""

    id: int
    callback_url: str
    filters: tuple[WebhookFilter, ...]
    template_group_id: int | None
    integration_instance: int | None
    legacy: bool

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "webhook"
        webhook = reading.as_object(data, what)
        return cls(
            id=webhook_ids.webhook_id(webhook, what),
            callback_url=masked_callback_url(reading.required_text(webhook, "callback_url", what)),
            filters=reading.items(webhook, "filters", what, WebhookFilter.from_json),
            template_group_id=reading.optional_id(webhook, "template_group_id", what),
            integration_instance=reading.optional_id(webhook, "integration_instance", what),
            legacy=reading.flag(webhook, "legacy_webhook", what, default=False),
        )


@dataclass(frozen=True, slots=True)
class IntegrationExtension:
    """An extension that the account can enable, and whether it did. Attribute names are ASSUMED."""

    id: int | None
    name: str
    extension_type: str
    enabled: bool

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "integration extension"
        extension = reading.as_object(data, what)
        return cls(
            id=reading.optional_id(extension, "id", what),
            name=reading.text(extension, "name", what),
            extension_type=extension_objects.extension_type(extension, what),
            enabled=extension_objects.is_enabled(extension, what),
        )


@dataclass(frozen=True, slots=True)
class UsableTemplate:
    """A template that a user may create a contract from, in one workspace (API reference, section 7)."""

    workspace_id: int
    workspace_name: str
    template_id: int
    template_name: str
    template_type_id: int | None
    extension_type: str | None

    @classmethod
    def from_json(cls, data: object) -> "tuple[UsableTemplate, ...]":
        """Those of one workspace: the helper answers an array of workspaces with their templates inside."""
        what = "usable workspace"
        workspace = reading.as_object(data, what)
        workspace_id = reading.required_id(workspace, "id", what)
        workspace_name = reading.text(workspace, "name", what)

        def usable_template(item: object) -> UsableTemplate:
            template = reading.as_object(item, "usable template")
            template_type_id, extension_type = _template_type_of(template, "usable template")
            return cls(
                workspace_id=workspace_id,
                workspace_name=workspace_name,
                template_id=reading.required_id(template, "id", "usable template"),
                template_name=reading.text(template, "name", "usable template"),
                template_type_id=template_type_id,
                extension_type=extension_type,
            )

        return reading.required_items(workspace, "templates", what, usable_template)


def _template_type_of(template: dict[str, object], what: str) -> tuple[int | None, str | None]:
    """Id and extension type of the template type inside a template; both None for a template without one."""
    if template.get("template_type") is None:
        return None, None
    template_type = reading.child(template, "template_type", what)
    return (
        reading.required_id(template_type, "id", f"{what}: template_type"),
        reading.optional_text(template_type, "extension_type", f"{what}: template_type"),
    )


def _workspace_id(data: object) -> int:
    return reading.required_id(reading.as_object(data, "workspace of a template"), "id", "workspace of a template")
