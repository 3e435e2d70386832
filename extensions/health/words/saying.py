"""What is said of a finding, and the turns of phrase that several of them share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extensions.health.models import Finding
from extensions.health.repairable import can_repair
from extensions.installations.models import Installation

Mode = Installation.Mode

CUSTOMER, STAFF, ADMINISTRATOR, ENGINEER, ONEFLOW = (
    "the customer's administrator",
    "you",
    "an administrator of this console",
    "an engineer of yours",
    "Oneflow's support",
)
HERE = "this page"
REPAIR = f"{HERE}: Repair…"  # where a step is done that the console does by a write to the account
ONLY_THEN = "only if Oneflow's support cannot"
FIRST_OF_ALL = "before anything else"

REVOKED_ASSUMED = (
    "That disabling the extension revokes its token, and that enabling it anew makes another, is assumed: Oneflow "
    "documents only that a refused token answers 401."
)
PLAN_ASSUMED = (
    "That 402 means a plan without API access, and 403 a closed account, is assumed. The answer itself stands in the "
    "evidence."
)
ACTIVE_ASSUMED = (
    "Oneflow documents that active of a system field can be changed, not where: that the customer can do it in "
    "Oneflow, and the console or an engineer through the template type's PUT, is assumed."
)
OWNED_ASSUMED = "That Oneflow refuses any change to what the extension owns, through the API too, is assumed."


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: who does it, where, what it is, whether the present token ends by it, and whether it is only
    another way to what was said before."""

    who: str
    where: str
    what: str
    costs_token: bool = False
    otherwise: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A text to send to the customer, ready to copy: `language` as in HTML, `label` its name in English."""

    language: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class MayBe:
    """One of several things that look alike from outside, and the question whose answer tells that it is this one."""

    what: str
    ask: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding in plain words. `means` is what follows for the customer; `customer` holds the letter in each
    language, the customer's own first; `may_be` what cannot be told apart, each with the question that tells."""

    sentence: str
    how_we_know: str
    usually: str
    steps: tuple[Step, ...]
    means: str = ""
    customer: tuple[Letter, ...] = ()
    may_be: tuple[MayBe, ...] = ()
    next_questions: tuple[str, ...] = ()
    assumed: str = ""

    @property
    def who(self) -> tuple[str, ...]:
        """Whoever must act, in the order of the steps, each once."""
        return tuple(dict.fromkeys(step.who for step in self.steps if not step.otherwise))


@dataclass(frozen=True, slots=True)
class Case:
    """A finding in its installation, with the names that its words need.

    `others` are findings of the same code that are told together with it.
    """

    finding: Finding
    installation: Installation
    mode: str
    others: tuple[Finding, ...] = ()

    @property
    def account(self) -> str:
        return str(self.installation.account)

    @property
    def extension(self) -> str:
        return self.installation.extension.name

    @property
    def name(self) -> str:
        """The subject's human name, or its key where it has none."""
        return _name(self.finding)

    @property
    def names(self) -> list[str]:
        """The names of all subjects that are told together."""
        return [_name(each) for each in (self.finding, *self.others)]

    @property
    def several(self) -> bool:
        return bool(self.others)

    @property
    def named(self) -> str:
        """The subjects in a sentence, quoted; of many only the first."""
        return enumerated([f'"{each}"' for each in self.names], "and", "more", ",")

    @property
    def evidence(self) -> dict[str, Any]:
        return self.finding.evidence

    @property
    def template_type(self) -> str:
        """The human name of the template type that the subject belongs to."""
        names = {_type_name(each) for each in (self.finding, *self.others)}
        return names.pop() if len(names) == 1 else ""

    @property
    def owned(self) -> bool:
        """Whether the extension made the subject, so that nobody but Oneflow can change it."""
        return bool(self.mode == Mode.EXTENSION and self.evidence.get("by_extension", True))

    @property
    def repairable(self) -> bool:
        """Whether the console can mend it, or some of those that are told together."""
        return any(can_repair(each, self.mode) for each in (self.finding, *self.others))

    def known(self) -> str:
        """What was asked and what came back, as the evidence keeps it."""
        asked, answer = self.evidence.get("asked", ""), self.evidence.get("answer", "")
        told = " → ".join(str(each) for each in (asked, answer) if each)
        if self.several and told:
            told = f"Of the first: {told}"
        if self.finding.last_known:
            return f"{told}. It could not be read again since: this is what was last known."
        return f"{told}." if told else ""


def _name(finding: Finding) -> str:
    return finding.subject_name or finding.subject.rpartition("/")[2]


def _type_name(finding: Finding) -> str:
    return str(finding.evidence.get("template_type_name") or finding.evidence.get("template_type") or "")


def enumerated(names: Sequence[str], last: str, more: str, thousands: str, most: int = 5) -> str:
    """Names in a sentence of any language: "a, b and c", "a, b and 1,310 more"."""
    left = f"{len(names) - most:,}".replace(",", thousands)
    *before, end = names if len(names) <= most else [*names[:most], f"{left} {more}"]
    return f"{', '.join(before)} {last} {end}" if before else end


def listed(values: Iterable[object], most: int = 10) -> str:
    """The values in a sentence; of many only the first."""
    texts = [str(each) for each in values]
    left = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {left:,} more" if left > 0 else "")


def by_console(case: Case, what: str, *otherwise: Step) -> tuple[Step, ...]:
    """The console's own repair where it has one, then how it is done without; only the latter where it has none."""
    if not case.repairable:
        return otherwise
    first = Step(STAFF, REPAIR, f"{what} What would change is shown before anything is written.")
    return first, *(
        replace(each, what=f"Or, without the console, {each.what[:1].lower()}{each.what[1:]}", otherwise=True)
        for each in otherwise
    )


def token_steps(case: Case) -> tuple[Step, ...]:
    """How a new token comes to us."""
    if case.mode == Mode.DEVELOPMENT:
        made = Step("you", "Oneflow: Marketplace → API tokens", "Create a new token and copy it: it is shown once.")
    else:
        made = Step(
            CUSTOMER,
            f"Oneflow: Marketplace → {case.extension}",
            "Enable the extension and copy the token: it is shown once and cannot be looked up later. If it is enabled "
            "already and nobody kept the token shown then: disable it and enable it again, which costs that token.",
        )
    relink = Step(STAFF, f"{HERE}: Relink", "Paste the new token. The installation and its history are kept.")
    product = Step(STAFF, "the product", "Give it the new token too: it used the old one as well.")
    return made, relink, product


def enabling_anew(case: Case, when: str = FIRST_OF_ALL) -> tuple[Step, ...]:
    """Disable and enable, which makes again what the extension owns; what it costs is said first.

    `when` says where it is not the first thing to try.
    """
    warning = Step(
        STAFF,
        when,
        "Disabling the extension costs the token: the old one ends and nothing works until the new one is linked "
        "here and in the product. Agree on a time with the customer.",
    )
    again = Step(
        CUSTOMER,
        f"Oneflow: Marketplace → {case.extension}",
        "Disable the extension, enable it again, and copy the token that is then shown once.",
        costs_token=when == FIRST_OF_ALL,
    )
    return (warning, again, *token_steps(case)[1:])


def ask_oneflow(what: str) -> Step:
    return Step(ONEFLOW, "support, with the request ids in the evidence", what)
