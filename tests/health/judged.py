"""Judging an installation as a refresh does, for tests that changed its rows before."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from extensions.blueprints.models import BlueprintField
from extensions.health import storing
from extensions.health.facts import Facts, gather
from extensions.health.judging import Judgement, judge
from extensions.health.models import Finding
from extensions.installations.mirror import Mirror
from extensions.installations.models import (
    AccountExtension,
    DataField,
    Installation,
    Part,
    Template,
    TemplateType,
    Verdict,
    Webhook,
)
from extensions.mappings.models import Mapping

__all__ = [
    "AccountExtension",
    "BlueprintField",
    "DataField",
    "Finding",
    "Mapping",
    "Template",
    "TemplateType",
    "Verdict",
    "Webhook",
]


def facts_of(installation: Installation, now: datetime | None = None) -> Facts:
    return gather(installation, Mirror.load(installation), now or timezone.now())


def judged(installation: Installation, now: datetime | None = None, **options: Any) -> Judgement:
    """The judgement on the rows as they stand, after what was stored before."""
    now = now or timezone.now()
    return judge(facts_of(installation, now), storing.known_findings(installation), now, **options)


def stored(installation: Installation, now: datetime | None = None) -> Judgement:
    """Judge and store, as a refresh does."""
    now = now or timezone.now()
    judgement = judged(installation, now)
    storing.store(installation, judgement, now)
    installation.save()
    return judgement


def codes(judgement: Judgement) -> set[str]:
    return {finding.code for finding in judgement.findings}


def causes(judgement: Judgement) -> list[str]:
    """The codes that nothing explains, each once."""
    return sorted({finding.code for finding in judgement.findings if not finding.explained_by})


def the(judgement: Judgement, code: str) -> Finding:
    """The one finding with this code."""
    [finding] = [finding for finding in judgement.findings if finding.code == code]
    return finding


def unread(installation: Installation, *names: str, reason: str = "unavailable", since: datetime | None = None) -> None:
    """As if the latest try had not read these parts (all of them, if none is named)."""
    parts = Part.objects.filter(installation=installation)
    (parts.filter(name__in=names) if names else parts).update(
        unread_reason=reason, unread_since=since or timezone.now()
    )


def never_read(installation: Installation, *names: str, reason: str = "unavailable") -> None:
    unread(installation, *names, reason=reason)
    Part.objects.filter(installation=installation, name__in=names).update(read_at=None)


def deal(installation: Installation) -> TemplateType:
    return TemplateType.objects.get(installation=installation, extension_type="acme_deal")


def deal_field(installation: Installation, custom_id: str = "deal_value") -> DataField:
    return DataField.objects.get(installation=installation, custom_id=custom_id)


def deal_webhook(installation: Installation) -> Webhook:
    return Webhook.objects.get(installation=installation, template_type_oneflow_id=deal(installation).oneflow_id)


def change(row: Any, **values: Any) -> Any:
    """Set and save, without the row being looked up again."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


HOUR = timedelta(hours=1)
