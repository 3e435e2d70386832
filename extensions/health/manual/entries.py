"""What the manual says of a code, gathered from the table of codes and the words of its examples."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from extensions.health.codes import CODES, Code, Scope
from extensions.health.manual import examples
from extensions.health.models import Finding
from extensions.health.words import Explanation, explain
from extensions.health.words.meanings import MEANINGS
from extensions.installations.models import Installation

Mode = Installation.Mode
# How the account was set up, as whoever talks to the customer would say it.
MODES = {
    Mode.EXTENSION: "made by the extension",
    Mode.TOOLKIT: "made by the product through the API",
    Mode.DEVELOPMENT: "made by hand",
}


@dataclass(frozen=True, slots=True)
class Told:
    """The words where the account was set up in one of these ways; "" where it makes no difference."""

    where: str
    words: Explanation
    key: str  # unique within the entry


@dataclass(frozen=True, slots=True)
class Case:
    """One of the cases of a code ("" where there is one only), with its words by the way the account was set up."""

    label: str
    told: tuple[Told, ...]

    @property
    def words(self) -> Explanation:
        return self.told[0].words


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the manual says of one code."""

    code: str
    sentence: str
    verdict: str
    means: str
    how: str
    holds: str
    explains: str
    explained_by: tuple[str, ...]
    opens_after: str
    resolves_after: str
    cases: tuple[Case, ...]

    @property
    def account(self) -> str:
        """The name of the customer in the examples."""
        return str(examples.installation().account)


def entries() -> list[Entry]:
    """Every code's entry, from the root of things to their leaves."""
    return [entry(code) for code in CODES]


def entry(code: str) -> Entry:
    """What the manual says of a code."""
    row, meaning = CODES[code], MEANINGS[code]
    return Entry(
        code=code,
        sentence=row.sentence,
        verdict=meaning.verdict or row.verdict.value,
        means=meaning.means,
        how=meaning.how,
        holds=meaning.holds,
        explains=explains(row),
        explained_by=tuple(each.code for each in CODES.values() if each.code != code and _names(each, code)),
        opens_after=length(row.opens_after),
        resolves_after=length(row.resolves_after),
        cases=tuple(_cases(code)),
    )


def _cases(code: str) -> Iterator[Case]:
    place = examples.installation()
    for number, (label, finding) in enumerate(examples.findings(code), start=1):
        yield Case(label, tuple(_told(finding, place, number)))


def _told(finding: Finding, place: Installation, number: int) -> Iterable[Told]:
    """The words by mode, those that are the same told once."""
    alike: list[tuple[list[str], Explanation]] = []
    for mode, where in MODES.items():
        words = explain(finding, place, mode=mode)
        same = next((names for names, told in alike if told == words), None)
        if same is None:
            alike.append(([where], words))
        else:
            same.append(where)
    return [
        Told(" or ".join(names) if len(alike) > 1 else "", words, f"{number}-{way}")
        for way, (names, words) in enumerate(alike, start=1)
    ]


def _names(row: Code, code: str) -> bool:
    """Whether a row says of a code by name that it explains it; "*" says it of all and of none in particular."""
    return any(pattern in (code, f"{code.partition('.')[0]}.*") for pattern, _ in row.explains)


def explains(row: Code) -> str:
    """What follows from a code, as the table of codes says it, in Markdown."""
    anywhere = [f"`{pattern}`" for pattern, scope in row.explains if scope is Scope.ALL]
    its = [f"`{pattern}`" for pattern, scope in row.explains if scope is not Scope.ALL]
    if anywhere == ["`*`"]:
        return "everything"
    return "; ".join(part for part in (f"its {' '.join(its)}" if its else "", " ".join(anywhere)) if part) or "–"


def length(time: timedelta) -> str:
    """ "at once", "10 min", "1 h", "1 d"."""
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if time >= unit:
            return f"{time // unit} {name}"
    return "at once"
