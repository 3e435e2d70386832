"""Whether what the product fills in and the fields that are there meet, both ways round."""

from extensions.health.asking import Answer, Found, Unjudged, check
from extensions.health.checks.fields import by_custom_id, weight
from extensions.health.expecting import WantedField
from extensions.health.facts import Facts, fields_part
from extensions.installations.models import DataField, TemplateType
from extensions.mappings.effective import Rule

CODE = "mapping.incomplete"
OURS = "our mappings"


@check(CODE, needs=("template_types",))
def complete(facts: Facts) -> Answer:
    """Each active field of the blueprint is filled by a rule, and each rule fills a field that is there.

    The rules are those that count in this installation. Of a template type that is missing altogether there is nothing
    to fill.
    """
    for wanted, row in facts.here():
        if facts.read(fields_part(row)):
            here = by_custom_id(facts.fields_here.get(row.oneflow_id, ()))
            yield from _of_the_blueprint(facts, wanted.extension_type, here)
            yield from _pointing_nowhere(facts, wanted.extension_type, row, here)
        else:
            yield Unjudged(within=wanted.extension_type, part=fields_part(row))
    for (extension_type, custom_id), rule in facts.rules.items():
        if extension_type not in facts.roles and rule.filled:
            answer = f"{rule.path} fills a template type that no version of the blueprint has"
            yield _found(extension_type, custom_id, rule.label or custom_id, answer, rule)


def _found(extension_type: str, custom_id: str, name: str, answer: str, rule: Rule | None, **values: object) -> Found:
    own = {"overridden": True} if rule and rule.overridden else {}
    return Found(
        CODE,
        subject=f"{extension_type}/{custom_id}",
        subject_name=name,
        evidence={"asked": OURS, "answer": answer, "template_type": extension_type, **own, **values},
    )


def _of_the_blueprint(facts: Facts, extension_type: str, here: dict[str, DataField]) -> Answer:
    for field in facts.wanted_fields[extension_type]:
        rule = facts.rules.get((extension_type, field.custom_id))
        row = here.get(field.custom_id)
        active = row is not None and row.active
        filled = rule is not None and rule.filled
        if active == filled or _left_empty_on_purpose(field, rule):
            continue
        lacks = "field" if filled else "mapping"
        found = _found(extension_type, field.custom_id, field.name, _what(rule), rule, lacks=lacks)
        yield Found(found.code, found.subject, found.subject_name, found.evidence, verdict=weight(field))


def _left_empty_on_purpose(field: WantedField, rule: Rule | None) -> bool:
    """Whether somebody decided that nothing fills it here, which of a required field nobody can decide."""
    return rule is not None and rule.overridden and not rule.filled and not field.required


def _what(rule: Rule | None) -> str:
    if rule is not None and rule.filled:
        return f"{rule.path} fills it, but it is not there"
    return (
        "the installation's own mapping says that nothing fills it"
        if rule and rule.overridden
        else "no mapping fills it"
    )


def _pointing_nowhere(facts: Facts, extension_type: str, row: TemplateType, here: dict[str, DataField]) -> Answer:
    """Rules of a field that is neither in the blueprint nor one that the account made itself."""
    wanted = {field.custom_id for field in facts.wanted_fields[extension_type]}
    for (kind, custom_id), rule in facts.rules.items():
        if kind != extension_type or custom_id in wanted or not rule.filled:
            continue
        own = here.get(custom_id)
        if own is None or not own.active:
            answer = f"{rule.path} fills {custom_id}, which {row.name} does not have"
            yield _found(extension_type, custom_id, rule.label or custom_id, answer, rule, lacks="field")
