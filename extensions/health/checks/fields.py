"""Whether the blueprint's data fields are in the account's template types, switched on and as they should be."""

from collections.abc import Iterator

from extensions.blueprints.models import BlueprintTemplateType
from extensions.health.asking import Answer, Found, Unjudged, check, missing_types
from extensions.health.expecting import WantedField
from extensions.health.facts import Facts, fields_part
from extensions.installations.models import DataField, TemplateType, Verdict
from extensions.mappings.inspecting import folded

COMPARED = ("name", "description", "placeholder")
LONGEST_SHOWN = 300


def _readable_types(facts: Facts) -> Iterator[tuple[BlueprintTemplateType, TemplateType]]:
    """The types of ours whose own fields were read."""
    return (pair for pair in facts.here() if facts.read(fields_part(pair[1])))


def _unread_types(facts: Facts) -> Answer:
    yield from missing_types(facts)
    for wanted, row in facts.here():
        if not facts.read(fields_part(row)):
            yield Unjudged(within=wanted.extension_type, part=fields_part(row))


def by_custom_id(fields: tuple[DataField, ...]) -> dict[str, DataField]:
    """Fields by `custom_id`, which is unique within a template type; were it not, an active one is preferred."""
    return {row.custom_id: row for row in sorted(fields, key=lambda each: each.active)}


def weight(field: WantedField) -> Verdict:
    """How bad it is to be without a field."""
    return Verdict.FAILING if field.required else Verdict.WARNING


def _found(code: str, wanted: BlueprintTemplateType, row: TemplateType, field: WantedField, **values: object) -> Found:
    evidence = {
        "asked": f"GET /template_types/{row.oneflow_id}",
        "part": fields_part(row),
        "template_type": wanted.extension_type,
        "template_type_name": row.name,
        "custom_id": field.custom_id,
        **values,
    }
    return Found(
        code,
        subject=f"{wanted.extension_type}/{field.custom_id}",
        subject_name=field.name,
        evidence=evidence,
        verdict=weight(field) if code in ("field.missing", "field.inactive") else None,
    )


@check("field.missing", "field.inactive", "field.changed", needs=("template_types",))
def as_in_the_blueprint(facts: Facts) -> Answer:
    """Each field of the blueprint version is there, active, and named, described and hinted at as in it."""
    yield from _unread_types(facts)
    for wanted, row in _readable_types(facts):
        here = by_custom_id(facts.fields_here.get(row.oneflow_id, ()))
        for field in facts.wanted_fields[wanted.extension_type]:
            found = here.get(field.custom_id)
            if found is None:
                yield _found("field.missing", wanted, row, field, answer="not in the template type")
                continue
            if not found.active:
                yield _found("field.inactive", wanted, row, field, answer="active: false", name=found.name)
            if differs := differences(field, found):
                yield _found("field.changed", wanted, row, field, answer=", ".join(differs), differs=differs)


def differences(wanted: WantedField, found: DataField) -> dict[str, dict[str, str]]:
    """What differs from the blueprint: attribute → before (there) and after (here). Spaces around do not count."""
    return {
        each: {"before": _shown(before), "after": _shown(after)}
        for each in COMPARED
        if (before := getattr(wanted, each).strip()) != (after := getattr(found, each).strip())
    }


def _shown(text: str) -> str:
    """A text as evidence holds it: Oneflow sets no end to a description."""
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


@check("field.shadowed", needs=("template_types",))
def shadowed(facts: Facts) -> Answer:
    """No active field that a user made bears the name of one of ours, so that people fill in the right one.

    The name by the blueprint, or the one that ours bears here.
    """
    yield from _unread_types(facts)
    for wanted, row in _readable_types(facts):
        ours = facts.wanted_fields[wanted.extension_type]
        custom_ids = {field.custom_id for field in ours}
        strangers: dict[str, list[str]] = {}
        fields = facts.fields_here.get(row.oneflow_id, ())
        for other in fields:
            if other.source == "user" and other.active and other.custom_id not in custom_ids:
                strangers.setdefault(folded(other.name), []).append(other.custom_id)
        here = by_custom_id(fields) if strangers else {}
        for field in ours if strangers else ():
            names = {folded(each.name) for each in (field, here.get(field.custom_id)) if each}
            if same := [custom_id for name in names for custom_id in strangers.get(name, ())]:
                answer = f"a user's field of the same name: {', '.join(sorted(same))}"
                yield _found("field.shadowed", wanted, row, field, answer=answer, shadows=sorted(same))
