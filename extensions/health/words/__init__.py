"""Each finding in plain words: what it is, how we know, what usually causes it, who must do what.

Remedies follow mode and ownership: each names only what Oneflow lets that person do.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from extensions.health.models import Finding
from extensions.health.words import api, extension, fields, template_types, token, user, webhooks
from extensions.health.words.alike import alike
from extensions.health.words.letters import letters
from extensions.health.words.meanings import MEANINGS
from extensions.health.words.saying import Case, Explanation, Step
from extensions.installations.models import Installation

__all__ = ["WORDS", "Explanation", "Step", "explain", "remedy"]

WORDS: dict[str, Callable[[Case], Explanation]] = {
    "refresh.stale": api.stale,
    "token.unreadable": token.unreadable,
    "token.rejected": token.rejected,
    "token.foreign": token.foreign,
    "api.limited": api.limited,
    "api.failing": api.failing,
    "user.unset": user.unset,
    "user.gone": user.gone,
    "extension.absent": extension.absent,
    "extension.disabled": extension.disabled,
    "dependency.disabled": extension.dependency,
    "template_type.missing": template_types.missing,
    "template_type.inactive": template_types.inactive,
    "template_type.unused": template_types.unused,
    "workspace.none": user.no_workspace,
    "field.missing": fields.missing,
    "field.inactive": fields.inactive,
    "field.changed": fields.changed,
    "field.shadowed": fields.shadowed,
    "webhook.unbound": webhooks.unbound,
    "webhook.legacy": webhooks.legacy,
    "webhook.missing": webhooks.missing,
    "webhook.insecure": webhooks.insecure,
    "webhook.misdirected": webhooks.misdirected,
    "webhook.deaf": webhooks.deaf,
    "webhook.duplicate": webhooks.duplicate,
    "mapping.incomplete": fields.mapping,
}


def explain(
    finding: Finding, installation: Installation, *, mode: str = "", others: Sequence[Finding] = ()
) -> Explanation:
    """The words for a finding; those of the installation's own mode unless another is given.

    `others` are findings of the same code that are to be told in the same breath. `Finding(code="refresh.stale")`,
    unsaved, gives the words for a state that is too old.
    """
    case = Case(finding, installation, mode or installation.mode, tuple(others))
    meaning = MEANINGS[finding.code]
    said = replace(WORDS[finding.code](case), means=meaning.means, customer=letters(case), may_be=alike(case))
    if others and meaning.several:
        number = f"{len(case.names):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        return replace(said, sentence=meaning.several.format(number=number))
    return said


def remedy(finding: Finding, installation: Installation) -> tuple[Step, ...]:
    """Only who must do what about a finding: the steps of `explain`."""
    return WORDS[finding.code](Case(finding, installation, installation.mode)).steps
