"""What is wrong with rules before they are stored, in sentences for whoever wrote them."""

import re
from collections.abc import Iterator

from extensions.blueprints.models import BlueprintField, Extension
from extensions.mappings.effective import Place, Rule, Rules
from extensions.mappings.transforms import check

# The same as in the extension file's schema.
PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
LONGEST = 255
# Control characters, which no screen shows, and halves of a pair, which no database takes.
UNSHOWN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def problems(extension: Extension, rules: Rules, *, may_be_empty: bool = False) -> list[tuple[Place, str]]:
    """What is wrong, field by field; one statement. `may_be_empty`: a rule may say that nothing fills the field."""
    known = fields_of(extension) if rules else set()
    return [
        (place, sentence)
        for place, rule in rules.items()
        for sentence in _of_field(place, rule, known, may_be_empty=may_be_empty)
    ]


def fields_of(extension: Extension) -> set[Place]:
    """The fields of any version of the blueprint: accounts live on older versions too."""
    ours = BlueprintField.objects.filter(template_type__blueprint__extension=extension).order_by()
    return set(ours.values_list("template_type__extension_type", "custom_id").distinct())


def _of_field(place: Place, rule: Rule, known: set[Place], *, may_be_empty: bool) -> Iterator[str]:
    if place not in known:
        extension_type, custom_id = place
        yield f"No version of the blueprint has the field {custom_id[:LONGEST]} in {extension_type[:LONGEST]}."
    yield from rule_problems(rule, may_be_empty=may_be_empty)


def rule_problems(rule: Rule, *, may_be_empty: bool = False) -> Iterator[str]:
    """What is wrong with a rule whatever it fills."""
    if (rule.path or not may_be_empty) and not (PATH.fullmatch(rule.path) and len(rule.path) <= LONGEST):
        yield "Write a path of names with dots between them, such as deal.amount, in at most 255 characters."
    if UNSHOWN.search(rule.label) or len(rule.label) > LONGEST:
        yield "Write the label in one line of at most 255 characters."
    yield from check(rule.transform, rule.options)
