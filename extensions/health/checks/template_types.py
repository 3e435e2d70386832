"""Whether the blueprint's template types are there, active, and used by a template."""

from datetime import datetime

from extensions.blueprints.models import BlueprintTemplateType
from extensions.health.asking import Answer, Found, Unjudged, check, missing_types
from extensions.health.facts import Facts
from extensions.installations.models import TemplateType, Verdict


def _evidence(wanted: BlueprintTemplateType, row: TemplateType, answer: str) -> dict[str, object]:
    return {
        "asked": "GET /template_types",
        "answer": answer,
        "part": "template_types",
        "template_type": wanted.extension_type,
        "oneflow_id": row.oneflow_id,
    }


@check("template_type.missing", needs=("template_types",))
def missing(facts: Facts) -> Answer:
    """Each template type of the blueprint version has one in the account."""
    if facts.installation.blueprint_id is None:
        # Without a version there is nothing to compare with, which is not the same as nothing wrong.
        yield Unjudged()
    for wanted in facts.wanted:
        if facts.roles[wanted.extension_type] is None:
            answer = f"none with extension type {wanted.extension_type}"
            yield Found(
                "template_type.missing",
                subject=wanted.extension_type,
                subject_name=wanted.name,
                evidence={"asked": "GET /template_types", "answer": answer, "part": "template_types"},
                since=_gone_since(facts, wanted),
            )


def _gone_since(facts: Facts, wanted: BlueprintTemplateType) -> datetime | None:
    dates = [
        row.missing_since
        for row in facts.mirror.template_types
        if row.missing_since and wanted.extension_type in (row.extension_type, row.confirmed_role)
    ]
    return max(dates, default=None)


@check("template_type.inactive", needs=("template_types",))
def inactive(facts: Facts) -> Answer:
    """The template types of ours are active."""
    yield from missing_types(facts)
    for wanted, row in facts.here():
        if not row.active:
            yield Found(
                "template_type.inactive",
                subject=wanted.extension_type,
                subject_name=row.name,
                evidence=_evidence(wanted, row, "active: false"),
            )


@check("template_type.unused", needs=("template_types", "templates"))
def unused(facts: Facts) -> Answer:
    """An active template uses each type of ours; when none uses any, no contract of ours can be made."""
    yield from missing_types(facts)
    any_used = any(facts.templates_here.get(row.oneflow_id) for _, row in facts.here())
    for wanted, row in facts.here():
        if not facts.templates_here.get(row.oneflow_id):
            evidence = _evidence(wanted, row, "no active template uses it")
            yield Found(
                "template_type.unused",
                subject=wanted.extension_type,
                subject_name=row.name,
                evidence={**evidence, "asked": "GET /templates", "part": "templates"},
                verdict=Verdict.WARNING if any_used else Verdict.FAILING,
            )
