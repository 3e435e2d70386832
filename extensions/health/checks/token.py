"""Whether our token opens the account, and whether it is the right one."""

from extensions.health.asking import Answer, Found, Unjudged, check
from extensions.health.facts import Facts
from extensions.installations.models import Installation


@check("token.unreadable")
def unreadable(facts: Facts) -> Answer:
    """The vault can open the token. When it cannot that is our fault, and nothing was refused."""
    if not facts.token_readable:
        token = facts.installation.token
        key = token.key_id if token else ""
        yield Found("token.unreadable", evidence={"asked": "our vault", "answer": "no key opens it", "key": key})


@check("token.rejected")
def rejected(facts: Facts) -> Answer:
    """Oneflow takes the token. A refresh marks it rejected after /ping with the token alone gave 401 (API: 2.4)."""
    token = facts.installation.token
    if token is not None and facts.token_rejected:
        yield Found(
            "token.rejected",
            evidence={"asked": "GET /ping with the token alone", "answer": "401", "part": "account"},
            since=token.rejected_since,
        )


@check("token.foreign")
def foreign(facts: Facts) -> Answer:
    """The token belongs to this account and to our extension (API: 2.3, `token_info.integration`)."""
    installation = facts.installation
    shown, expected = installation.shown_account_id, installation.account.oneflow_id
    key, own = installation.shown_key, installation.extension.integration_key
    evidence = {"asked": "GET /accounts/me", "part": "account"}
    if _other_account_seen(facts):
        yield Found(
            "token.foreign",
            evidence={**evidence, "what": "account", "expected": str(expected), "shown": str(shown or "another")},
        )
    elif not facts.read("account"):
        yield Unjudged(part="account")
    elif installation.mode == Installation.Mode.DEVELOPMENT:
        return
    elif not key:
        # An answer that names no key neither clears the token nor accuses it.
        yield Unjudged()
    elif key != own:
        yield Found("token.foreign", evidence={**evidence, "what": "key", "expected": own, "shown": key})


def _other_account_seen(facts: Facts) -> bool:
    """A refresh stops at once when the account is another; it then leaves every part unread for that reason."""
    shown = facts.installation.shown_account_id
    differs = shown is not None and shown != facts.installation.account.oneflow_id
    stopped = any(part.unread_reason == "other_account" for part in facts.parts.values())
    return stopped or (differs and facts.read("account"))
