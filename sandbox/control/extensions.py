"""The extensions of an account in the control plane: on, off, and whose work their template types are."""

from typing import Any

from sandbox import enabling, setup, toolkit
from sandbox.blueprints import stored
from sandbox.blueprints.catalogue import FIRST_KEY
from sandbox.blueprints.shape import Blueprint
from sandbox.control import accounts
from sandbox.control.asking import Asked, Refused, account_of, extension_of
from sandbox.models import Extension, Token

MODES = [mode.value for mode in Extension.Mode]


def enable_first(asked: Asked, pk: int) -> dict[str, Any]:
    """The fleet's own extension; the account as it is then."""
    enable(asked, pk, FIRST_KEY)
    return accounts.one(asked, pk)


def disable_first(asked: Asked, pk: int) -> dict[str, Any]:
    disable(asked, pk, FIRST_KEY)
    return accounts.one(asked, pk)


def listed(asked: Asked, pk: int) -> list[dict[str, Any]]:
    """Everything that the account's marketplace lists."""
    return [_shown(extension) for extension in account_of(pk).extensions.order_by("pk")]


def enable(asked: Asked, pk: int, key: str) -> dict[str, Any]:
    """Switched on, or off and on; the answer says how the token was handed over, if it was."""
    asked.only()
    account = account_of(pk)
    extension = extension_of(account, key)
    token = enabling.enable(account, key)
    blueprint = stored.published(key)
    handed = None
    if token is not None and blueprint is not None:
        user = account.users.filter(active=True, is_admin=True).order_by("pk").first()
        handed = setup.hand_over(token, blueprint, user.email if user else "")
    extension.refresh_from_db()
    return {**_shown(extension), "handed_over": _handed(handed)}


def disable(asked: Asked, pk: int, key: str) -> dict[str, Any]:
    asked.only()
    account = account_of(pk)
    extension = extension_of(account, key)
    enabling.disable(account, key)
    extension.refresh_from_db()
    return _shown(extension)


def set_mode(asked: Asked, pk: int, key: str) -> dict[str, Any]:
    """Whose work the template types are, the blueprint's or the partner's code's; only while the extension is off."""
    asked.only("mode")
    extension = extension_of(account_of(pk), key)
    _of_partner(extension)
    mode = asked.text("mode")
    if mode not in MODES:
        raise Refused(400, f"mode: {' or '.join(MODES)} is expected.")
    if extension.enabled and extension.mode != mode:
        raise Refused(409, f"{key} is on in the account. Disable it first; what it made would be nobody's.")
    Extension.objects.filter(pk=extension.pk).update(mode=mode)
    extension.refresh_from_db()
    return _shown(extension)


def set_up(asked: Asked, pk: int, key: str) -> dict[str, Any]:
    """What the partner's code does with the token that a Toolkit extension gave it; again mends what is gone."""
    asked.only()
    extension = extension_of(account_of(pk), key)
    _of_partner(extension)
    if extension.mode != Extension.Mode.TOOLKIT:
        raise Refused(409, f"{key} makes its own template types in this account. PUT its mode toolkit first.")
    token = extension.tokens.filter(revoked=False).order_by("-pk").first()
    if not extension.enabled or token is None:
        raise Refused(409, f"{key} has no token that works in this account. Enable it first.")
    toolkit.set_up(extension, token)
    return _shown(extension)


def _of_partner(extension: Extension) -> Blueprint:
    blueprint = stored.of(extension)
    if blueprint is None:
        raise Refused(409, f"{extension.key} is an extension of Oneflow's own: it has neither token nor blueprint.")
    return blueprint


def _shown(extension: Extension) -> dict[str, Any]:
    token: Token | None = extension.tokens.order_by("revoked", "-pk").first()
    types = {row.extension_type: row.pk for row in extension.template_types.living().order_by("pk")}
    return {
        "id": extension.pk,
        "key": extension.key,
        "name": extension.name,
        "enabled": extension.enabled and not extension.removed,
        "mode": extension.mode,
        "blueprint_version": extension.blueprint_version,
        "depends_on": enabling.needed_by(extension.key),
        "token": token.value if token else None,
        "token_works": bool(token and not token.revoked),
        "template_types": extension.toolkit_types if extension.mode == Extension.Mode.TOOLKIT else types,
    }


def _handed(handed: setup.HandedOver | None) -> dict[str, Any] | None:
    """The address that the customer's browser would be sent to, or what became of the request to it."""
    if handed is None:
        return None
    return {"redirect": handed.go_to, "arrived": handed.arrived, "problem": handed.problem}
