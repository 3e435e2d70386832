"""How each kind of mirrored row is made of what Oneflow answered: one table, and a small function for each kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from extensions.installations import snapshot
from extensions.installations.models import (
    AccountExtension,
    AccountUser,
    DataField,
    Template,
    TemplateType,
    UsableTemplate,
    Webhook,
    Workspace,
)
from extensions.installations.models.mirrored import Mirrored
from oneflow import objects

Identity = tuple[Any, ...]
Content = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mirrored row: `read` gives identity and content of an object, in the order of the model's own.

    `private` attributes are personal data: that they changed is told, not from what to what.
    """

    part: str
    rows: str  # the attribute of Mirror
    model: type[Mirrored]
    read: Callable[[Any], tuple[Identity, Content]]
    name: str  # the attribute that names a row to people; empty when its name is personal
    private: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    def incoming(self, value: Any) -> Iterator[tuple[Identity, Content]]:
        """Identity and content of everything in an answer, cut to what the columns hold."""
        return map(self.read, value)

    def subject_id(self, row: Mirrored) -> str:
        return "/".join(str(getattr(row, name)) for name in self.model.identity)

    def subject_name(self, row: Mirrored) -> str:
        return str(getattr(row, self.name) if self.name else "") or f"{self.label} {self.subject_id(row)}"

    def identity_of(self) -> Callable[[Mirrored], Identity]:
        return _tuple_of(self.model.identity)

    def content_of(self) -> Callable[[Mirrored], Content]:
        return _tuple_of(self.model.content)


def _tuple_of(names: tuple[str, ...]) -> Callable[[Mirrored], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    name = names[0]
    return lambda row: (getattr(row, name),)


def country(code: str) -> str:
    """A country code; one that is none is not cut into another."""
    return code if len(code) <= 2 else ""


def _template_type(each: objects.TemplateType) -> tuple[Identity, Content]:
    extension_type = (each.extension_type or "")[:120]
    return (each.id,), (each.name[:255], each.description, each.active, extension_type)


def _template(each: objects.Template) -> tuple[Identity, Content]:
    workspaces = sorted(set(each.workspace_ids))
    return (each.id,), (each.name[:255], each.active, each.template_type_id, workspaces)


def _webhook(each: objects.Webhook) -> tuple[Identity, Content]:
    # Oneflow promises no order: what differs in order only has not changed.
    filters = [{"event_types": _sorted(f.event_types), "workspace_ids": _sorted(f.workspace_ids)} for f in each.filters]
    filters.sort(key=repr)
    content = (each.callback_url[:1000], filters, each.template_group_id, each.integration_instance, each.legacy)
    return (each.id,), content


def _sorted(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else sorted(set(values))


def _workspace(each: objects.Workspace) -> tuple[Identity, Content]:
    return (each.id,), (each.name[:255], country(each.country_code), each.registration_number[:60])


def _user(each: objects.User) -> tuple[Identity, Content]:
    return (each.id,), (each.name[:255], each.email[:255], each.active, each.is_admin)


def _extension(each: objects.IntegrationExtension) -> tuple[Identity, Content]:
    return (each.extension_type[:120],), (each.id, each.name[:255], each.enabled)


def _usable(each: objects.UsableTemplate) -> tuple[Identity, Content]:
    content = (each.workspace_name[:255], each.template_name[:255], each.template_type_id)
    return (each.workspace_id, each.template_id), content


def field_of(template_type_id: int) -> Callable[[objects.DataField], tuple[Identity, Content]]:
    """How a data field of that template type is read."""

    def read(each: objects.DataField) -> tuple[Identity, Content]:
        return (template_type_id, each.id), (
            each.custom_id[:255],
            each.name[:255],
            each.description,
            each.placeholder,
            each.active,
            each.source[:20],
        )

    return read


def fields(template_type_id: int) -> Kind:
    """The kind of the data fields of one template type."""
    return Kind(snapshot.fields_of(template_type_id), "fields", DataField, field_of(template_type_id), "name")


KINDS = (
    Kind(snapshot.TEMPLATE_TYPES, "template_types", TemplateType, _template_type, "name"),
    Kind(snapshot.TEMPLATES, "templates", Template, _template, "name"),
    Kind(snapshot.WEBHOOKS, "webhooks", Webhook, _webhook, ""),
    Kind(snapshot.WORKSPACES, "workspaces", Workspace, _workspace, "name"),
    Kind(snapshot.USERS, "users", AccountUser, _user, "", frozenset({"name", "email"})),
    Kind(snapshot.EXTENSIONS, "extensions", AccountExtension, _extension, "name"),
    Kind(snapshot.USABLE, "usable", UsableTemplate, _usable, "template_name"),
)
