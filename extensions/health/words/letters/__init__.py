"""What to tell the customer of a finding, in each language, with the account's own names: ready to copy.

Where nothing is in the customer's hands the letter says so.
"""

from collections.abc import Callable

from extensions.health.words.letters import access, contents
from extensions.health.words.letters.text import Text, no_fault_of_yours
from extensions.health.words.saying import Case, Letter

LETTERS: dict[str, Callable[[Case], Text]] = {
    "refresh.stale": access.stale,
    "token.unreadable": no_fault_of_yours,
    "token.rejected": access.rejected,
    "token.foreign": access.foreign,
    "api.limited": access.limited,
    "api.failing": access.failing,
    "user.unset": access.user_unset,
    "user.gone": access.user_gone,
    "workspace.none": access.no_workspace,
    "extension.absent": access.extension_absent,
    "extension.disabled": access.extension_disabled,
    "dependency.disabled": access.dependency_disabled,
    "template_type.missing": contents.type_missing,
    "template_type.inactive": contents.type_inactive,
    "template_type.unused": contents.type_unused,
    "field.missing": contents.field_missing,
    "field.inactive": contents.field_inactive,
    "field.changed": contents.field_changed,
    "field.shadowed": contents.field_shadowed,
    "webhook.unbound": contents.webhook,
    "webhook.legacy": contents.webhook,
    "webhook.missing": contents.webhook,
    "webhook.insecure": contents.webhook,
    "webhook.misdirected": contents.webhook,
    "webhook.deaf": contents.webhook,
    "webhook.duplicate": contents.webhook,
    "mapping.incomplete": contents.mapping,
}
# In these the customer has no part: whoever asks is told so, and nobody else needs to hear of it.
OURS = frozenset({"refresh.stale", "api.limited", "field.changed", "mapping.incomplete"})


def letters(case: Case) -> tuple[Letter, ...]:
    """The whole letter in each language, that of the account's country first."""
    text = LETTERS[case.finding.code](case)
    swedish = Letter("sv", "Swedish", f"Hej {case.account},\n\n{text.swedish}")
    english = Letter("en", "English", f"Hello {case.account},\n\n{text.english}")
    return (swedish, english) if case.installation.account.country_code == "SE" else (english, swedish)
