"""Everything that a check may look at, gathered once so that judging touches no database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import ApiToken
from extensions.blueprints.models import BlueprintTemplateType
from extensions.health.expecting import Expected, WantedField, expected
from extensions.installations.matching import points_right, texts, types_of_ours, webhooks_of_ours
from extensions.installations.mirror import Mirror
from extensions.installations.models import DataField, Installation, Part, Template, TemplateType, Webhook
from extensions.installations.snapshot import FIXED, fields_of
from extensions.mappings.effective import Rules


@dataclass(frozen=True, slots=True)
class Facts:
    """One installation: what it should have, what it has, and how well we know.

    Fields, templates and webhooks are those that Oneflow still listed when their part was last read.
    """

    installation: Installation
    now: datetime
    mirror: Mirror
    token_readable: bool
    wanted: tuple[BlueprintTemplateType, ...]
    wanted_fields: dict[str, tuple[WantedField, ...]]
    rules: Rules
    roles: dict[str, TemplateType | None]
    fields_here: dict[int, tuple[DataField, ...]]
    templates_here: dict[int, tuple[Template, ...]]
    webhooks_of_ours: tuple[Webhook, ...]
    parts: dict[str, Part]

    def read(self, name: str) -> bool:
        """Whether the latest try read the part in full."""
        part = self.parts.get(name)
        return bool(part and part.read_at and not part.unread_reason)

    def read_at(self, name: str) -> datetime | None:
        """When the part was last read in full."""
        part = self.parts.get(name)
        return part.read_at if part else None

    @property
    def token_rejected(self) -> bool:
        token = self.installation.token
        return token is not None and token.state == ApiToken.State.REJECTED

    def here(self) -> list[tuple[BlueprintTemplateType, TemplateType]]:
        """The wanted template types that the account has, each with the row that plays its role."""
        return [(each, row) for each in self.wanted if (row := self.roles.get(each.extension_type))]

    def points_right(self, webhook: Webhook) -> bool:
        return points_right(webhook.callback_url, self.callback_urls(), self.installation.account.oneflow_id)

    def callback_urls(self) -> list[str]:
        return texts(self.installation.extension.callback_urls)


def fields_part(row: TemplateType) -> str:
    """The name of the part that holds a template type's fields."""
    return fields_of(row.oneflow_id)


def gather(installation: Installation, mirror: Mirror, now: datetime, should: Expected | None = None) -> Facts:
    """The facts of an installation (loaded with account, extension and token), in two statements.

    A third is needed only while a rule fills a field outside the installation's version of the blueprint; none
    where `should` says what the installation should have.
    """
    should = should or expected([installation])[installation.pk]
    wanted = should.wanted
    roles = types_of_ours(wanted, mirror.template_types)
    current = {*FIXED, *(fields_part(row) for row in roles.values() if row)}
    return Facts(
        installation=installation,
        now=now,
        mirror=mirror,
        token_readable=installation.token is not None and installation.token.is_readable,
        wanted=wanted,
        wanted_fields=should.wanted_fields,
        rules=should.rules,
        roles=roles,
        fields_here=_present_fields(mirror.fields),
        templates_here=_active_templates(mirror.templates),
        webhooks_of_ours=tuple(webhooks_of_ours(installation, mirror.webhooks)),
        # A part of a template type that plays no role any more says nothing about today.
        parts={name: part for name, part in mirror.parts.items() if name in current},
    )


def _present_fields(rows: Iterable[DataField]) -> dict[int, tuple[DataField, ...]]:
    found: defaultdict[int, list[DataField]] = defaultdict(list)
    for row in rows:
        if row.missing_since is None:
            found[row.template_type_oneflow_id].append(row)
    return {type_id: tuple(each) for type_id, each in found.items()}


def _active_templates(rows: Iterable[Template]) -> dict[int, tuple[Template, ...]]:
    found: defaultdict[int, list[Template]] = defaultdict(list)
    for row in rows:
        if row.missing_since is None and row.active and row.template_type_oneflow_id is not None:
            found[row.template_type_oneflow_id].append(row)
    return {type_id: tuple(each) for type_id, each in found.items()}
