"""Whether our extension, and what it depends on, is switched on in the account."""

from extensions.health.asking import Answer, Found, Unjudged, check
from extensions.health.facts import Facts
from extensions.installations.matching import texts
from extensions.installations.models import AccountExtension, Installation

ASKED = {"asked": "GET /integration_extensions", "part": "extensions"}
# A hand-made account has no extension; that is what the mode says.
DEVELOPMENT = (Installation.Mode.DEVELOPMENT,)


def _listed(facts: Facts, key: str) -> AccountExtension | None:
    rows = [row for row in facts.mirror.extensions if row.extension_type == key and row.missing_since is None]
    return rows[0] if rows else None


@check("extension.absent", "extension.disabled", needs=("extensions",), not_in=DEVELOPMENT)
def enabled(facts: Facts) -> Answer:
    """Our extension is listed and enabled (API: 6.18, attributes ASSUMED)."""
    extension = facts.installation.extension
    row = _listed(facts, extension.integration_key)
    if row is None:
        evidence = {**ASKED, "answer": f"{extension.integration_key} is not listed"}
        yield Found("extension.absent", subject_name=extension.name, evidence=evidence)
    elif not row.enabled:
        evidence = {**ASKED, "answer": f"{extension.integration_key} is listed as disabled"}
        yield Found("extension.disabled", subject_name=extension.name, evidence=evidence)


@check("dependency.disabled", needs=("extensions",), not_in=DEVELOPMENT)
def dependencies(facts: Facts) -> Answer:
    """What ours depends on is enabled too. One that Oneflow does not list is not known to be off."""
    for key in dict.fromkeys(texts(facts.installation.extension.dependencies)):
        row = _listed(facts, key)
        if row is None:
            yield Unjudged(within=key)
        elif not row.enabled:
            yield Found(
                "dependency.disabled",
                subject=key,
                subject_name=row.name or key,
                evidence={**ASKED, "answer": f"{key} is listed as disabled"},
            )
