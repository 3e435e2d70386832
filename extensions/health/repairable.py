"""Which findings the console itself can mend by a write to the account: words and offers follow it."""

from extensions.health.models import Finding
from extensions.installations.models import Installation

MISADDRESSED = ("webhook.misdirected", "webhook.insecure")
REPAIRABLE = ("field.inactive", "field.missing", "template_type.missing", "webhook.missing", *MISADDRESSED)
# Of what the extension made, Oneflow lets nobody change anything else.
OF_THE_EXTENSIONS = ("field.inactive",)


def can_repair(finding: Finding, mode: str) -> bool:
    """Whether the console can do something about it in an account that was set up in this way."""
    if finding.code not in REPAIRABLE:
        return False
    if mode == Installation.Mode.EXTENSION:
        return finding.code in OF_THE_EXTENSIONS
    # Beside a webhook that may be ours no second one is made: somebody says first whose it is.
    return not (
        (finding.code in MISADDRESSED and finding.evidence.get("by_extension")) or finding.evidence.get("may_be_ours")
    )
