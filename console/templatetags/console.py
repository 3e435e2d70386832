"""The elements of every page, so that each looks and reads the same wherever it stands. `{% load console %}`

Tags
    {% verdict installation.shown_verdict %}        ■ failing: shape, word and colour
    {% since finding.since %}                       "3 h ago", the exact time on hover and for screen readers
    {% since installation.refreshed_at "never" %}   the second word stands where there is no time
    {% until issue.snoozed_until %}                 "2026-11-27 08:00", likewise with the zone
    {% lasting installation.verdict_since %}        "since 08:12 (3 h)", likewise with the exact time
    {% identifier account.oneflow_id %}             monospace; a click copies
    {% code "token.rejected" %}                     a health code behind its sentence, with a link to its page
    {% assumed "Oneflow does not document …" %}     the small tag; links to /assumed/, or to an anchor there
    {% cells line.cells in_words %}                 a row of the matrix: marks, with links where they differ
    {{ count|thin }}                                1 204, with thin spaces
    {{ count|counted:"webhook" }}                   1 webhook, 2 webhooks
    {{ lasted|span }}                               3 h

Includes
    elements/empty.html     heading, text, and perhaps action_url + action_label
    elements/evidence.html  exchanges (rows like `Exchange`), perhaps label: folded until asked
    elements/letters.html   letters (rows like `Letter`) and key: texts to send, each with a button that copies it
    elements/tabs.html      tabs: dicts of label, url, current, and perhaps count and note
    elements/notice.html    level (info, warning, error) and text

Classes (console.css)
    .facts (dl at the side) · table.list in .scroll · .num (right-aligned figures) · .mono · .quiet · .panel (a framed
    section with an h2) · .button, .button.primary, .button.danger · .row-actions · progress.line · ol.steps > li.done
    / li.next / li.waiting · .state (small word in a table: .state.ok .off .bad .warn)

Scripts (console.js): data-copy="text" copies on click; data-copy-from="#id" copies that element's text;
data-href on a table row opens it on Enter. Everything works without them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from extensions.health.codes import CODES
from extensions.installations.models import Verdict

register = template.Library()

# Drawn, not typed: the glyphs differ in size and weight from one font to the next.
SHAPES = {
    Verdict.HEALTHY: '<circle cx="6" cy="6" r="5"/>',
    Verdict.WARNING: '<path d="M6 .8 11.6 11H.4z"/>',
    Verdict.FAILING: '<path d="M1 1h10v10H1z"/>',
    Verdict.UNKNOWN: '<circle class="line dashed" cx="6" cy="6" r="4.6"/>',
    Verdict.DISCONNECTED: '<circle class="line" cx="6" cy="6" r="4.6"/>',
}
UNITS = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (float("inf"), 86_400, "d"))
CHECK_BOXES = ' class="action-checkbox-column"'
THIN = "\N{NARROW NO-BREAK SPACE}"


@register.simple_tag
def verdict(value: str, word: str = "") -> SafeString:
    """The mark of a verdict: its shape, its word (or another in its place), its colour."""
    known = value if value in Verdict.values else Verdict.UNKNOWN.value
    return format_html(
        '<span class="verdict {}"><svg viewBox="0 0 12 12" aria-hidden="true">{}</svg>{}</span>',
        known,
        mark_safe(SHAPES[Verdict(known)]),  # noqa: S308  (one of the five above)
        word or known,
    )


@register.simple_tag
def since(moment: datetime | None, otherwise: str = "–") -> SafeString | str:
    """How long ago (or in how long), with the exact time and its zone on hover and for screen readers."""
    if moment is None:
        return otherwise
    return _time(moment, age(moment, timezone.now()))


@register.simple_tag
def lasting(moment: datetime | None) -> SafeString | str:
    """Since when something holds: "since 08:12 (3 h)", and of an earlier day "since 2026-11-12 (12 d)"."""
    if moment is None:
        return ""
    now, exact = timezone.now(), timezone.localtime(moment)
    begun = f"{exact:%H:%M}" if exact.date() == timezone.localtime(now).date() else f"{exact:%Y-%m-%d}"
    return _time(moment, f"since {begun} ({age(moment, now).removesuffix(' ago')})")


@register.simple_tag
def until(moment: datetime | None) -> SafeString | str:
    """When something ends, as staff set it: to the minute, with the zone on hover and for screen readers."""
    return "–" if moment is None else _time(moment, f"{timezone.localtime(moment):%Y-%m-%d %H:%M}")


def _time(moment: datetime, words: str) -> SafeString:
    exact = timezone.localtime(moment)
    text = f"{exact:%Y-%m-%d %H:%M:%S %Z}"
    return format_html(
        '<time datetime="{}" title="{}">{}<span class="visually-hidden"> ({})</span></time>',
        exact.isoformat(timespec="seconds"),
        text,
        words,
        text,
    )


def age(moment: datetime, now: datetime) -> str:
    """ "just now", "40 s ago", "3 h ago", "12 d ago", "in 5 min"."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    if size < 5:
        return "just now"
    return f"{_length(size)} ago" if seconds > 0 else f"in {_length(size)}"


def _length(seconds: float) -> str:
    return next(f"{int(seconds // unit)}{THIN}{name}" for limit, unit, name in UNITS if seconds < limit)


@register.filter
def span(duration: timedelta) -> str:
    """How long something lasted: "40 s", "3 h", "12 d"."""
    return _length(duration.total_seconds())


@register.simple_tag
def identifier(value: Any) -> SafeString | str:
    """An id, key or reference in monospace; a click copies it."""
    if value in (None, ""):
        return "–"
    return format_html('<code class="identifier" data-copy="{}">{}</code>', value, value)


@register.simple_tag
def code(value: str) -> SafeString:
    """A health code, as it stands small behind its sentence; leads to the page that tells what it means."""
    if value not in CODES:
        return format_html('<code class="code">{}</code>', value)
    address = reverse("code", args=[value])
    return format_html('<a class="explained" href="{}"><code class="code">{}</code></a>', address, value)


@register.simple_tag
def assumed(text: str = "", anchor: str = "") -> SafeString:
    """The tag for a statement that rests on something Oneflow does not document; `text` says on what."""
    address = reverse("assumed") + (f"#{anchor}" if anchor else "")
    return format_html('<a class="assumed" href="{}" title="{}">assumed</a>', address, text)


@register.simple_tag
def cells(marks: Iterable[tuple[Any, str]], in_words: bool) -> SafeString:
    """A row's cells in the matrix: each mark, and where it differs its word and a link.

    The word is for screen readers, or `in_words` for all. A tag, not a template: a page has more than a thousand cells.
    """
    return mark_safe("".join(_cell(mark, url, in_words) for mark, url in marks))  # noqa: S308 (escaped one by one)


def _cell(mark: Any, url: str, in_words: bool) -> str:
    if mark is None:
        return "<td></td>"
    if not url:
        return f"<td>{escape(mark.mark)}</td>"
    before, after = _around(mark, in_words)
    return f"{before}{escape(url)}{after}"


@lru_cache
def _around(mark: Any, in_words: bool) -> tuple[str, str]:
    """What stands before and after the address in the cell of a mark that differs; there are few of them."""
    before = format_html('<td class="{}"><a href="', mark.tone)
    if in_words:
        return before, format_html('" title="{}">{} {}</a></td>', mark.meaning, mark.mark, mark.word)
    return before, format_html('" aria-label="{}">{}</a></td>', mark.word, mark.mark)


@register.filter
def thin(number: int | None) -> str:
    """1204 → "1 204", with a narrow space that does not break."""
    return "–" if number is None else f"{number:,}".replace(",", THIN)


@register.filter
def counted(number: int, noun: str) -> str:
    """ "1 webhook", "2 webhooks", "3 entries"; the noun in the singular."""
    if number != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{thin(number)} {noun}"


@register.simple_tag
def headers(changelist: Any) -> list[dict[str, Any]]:
    """The columns of a change list as Django names, sorts and links them, without the one of check boxes."""
    return [header for header in result_headers(changelist) if header.get("class_attrib") != CHECK_BOXES]


@register.simple_tag
def pages(changelist: Any) -> list[int | str]:
    """Page numbers to offer, with "…" where some are left out; none when there is one page only."""
    if not changelist.multi_page:
        return []
    return list(changelist.paginator.get_elided_page_range(changelist.page_num, on_each_side=2, on_ends=1))


@register.simple_tag
def page_link(changelist: Any, number: int) -> str:
    """The address of another page of the same view."""
    return str(changelist.get_query_string({"p": number}))


@register.inclusion_tag("console/facet.html")
def facet(changelist: Any, spec: Any) -> dict[str, Any]:
    """A filter of a list: its choices with their counts; nothing when there is nothing to choose."""
    return {"title": spec.title, "spec": spec, "choices": list(spec.choices(changelist))}
