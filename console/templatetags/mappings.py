"""What fills a field, as every page of fields shows it. `{% load mappings %}`

{% rule line.rule True %}       deal.amount → number, and whether an installation overrides it
"""

from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from extensions.mappings.effective import Rule

register = template.Library()

UNFILLED = SafeString('<span class="state warn">no mapping</span>')
UNFILLED_HERE = SafeString('<span class="state off">not filled here</span>')
NOTHING = SafeString("")


def escaped(value: object) -> str:
    """As `conditional_escape` has it, for values that are there already: being lazy takes longer than escaping does."""
    return value if isinstance(value, SafeString) else escape(str(value))


# Drawn here: its dozen nodes as a template cost as much as all the rest of a page with hundreds of fields.
@register.simple_tag
def rule(rule: Rule | None, wanted: object = True, long: object = False) -> SafeString:
    """A rule in a line, with `long` all that its options say; where there is none and one is `wanted`, that."""
    if rule is None:
        return UNFILLED if wanted else NOTHING
    if rule.filled:
        shown = _filled(rule, long=bool(long))
    elif rule.overridden:
        shown = UNFILLED_HERE
    else:
        shown = UNFILLED if wanted else NOTHING
    return shown + _overridden(rule) if rule.overridden else shown


def _filled(rule: Rule, *, long: bool) -> SafeString:
    shown = f"<code>{escaped(rule.path)}</code>"
    if words := escaped(rule.in_words):
        name = escaped(rule.transform_name or "text")
        shown += f" <span>→ {words}</span>" if long else f' <span title="{words}">→ {name}</span>'
    if rule.label:
        shown += f' <span class="quiet">{escaped(rule.label)}</span>'
    return SafeString(shown)


def _overridden(rule: Rule) -> SafeString:
    over = rule.inherited
    told = (
        f"Overridden here; the extension has {over.path}"
        if over and over.filled
        else "Here only; the extension has no mapping"
    )
    return format_html(' <span class="tag own" title="{}">overridden</span>', told)
