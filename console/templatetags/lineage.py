"""What becomes of a field, as a row of a table. `{% load lineage %}`

{% lineage_rows rows ways contract %}  field, rule, value and text, beside a contract what that holds, and the outcome
{% outcome tried.outcome %}            the word for what became of a field
"""

from collections.abc import Callable, Iterable
from functools import cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from console.lineage.showing import TONES, Shown
from console.lineage.ways import Ways
from console.templatetags.mappings import NOTHING, escaped, rule
from extensions.mappings.lineage import Match, Outcome, Reason

register = template.Library()

# Drawn here: three hundred fields as a template's nodes take as long as all the rest of their page.
ROW = (
    '<tr>\n<td><code>{}</code>{}<br><span class="quiet">{}</span></td>\n<td><a href="{}">{}</a></td>\n<td>{}</td>\n'
    "<td>{}</td>\n{}<td>{}{}</td>\n</tr>"
)
REQUIRED = SafeString(' <span class="required" title="required">*</span>')
WORDS = {
    what: format_html('<span class="state {}"><i>{}</i> {}</span>', tone, what.mark, what.word)
    for what, tone in TONES.items()
}


@register.simple_tag
def outcome(what: Outcome | Match) -> SafeString:
    """The word, with its mark and tone."""
    return WORDS[what]


@register.simple_tag
def lineage_rows(rows: Iterable[Shown], ways: Ways, contract: object = None) -> SafeString:
    """The fields with what becomes of each; beside a contract also what that holds."""
    reasons = cache(lambda reasons: _reasons(reasons, ways))  # many fields have the same
    return SafeString("".join(_row(row, ways, contract, reasons) for row in rows))


def _row(row: Shown, ways: Ways, contract: object, reasons: Callable[[tuple[Reason, ...]], SafeString]) -> str:
    line = row.line
    values = (
        line.custom_id,
        REQUIRED if line.required else NOTHING,
        line.name,
        ways.of_rule(line),
        rule(line.rule),
        row.raw,
        row.text,
        format_html("<td>{}</td>\n", row.held) if contract else NOTHING,
        WORDS[row.what],
        reasons(line.reasons),
    )
    return ROW.format(*map(escaped, values))


def _reasons(reasons: tuple[Reason, ...], ways: Ways) -> SafeString:
    """Each reason with what to do, which leads to where it is done."""
    if not reasons:
        return NOTHING
    told = format_html_join("", "<li>{} {}</li>", ((each.sentence, _remedy(each, ways)) for each in reasons))
    return format_html('<ul class="differences">{}</ul>', told)


def _remedy(reason: Reason, ways: Ways) -> str:
    address = ways.places.get(reason.where)
    return format_html('<a href="{}">{}</a>', address, reason.remedy) if address else reason.remedy
