"""Whether what the product fills in and the fields that are there meet, both ways round."""

from extensions.health.asking import Answer, Found, Unjudged, check
from extensions.health.checks.fields import by_custom_id, weight
from extensions.health.facts import Facts, fields_part
from extensions.installations.models import DataField, TemplateType

CODE = "mapping.incomplete"
OURS = "our mappings"


@check(CODE, needs=("template_types",))
def complete(facts: Facts) -> Answer:
    """Each active field of the blueprint is filled by a mapping, and each mapping fills a field that is there.

    Of a template type that is missing altogether there is nothing to fill.
    """
    for wanted, row in facts.here():
        if facts.read(fields_part(row)):
            here = by_custom_id(facts.fields_here.get(row.oneflow_id, ()))
            yield from _of_the_blueprint(facts, wanted.extension_type, here)
            yield from _pointing_nowhere(facts, wanted.extension_type, row, here)
        else:
            yield Unjudged(within=wanted.extension_type, part=fields_part(row))
    for (extension_type, custom_id), mapping in facts.mappings.items():
        if extension_type not in facts.roles:
            answer = f"{mapping.path} fills a template type that no version of the blueprint has"
            yield _found(extension_type, custom_id, mapping.label or custom_id, answer)


def _found(extension_type: str, custom_id: str, name: str, answer: str, **values: object) -> Found:
    return Found(
        CODE,
        subject=f"{extension_type}/{custom_id}",
        subject_name=name,
        evidence={"asked": OURS, "answer": answer, "template_type": extension_type, **values},
    )


def _of_the_blueprint(facts: Facts, extension_type: str, here: dict[str, DataField]) -> Answer:
    for field in facts.wanted_fields[extension_type]:
        mapping = facts.mappings.get((extension_type, field.custom_id))
        row = here.get(field.custom_id)
        active = row is not None and row.active
        if active == (mapping is not None):
            continue
        what = "no mapping fills it" if mapping is None else f"{mapping.path} fills it, but it is not there"
        lacks = "mapping" if mapping is None else "field"
        found = _found(extension_type, field.custom_id, field.name, what, lacks=lacks)
        yield Found(found.code, found.subject, found.subject_name, found.evidence, verdict=weight(field))


def _pointing_nowhere(facts: Facts, extension_type: str, row: TemplateType, here: dict[str, DataField]) -> Answer:
    """Mappings of a field that is neither in the blueprint nor one that the account made itself."""
    wanted = {field.custom_id for field in facts.wanted_fields[extension_type]}
    for (kind, custom_id), mapping in facts.mappings.items():
        if kind != extension_type or custom_id in wanted:
            continue
        own = here.get(custom_id)
        if own is None or not own.active:
            answer = f"{mapping.path} fills {custom_id}, which {row.name} does not have"
            yield _found(extension_type, custom_id, mapping.label or custom_id, answer, lacks="field")
