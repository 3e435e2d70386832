"""The report of `manage.py verify-oneflow`: fit to be sent to anybody, since it holds shapes and statuses only."""

import json
from collections.abc import Sequence
from datetime import datetime

from oneflow.verifying import Result
from oneflow.verifying.fact import Outcome

COLUMNS = ("Outcome", "Section", "Mark", "Fact", "Asked", "Seen")


def line(result: Result) -> str:
    """One line for one fact; what was seen stands behind it where that is news."""
    fact = result.fact
    seen = "" if result.outcome == Outcome.CONFIRMED else f" → {result.seen}"
    return f"{result.outcome:<13} {fact.mark:<8} {fact.section:<5} {fact.sentence}{seen}"


def counts(results: Sequence[Result]) -> dict[str, int]:
    return {outcome.value: sum(result.outcome == outcome for result in results) for outcome in Outcome}


def summary(results: Sequence[Result]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in counts(results).items())


def as_json(results: Sequence[Result], *, at: datetime) -> str:
    """One object with every fact: what the report says, for scripts."""
    facts = [
        {
            "id": result.fact.id,
            "section": result.fact.section,
            "mark": result.fact.mark,
            "sentence": result.fact.sentence,
            "asked": result.fact.how,
            "outcome": result.outcome.value,
            "seen": result.seen,
        }
        for result in results
    ]
    return json.dumps({"at": f"{at:%Y-%m-%d}", "counts": counts(results), "facts": facts}, indent=1, ensure_ascii=False)


def as_markdown(results: Sequence[Result], *, at: datetime) -> str:
    """The report as a page: refuted first, since they are what somebody has to act on."""
    order = [Outcome.REFUTED, Outcome.CONFIRMED, Outcome.NOT_TESTABLE]
    lines = [
        "# What we took for true of Oneflow, and what is",
        "",
        f"Asked on {at:%Y-%m-%d}, reading only: {summary(results)}.",
        "It holds types, names of keys and statuses; no token, no person, nothing of an account.",
        "",
        _row(COLUMNS),
        _row(["---"] * len(COLUMNS)),
    ]
    for result in sorted(results, key=lambda result: order.index(result.outcome)):
        fact = result.fact
        lines.append(_row([result.outcome, fact.section, fact.mark, fact.sentence, fact.how, result.seen]))
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
