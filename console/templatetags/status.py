"""Elements of the customer's page, in its language. `{% load status %}`

{% filled words.title extension=… account=… %}   a sentence of `console.status.words` with its names
{% moment state.checked_at words %}               24 November 2026, 19:10 CET (2 hours ago)
"""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateformat import format as dated
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from console.status.words import Words

register = template.Library()
MINUTE = timedelta(minutes=1)


@register.simple_tag
def filled(sentence: str, **values: Any) -> str:
    """The sentence with its gaps filled in."""
    return sentence.format(**values)


@register.simple_tag
def moment(when: datetime, words: Words) -> SafeString:
    """A time with its zone, and how long ago it was; of one to come the time alone."""
    shown = dated(timezone.localtime(when), "j F Y, H:i T")
    return format_html('<time datetime="{}">{}</time>{}', when.isoformat(timespec="seconds"), shown, _age(when, words))


def _age(when: datetime, words: Words) -> str:
    now = timezone.now()
    if when > now:
        return ""
    if now - when < MINUTE:
        return f" ({words.just_now})"
    return f" ({words.ago.format(age=timesince(when, now, depth=1))})"
