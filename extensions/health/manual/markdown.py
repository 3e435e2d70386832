"""The manual as files of `docs/`: a page for each code, and the tables of `docs/health.md`."""

import re
from collections.abc import Iterator

from extensions.health.manual import examples
from extensions.health.manual.entries import Case, Entry, entries
from extensions.health.words import explain
from extensions.health.words.alike import ALIKE

NOTE = "<!-- Written by `make words` from extensions/health/words/; change it there. -->"
MARK = re.compile(r"(<!-- begin ([a-z-]+): written by `make words` -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """The text of every page of the manual, by its file name below `docs/health/`."""
    found = entries()
    return {"README.md": _index(found)} | {f"{each.code}.md": _page(each) for each in found}


def with_tables(page: str) -> str:
    """`docs/health.md` with its tables as the code has them now."""
    tables = {"codes": codes_table, "alike": alike_table}
    return MARK.sub(lambda found: f"{found[1]}{tables[found[2]]()}{found[3]}", page)


def codes_table() -> str:
    """Every code with its verdict, when it holds, what it explains, and when an issue of it opens and resolves."""
    head = "| Code | Verdict | Holds when | Explains | Opens / resolves after |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(
        f"| [`{each.code}`](health/{each.code}.md) | {each.verdict} | {each.holds} | {each.explains} "
        f"| {each.opens_after} / {each.resolves_after} |\n"
        for each in entries()
    )


def alike_table() -> str:
    """What cannot be told apart from outside: the code, the things that it may be, and what to ask."""
    rows = []
    place = examples.installation()
    for code in ALIKE:
        for label, finding in examples.findings(code):
            shown = f"`{code}`" + (f" ({label})" if label else "")
            for may_be in explain(finding, place).may_be:
                rows.append(f"| {shown} | {may_be.what} | {may_be.ask} |\n")
                shown = ""
    return "| Cause | May be | Ask |\n| --- | --- | --- |\n" + "".join(rows)


def _index(found: list[Entry]) -> str:
    rows = "".join(f"| [`{each.code}`]({each.code}.md) | {each.sentence} | {each.verdict} |\n" for each in found)
    return (
        f"{NOTE}\n# Every condition, one page each\n\n"
        "The same pages are in the console under *Codes*, and the words of an account's own conditions on its page.\n"
        "How they are told apart stands in [health.md](../health.md).\n\n"
        f"| Code | What it says | Verdict |\n| --- | --- | --- |\n{rows}"
    )


def _page(entry: Entry) -> str:
    return "\n".join([NOTE, *_lines(entry)]).rstrip() + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    yield f"# {entry.sentence}\n\n`{entry.code}` · {entry.verdict} · [all codes](README.md)\n"
    yield f"## What it means\n\n{entry.means}\n"
    yield f"## How we know\n\n{entry.how}\n"
    if entry.explained_by:
        several = " ".join(f"[`{code}`]({code}.md)" for code in entry.explained_by)
        yield f"Where one of these holds as well, it follows from that: {several}\n"
    if entry.explains != "–":
        yield f"It explains {entry.explains}.\n"
    yield (
        f"The verdict shows at once; an issue opens after {entry.opens_after} and is resolved after "
        f"{entry.resolves_after}.\n".replace("after at once", "at once")
    )
    for case in entry.cases:
        yield from _case(case, entry)


def _case(case: Case, entry: Entry) -> Iterator[str]:
    of = f": {case.label}" if case.label else ""
    yield f"## Usually{of}\n\n{case.words.usually}\n"
    if case.words.may_be:
        yield "From outside these cannot be told apart:\n"
        yield "".join(f"- {each.what}. *{each.ask}*\n" for each in case.words.may_be)
    if case.words.next_questions:
        yield "Ask:\n"
        yield "".join(f"- {question}\n" for question in case.words.next_questions)
    for told in case.told:
        yield f"## Do{of}{f', where it was {told.where}' if told.where else ''}\n"
        yield "".join(
            f"{number}. **{step.who[:1].upper()}{step.who[1:]}** ({step.where}): {step.what}\n"
            for number, step in enumerate(told.words.steps, start=1)
        )
        if told.words.assumed:
            yield f"*{told.words.assumed}*\n"
        for letter in sorted(told.words.customer, key=lambda each: each.label):
            yield f"### Tell the customer, in {letter.label}\n"
            yield "".join(f"> {line}\n" if line else ">\n" for line in letter.text.splitlines())
