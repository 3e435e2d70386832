"""What becomes of a field, as a row of a table. `{% load lineage %}`

{% lineage_row row contract %}       field, rule, value and text, beside a contract what that holds, and the outcome
"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from console.lineage.showing import TONES, Shown
from console.templatetags.mappings import NOTHING, rule

register = template.Library()

# Drawn here: three hundred fields as a template's nodes take as long as all the rest of their page.
ROW = (
    '<tr>\n<td><code>{}</code>{}<br><span class="quiet">{}</span></td>\n<td>{}</td>\n<td>{}</td>\n<td>{}</td>\n'
    "{}<td>{}</td>\n</tr>"
)
REQUIRED = SafeString(' <span class="required" title="required">*</span>')
WORDS = {
    what: format_html('<span class="state {}"><i>{}</i> {}</span>', tone, what.mark, what.word)
    for what, tone in TONES.items()
}
OPENING, CLOSING = SafeString('<ul class="differences">'), SafeString("</ul>")


@register.simple_tag
def lineage_row(row: Shown, contract: object = None) -> SafeString:
    """A field with what becomes of it; beside a contract also what that holds."""
    line = row.line
    required = REQUIRED if line.required else NOTHING
    held = format_html("<td>{}</td>\n", row.held) if contract else NOTHING
    return format_html(
        ROW, line.custom_id, required, line.name, rule(line.rule), row.raw, row.text, held, _outcome(row)
    )


def _outcome(row: Shown) -> SafeString:
    """The word for what came of it, and below that each reason with what to do."""
    shown = WORDS[row.what]
    if not row.line.reasons:
        return shown
    reasons = ((reason.sentence, reason.remedy) for reason in row.line.reasons)
    return shown + OPENING + format_html_join("", "<li>{} {}</li>", reasons) + CLOSING
