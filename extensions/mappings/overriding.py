"""Every override of an extension: in which account, over which rule, who made it what it is, why and since when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.mappings.effective import Place, Rule, rules_of
from extensions.mappings.models import Override, Version

BATCH = 200  # accounts in memory at a time


@dataclass(frozen=True, slots=True)
class Told:
    """An override, loaded with its account; the rule that it stands over, and the change that made it what it is."""

    override: Override
    inherited: Rule | None
    version: Version | None


def told(extension: Extension, batch: int = BATCH) -> Iterator[Told]:
    """All of them, by Oneflow's id of the account, those of disconnected ones too; three statements for each batch."""
    rules, last = rules_of(extension), -1
    overrides = Override.objects.filter(installation=OuterRef("pk"))
    rows = Installation.objects.filter(Exists(overrides), extension=extension).order_by("account__oneflow_id")
    rows = rows.select_related("account")
    while installations := list(rows.filter(account__oneflow_id__gt=last)[:batch]):
        last = installations[-1].account.oneflow_id
        yield from _told(installations, rules)


def _told(installations: Sequence[Installation], rules: dict[Place, Rule]) -> Iterator[Told]:
    made = _made_by(installations)
    rows = Override.objects.filter(installation__in=installations).select_related("installation__account")
    for row in rows.order_by("installation__account__oneflow_id", "extension_type", "custom_id"):
        place = (row.extension_type, row.custom_id)
        yield Told(row, rules.get(place), made.get((row.installation_id, "/".join(place))))


def _made_by(installations: Sequence[Installation]) -> dict[tuple[int | None, str], Version]:
    """The latest change of each field of each account, as `Version.difference` names it."""
    rows = Version.objects.filter(installation__in=installations).order_by("number").defer("content")
    return {
        (each.installation_id, name): each
        for each in rows
        for what in ("added", "changed")
        for name in each.difference.get(what, ())
    }
