"""The seven steps from a token to a first delivery, ticked from stored rows alone."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from extensions.blueprints.models import Blueprint
from extensions.health.models import Finding
from extensions.health.words import Explanation, explain
from extensions.health.words.saying import HERE
from extensions.installations.matching import types_of_ours
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation, Part, Verdict

DONE, NEXT, WAITING = "done", "next", "waiting"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its state, what stands there, what is waited for, and what holds it up in plain words."""

    title: str
    state: str
    summary: str = ""
    waits_for: str = ""
    who: str = ""
    causes: tuple[tuple[Finding, Explanation], ...] = ()
    unwatched: str = ""

    @property
    def is_done(self) -> bool:
        return self.state == DONE


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an installation that connects."""

    installation: Installation
    mirror: Mirror
    findings: Sequence[Finding]
    blueprint: Blueprint | None = field(default=None)

    def part(self, name: str) -> Part | None:
        return self.mirror.parts.get(name)

    def is_read(self, name: str) -> bool:
        """Whether a part was read since this connection began."""
        part = self.part(name)
        return bool(part and part.read_at and part.read_at >= self.installation.connected_at)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A step as such: which codes hold it up, which parts must have been read, what it shows when it is done."""

    title: str
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    summary: Callable[[Known], str]
    unwatched: str = ""


def steps(known: Known) -> list[Step]:
    """The seven steps in order; the first that is not done is the next one."""
    found = [_step(kind, known) for kind in KINDS]
    first_open = next((number for number, step in enumerate(found) if not step.is_done), len(found))
    return [step if step.is_done or number == first_open else _later(step) for number, step in enumerate(found)]


def digest(found: Sequence[Step], *more: object) -> str:
    """A short text that is another one whenever the page would show something else."""
    shown = [(step.title, step.state, step.summary, [cause.code for cause, _ in step.causes]) for step in found]
    return hashlib.sha256(repr((shown, more)).encode()).hexdigest()[:16]


def _step(kind: _Kind, known: Known) -> Step:
    if known.installation.token is None:
        return Step(kind.title, NEXT, waits_for="A token.", who="whoever connects the account")
    causes = [each for each in known.findings if _holds_up(each, kind.codes)]
    if causes:
        explained = tuple((each, _explained(each, known)) for each in causes)
        return Step(kind.title, NEXT, causes=explained)
    unread = [name for name in kind.parts if not known.is_read(name)]
    if unread:
        return Step(kind.title, NEXT, waits_for=_reading(known, unread[0]), who="the console")
    return Step(kind.title, DONE, summary=kind.summary(known), unwatched=kind.unwatched)


def _explained(finding: Finding, known: Known) -> Explanation:
    """The words of health, which are written for the installation's own page and so call it "this page"."""
    words = explain(finding, known.installation)
    there = (replace(step, where=step.where.replace(HERE, "the account's page")) for step in words.steps)
    return replace(words, steps=tuple(there))


def _later(step: Step) -> Step:
    """A step whose turn has not come: only what is known to hold it up is said."""
    return Step(step.title, WAITING, waits_for="", causes=step.causes)


def _holds_up(finding: Finding, codes: Sequence[str]) -> bool:
    if finding.explained_by or finding.verdict not in {Verdict.FAILING, Verdict.WARNING}:
        return False
    # A warning spoils nothing that the product needs, but without an acting user nobody knows what is usable.
    weighs = finding.verdict == Verdict.FAILING or finding.code == "user.unset"
    return weighs and any(fnmatchcase(finding.code, code) for code in codes)


def _reading(known: Known, name: str) -> str:
    part = known.part(name)
    if part is not None and part.unread_reason and part.unread_reason != "not_asked":
        return f"Oneflow's answer: the last try could not read it ({part.unread_reason.replace('_', ' ')})."
    return "The first refresh, which reads the account from Oneflow."


def _token(known: Known) -> str:
    token = known.installation.token
    return f"Held, ending in {token.last_four}." if token and token.last_four else "Held."


def _account(known: Known) -> str:
    account = known.installation.account
    facts = [account.name, account.registration_number, account.country_code]
    return f"{', '.join(each for each in facts if each)}."


def _extension(known: Known) -> str:
    wanted = {known.installation.extension.integration_key, *known.installation.extension.dependencies}
    on = [row.extension_type for row in known.mirror.extensions if row.enabled and row.missing_since is None]
    names = sorted(name for name in on if name in wanted)
    return f"Enabled: {', '.join(names)}." if names else "Not asked of an account in this mode."


def _types(known: Known) -> str:
    fields = [row for row in known.mirror.fields if row.missing_since is None and row.active]
    ours = [row for row in _ours(known).values() if row is not None]
    shown = [
        f"{row.name} ({sum(each.template_type_oneflow_id == row.oneflow_id for each in fields)} fields on)"
        for row in ours
    ]
    return f"{', '.join(shown)}." if shown else "Read."


def _ours(known: Known) -> dict[str, object | None]:
    wanted = known.blueprint.template_types.all() if known.blueprint else []
    return types_of_ours(wanted, known.mirror.template_types)  # type: ignore[return-value]


def _templates(known: Known) -> str:
    ours = {row.oneflow_id for row in _ours(known).values() if row is not None}  # type: ignore[attr-defined]
    usable = [row for row in known.mirror.usable if row.missing_since is None and row.template_type_oneflow_id in ours]
    workspaces = len({row.workspace_oneflow_id for row in usable})
    return f"{_number(len(usable), 'template')} of ours can be used, in {_number(workspaces, 'workspace')}."


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _webhooks(known: Known) -> str:
    return "The webhooks are there and point to the right place."


KINDS = (
    _Kind("Token", ("token.unreadable", "token.rejected"), (), _token),
    _Kind("Account", ("token.foreign",), ("account",), _account),
    _Kind("Acting user", ("user.*",), ("users",), lambda known: "Chosen, and active in the account."),
    _Kind("Extension and its dependencies", ("extension.*", "dependency.*"), ("extensions",), _extension),
    _Kind(
        "Template types and fields",
        ("template_type.missing", "template_type.inactive", "field.missing", "field.inactive"),
        ("template_types",),
        _types,
    ),
    _Kind("Template connected", ("template_type.unused", "workspace.none"), ("templates", "usable"), _templates),
    _Kind(
        "Webhook and first delivery",
        ("webhook.*",),
        ("webhooks",),
        _webhooks,
        "The first delivery is not watched yet: this version of the console receives none. "
        "Look in the product's log; nothing here waits for it.",
    ),
)
