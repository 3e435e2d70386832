"""The decision table of `docs/health.md`, row for row: each brought about in the sandbox, and what it leads to."""

import re
from pathlib import Path

import pytest

from accounts.models import ApiToken
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.mappings.models import Mapping
from tests.connected import connect, refresh
from tests.health.test_in_the_sandbox import causes
from tests.making import make_token

PAGE = Path(__file__).parents[2] / "docs" / "health.md"
TABLE = PAGE.read_text().partition("## From answers to causes")[2].partition("**Not to be told apart")[0]
ROWS = dict(re.findall(r"^\| (.+?) \| (`[a-z_.]+`|none|unknown) \|$", TABLE, re.MULTILINE))
HELPER = "/helpers/contract_create_data"
DEVELOPMENT = Installation.Mode.DEVELOPMENT


def fault(code):
    def strike(sandbox, account):
        sandbox.fault(account["id"], code)
        return {}

    return strike


def answer(kind, path, status=500):
    def misbehave(sandbox, account):
        sandbox.answer(kind, account=account["id"], path=path, status=status)
        return {}

    return misbehave


def disable(sandbox, account):
    sandbox.control("DELETE", f"/accounts/{account['id']}/extension")
    return {}


def enable_anew(sandbox, account):
    disable(sandbox, account)
    sandbox.control("POST", f"/accounts/{account['id']}/extension")
    return {}


def token_of_another_account(sandbox, account):
    return {"secret": sandbox.new_account()["token"]}


def made_by_hand(sandbox, account):
    return {"secret": sandbox.control("POST", f"/accounts/{account['id']}/token", {})["token"]}


def made_by_hand_in_development(sandbox, account):
    # Webhooks made by the extension are not this token's; those of ours are known by their address.
    return {**made_by_hand(sandbox, account), "mode": DEVELOPMENT}


def ours(**changes):
    """Something that is so on our side; keys of `bring_about`."""
    return lambda sandbox, account: changes


ADDRESSES = ("/users", "/webhooks", "/template_types", "/integration_extensions", HELPER)
UNREADABLE = ("html", "malformed", "wrong_types", "empty")
# Each row of the table, with every way in which a test brings it about.
WAYS = {
    "anything → 401, then `/ping` with the token alone → 401": [fault("token.rejected")],
    "the same, where the extension was disabled in the Marketplace": [disable],
    "the same, where it was disabled and enabled, and we have the old token": [enable_anew],
    "one address → 401, `/ping` with the token alone → 200": [answer("status", "/webhooks", 401)],
    "the helper as the acting user → 401, `/ping` → 200, `/users` lists the user as inactive": [fault("user.gone")],
    "the helper as the acting user → 401, `/ping` → 200, `/users` does not list the user": [
        ours(acting_user_email="nobody@elsewhere.example")
    ],
    "the helper as the acting user → 401, `/ping` → 200, `/users` lists the user as active": [
        answer("status", HELPER, 401)
    ],
    "the helper is not asked: no acting user is chosen": [ours(acting_user_email="")],
    "`/accounts/me` → 200, the `id` of another account": [token_of_another_account],
    "`/accounts/me` → 200, the `token_info.integration.key` of another extension": [fault("token.foreign")],
    "`/accounts/me` → 200, the key `custom` of a hand-made token": [made_by_hand],
    "`/accounts/me` → 200, the key `custom`, in mode development": [made_by_hand_in_development],
    "`/integration_extensions` → 200 without ours": [fault("extension.absent")],
    "`/integration_extensions` → 200, ours disabled": [fault("extension.disabled")],
    "`/integration_extensions` → 200, a dependency disabled": [fault("dependency.disabled")],
    "`/integration_extensions` → 200 without a dependency": [ours(dependencies=["something_else"])],
    "`/template_types` → 200 without a type of ours": [fault("template_type.missing")],
    "`/template_types` → 200, a type of ours inactive": [fault("template_type.inactive")],
    "`/templates` → 200, none that is active has a type of ours": [fault("template_type.unused")],
    "the helper as the acting user → 200 without a template of ours": [fault("workspace.none")],
    "`/template_types/{id}` → 200 without a field of ours": [fault("field.missing")],
    "`/template_types/{id}` → 200, a field of ours with `active: false`": [fault("field.inactive")],
    "`/template_types/{id}` → 200, a field of ours with another name": [fault("field.changed")],
    "`/template_types/{id}` → 200, a user's field with the name of one of ours": [fault("field.shadowed")],
    "`/template_types/{id}` → 200, an active field of ours that no mapping fills": [ours(unmapped=True)],
    "`/webhooks` → 200 without one of ours for a type of ours": [fault("webhook.missing")],
    "`/webhooks` → 200, one of ours with another address": [fault("webhook.misdirected")],
    "`/webhooks` → 200, one of ours with http": [fault("webhook.insecure")],
    "`/webhooks` → 200, the filters of one of ours leave out an event type": [fault("webhook.deaf")],
    "`/webhooks` → 200, two of ours for a type": [fault("webhook.duplicate")],
    "`/webhooks` → 200, one of ours for no type": [fault("webhook.unbound")],
    "`/webhooks` → 200, one of ours with `legacy_webhook: true`": [fault("webhook.legacy")],
    "any address → 429": [answer("status", path, 429) for path in ADDRESSES],
    "any address → 402, 403, 404 or another 4xx": [
        answer("status", path, status) for path, status in zip(ADDRESSES, (400, 402, 403, 404, 409), strict=True)
    ],
    "any address → 5xx, or no answer": [
        answer("status", "/users", 500),
        answer("status", HELPER, 503),
        *(answer("close", path) for path in ADDRESSES[1:4]),
    ],
    "any address → 200 with HTML, with malformed JSON, with other types, or empty": [
        answer(kind, path) for path, kind in zip(ADDRESSES, (*UNREADABLE, UNREADABLE[0]), strict=True)
    ],
    "nothing is asked: our own share of the rate limit is used up": [ours(budget=0)],
    "nothing is asked: the vault cannot open the token": [ours(key_id="lost")],
}


def bring_about(sandbox, settings, way):
    """A connected, refreshed installation of a fresh account in which this is so."""
    account = sandbox.new_account()
    changes = way(sandbox, account)
    extension_values = {name: changes.pop(name) for name in ("dependencies",) if name in changes}
    secret, key_id = changes.pop("secret", ""), changes.pop("key_id", "")
    unmapped, budget = changes.pop("unmapped", False), changes.pop("budget", None)
    installation = connect(sandbox, account, **changes)
    if secret:
        installation.token.delete()
        installation.token = make_token(installation.account, "acme_ledger", secret)
        installation.save()
    if key_id:
        ApiToken.objects.filter(pk=installation.token_id).update(key_id=key_id, ciphertext="nothing opens this")
    if unmapped:
        Mapping.objects.order_by("pk").first().delete()
    if budget is not None:
        settings.ONEFLOW_BUDGET = budget
    Extension.objects.update(**extension_values) if extension_values else None
    refresh(installation)
    return installation


def test_the_table_and_the_ways_to_bring_it_about_are_of_the_same_rows():
    assert ROWS.keys() == WAYS.keys()
    assert len(ROWS) == TABLE.count("\n| ") - 2 + TABLE.startswith("| ")  # each line of it was understood


@pytest.mark.parametrize("row", WAYS)
def test_what_is_answered_leads_to_the_cause_that_the_table_says(db, sandbox, settings, row):
    wrong = []
    for number, way in enumerate(WAYS[row]):
        try:
            installation = bring_about(sandbox, settings, way)
        finally:
            sandbox.behave()
        found, verdict = causes(installation), str(installation.verdict)
        wanted = [ROWS[row].strip("`")] if ROWS[row].startswith("`") else []
        fits = {"none": verdict == "healthy", "unknown": verdict == "unknown"}.get(ROWS[row], verdict != "healthy")
        if found != wanted or not fits:
            wrong.append((number, found, verdict))

    assert not wrong
