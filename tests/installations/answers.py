"""What Oneflow would answer for an account, as the client's objects, and a stand-in for the client that answers it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from extensions.installations import snapshot
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation
from extensions.installations.snapshot import Read, Snapshot, Unread
from oneflow import objects


def answers_of(installation: Installation) -> dict[str, Any]:
    """Answers by part that say exactly what is stored of the installation."""
    mirror = Mirror.load(installation)
    account = installation.account
    answers: dict[str, Any] = {
        snapshot.ACCOUNT: objects.Account(
            id=account.oneflow_id,
            name=account.name,
            country_code=account.country_code,
            registration_number=account.registration_number,
            created_time=None,
            integration_id=installation.shown_instance,
            integration_key=installation.shown_key,
        ),
        snapshot.USERS: [objects.User(u.oneflow_id, u.name, u.email, u.active, u.is_admin) for u in mirror.users],
        snapshot.WORKSPACES: [
            objects.Workspace(w.oneflow_id, w.name, w.country_code, w.registration_number, True)
            for w in mirror.workspaces
        ],
        snapshot.TEMPLATES: [
            objects.Template(t.oneflow_id, t.name, t.active, t.template_type_oneflow_id, None, tuple(t.workspace_ids))
            for t in mirror.templates
        ],
        snapshot.TEMPLATE_TYPES: [
            objects.TemplateType(t.oneflow_id, t.name, t.description, t.active, t.extension_type, ())
            for t in mirror.template_types
        ],
        snapshot.WEBHOOKS: [
            objects.Webhook(
                id=w.oneflow_id,
                callback_url=w.callback_url,
                filters=tuple(
                    objects.WebhookFilter(tuple(f["event_types"]) if f["event_types"] else None, None)
                    for f in w.filters
                ),
                template_group_id=w.template_type_oneflow_id,
                integration_instance=w.integration_instance,
                legacy=w.legacy,
            )
            for w in mirror.webhooks
        ],
        snapshot.EXTENSIONS: [
            objects.IntegrationExtension(e.oneflow_id, e.name, e.extension_type, e.enabled) for e in mirror.extensions
        ],
        snapshot.USABLE: [
            objects.UsableTemplate(
                u.workspace_oneflow_id,
                u.workspace_name,
                u.template_oneflow_id,
                u.template_name,
                u.template_type_oneflow_id,
                None,
            )
            for u in mirror.usable
        ],
    }
    for kind in mirror.template_types:
        answers[snapshot.fields_of(kind.oneflow_id)] = [
            objects.DataField(f.oneflow_id, f.custom_id, f.name, f.description, f.placeholder, f.active, f.source)
            for f in mirror.fields
            if f.template_type_oneflow_id == kind.oneflow_id
        ]
    return answers


def snapshot_of(answers: dict[str, Any]) -> Snapshot:
    """A snapshot of answers by part; an `Unread` among them stays one."""
    return Snapshot({name: each if isinstance(each, Unread) else Read(each) for name, each in answers.items()})


@dataclass
class Remote:
    """A stand-in for the client: answers by part, where an exception is raised instead."""

    answers: dict[str, Any]
    ping_answers: Exception | None = None
    asked: list[str] = field(default_factory=list)
    after: Callable[[str], None] = lambda part: None

    def _answer(self, part: str) -> Any:
        self.asked.append(part)
        self.after(part)
        answer = self.answers[part]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def ping(self, user_email: str | None = None) -> None:
        self.asked.append("ping")
        if self.ping_answers:
            raise self.ping_answers

    def account(self) -> Any:
        return self._answer(snapshot.ACCOUNT)

    def users(self) -> Any:
        return self._answer(snapshot.USERS)

    def workspaces(self) -> Any:
        return self._answer(snapshot.WORKSPACES)

    def templates(self) -> Any:
        return self._answer(snapshot.TEMPLATES)

    def template_types(self) -> Any:
        return self._answer(snapshot.TEMPLATE_TYPES)

    def template_type(self, type_id: int) -> objects.TemplateType:
        fields = self._answer(snapshot.fields_of(type_id))
        return objects.TemplateType(type_id, "", "", True, None, tuple(fields))

    def webhooks(self) -> Any:
        return self._answer(snapshot.WEBHOOKS)

    def integration_extensions(self) -> Any:
        return self._answer(snapshot.EXTENSIONS)

    def contract_create_data(self, user_email: str) -> Any:
        return self._answer(snapshot.USABLE)


def changed(answers: list[Any], number: int = 0, **values: Any) -> list[Any]:
    """The answers, one of them with other values."""
    return [replace(each, **values) if place == number else each for place, each in enumerate(answers)]
