"""Connect an account, give it a new token, end the connection: what is stored, each in one transaction.

Whose token it is was asked before, by `accounts.connecting.identify`; nothing here talks to Oneflow. The rows of an
account are never deleted: a disconnected installation is connected again on the same ones.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from accounts.acting import Actor, Deed
from accounts.connecting import Identity, Refusal
from accounts.models import Account, ApiToken
from accounts.vault import fingerprint
from extensions.blueprints.models import Extension
from extensions.installations.kinds import country
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import CHOSEN_MODES
from extensions.installations.signals import connected_again, disconnected


@sensitive_variables("token")
def check_new(token: str, identity: Identity, extension: Extension) -> None:
    """Raise `Refusal` if the token's account is connected already or the token serves another installation."""
    connected = Installation.objects.connected().filter(extension=extension, account__oneflow_id=identity.account_id)
    if connected.exists():
        raise _connected(identity, extension)
    _check_unused(token, identity.account_id, extension)


@sensitive_variables("token")
def check_relink(token: str, installation: Installation) -> None:
    """Raise `Refusal` if the installation cannot take this token."""
    if installation.state == Installation.State.DISCONNECTED:
        raise _disconnected(installation)
    if holds(installation, token):
        raise Refusal(
            "same_token",
            f"This is the token that is held for {installation.account} already.",
            "There is nothing to change. If the account is failing, the cause is another one.",
            account_id=installation.account.oneflow_id,
        )
    _check_unused(token, installation.account.oneflow_id, installation.extension)


@sensitive_variables("token")
def holds(installation: Installation | None, token: str) -> bool:
    """Whether this very token is the one by which the installation is reached now: a form was sent twice.

    One that no configured key opens reaches nothing: giving the same token again is what mends it.
    """
    held = installation.token if installation is not None else None
    return held is not None and held.fingerprint == fingerprint(token) and held.is_readable


@sensitive_variables("token")
def connect(
    token: str,
    identity: Identity,
    *,
    extension: Extension,
    acting_user_email: str,
    actor: Actor,
    now: datetime,
    obtained: ApiToken.Obtained = ApiToken.Obtained.SHOWN,
    reason: str = "",
    customer_reference: str = "",
    mode: str = "",
) -> Installation:
    """The installation, stored and due for its first refresh. Raises `Refusal`; then nothing is stored.

    Done twice with the same token it is harmless. A disconnected installation is connected again on its rows.
    `reason` says why an unexpected integration key is accepted; `mode` by whom the account is set up, "" for as it was.
    """
    user = identity.candidate(acting_user_email)
    _check_mode(mode)
    _check_reason(identity, reason)
    try:
        with transaction.atomic():
            # As it is now, or what is set meanwhile would be overwritten; held before its account, as a refresh does.
            held = Installation.objects.select_for_update(of=("self",), no_key=True)
            installation = held.filter(account__oneflow_id=identity.account_id, extension=extension).first()
            account = _account(identity, customer_reference)
            if installation is not None and holds(installation, token):
                return installation
            if installation is not None and installation.state != Installation.State.DISCONNECTED:
                raise _connected(identity, extension)
            _check_unused(token, identity.account_id, extension)
            again = installation is not None
            installation = installation or Installation(account=account, extension=extension)
            installation.token = _token(token, account, extension, obtained, now)
            installation.mode = mode or installation.mode
            _begin(installation, identity, user.email, now)
            if again:
                connected_again.send(sender=Installation, installation=installation, now=now)
            details = {"again": again, "obtained": str(obtained), **_about(installation)}
            Deed(actor, "account.connect", installation, reason=reason, details=details).tell()
    except IntegrityError:
        # Two colleagues at once: the database let one of them through.
        raise _connected(identity, extension) from None
    return installation


@sensitive_variables("token")
def relink(
    installation: Installation,
    token: str,
    identity: Identity,
    *,
    actor: Actor,
    now: datetime,
    acting_user_email: str = "",
    obtained: ApiToken.Obtained = ApiToken.Obtained.SHOWN,
    reason: str = "",
) -> Installation:
    """The same installation with a new token; the old one is destroyed, all history kept. Raises `Refusal`.

    Done twice with the same token it is harmless. Without `acting_user_email` the acting user stays.
    """
    email = identity.candidate(acting_user_email).email if acting_user_email else installation.acting_user_email
    _check_reason(identity, reason)
    try:
        with transaction.atomic():
            installation = _locked(installation)
            if installation.account.oneflow_id != identity.account_id:
                raise ValueError("Ask identify() with account_expected before relinking.")
            if holds(installation, token) and installation.state != Installation.State.DISCONNECTED:
                return installation
            check_relink(token, installation)
            _end_tokens(installation, ApiToken.State.REPLACED, now)
            installation.token = _token(token, installation.account, installation.extension, obtained, now)
            _take(installation, identity, email, now)
            installation.save()
            details = {"obtained": str(obtained), **_about(installation)}
            Deed(actor, "account.relink", installation, reason=reason, details=details).tell()
    except IntegrityError:
        raise Refusal(
            "race",
            f"A colleague gave {installation.account} a new token at the same moment.",
            "Open the installation and see whether anything is left to do.",
            account_id=identity.account_id,
        ) from None
    return installation


def disconnect(installation: Installation, *, actor: Actor, now: datetime, reason: str = "") -> Installation:
    """The installation, no longer reached: its token is destroyed, every row kept. Done twice it is harmless.

    At Oneflow nothing changes: the extension stays enabled and its token valid until the customer disables it.
    """
    with transaction.atomic():
        installation = _locked(installation)
        if installation.state == Installation.State.DISCONNECTED:
            return installation
        about = _about(installation)
        _end_tokens(installation, ApiToken.State.DESTROYED, now)
        installation.token = None
        installation.state, installation.disconnected_at = Installation.State.DISCONNECTED, now
        installation.wanted_at = installation.lease_id = installation.lease_until = None
        installation.save()
        disconnected.send(sender=Installation, installation=installation, now=now)
        Deed(actor, "account.disconnect", installation, reason=reason, details=about).tell()
    return installation


def _locked(installation: Installation) -> Installation:
    """The row as it is now, held until the end of the transaction.

    Its token is read afterwards: a statement that had to wait for the row shows what was joined as it was before.
    """
    rows = Installation.objects.select_for_update(of=("self",), no_key=True).select_related("account", "extension")
    return rows.get(pk=installation.pk)


def _account(identity: Identity, customer_reference: str) -> Account:
    shown = {
        "name": identity.name[:255],
        "country_code": country(identity.country_code),
        "registration_number": identity.registration_number[:60],
    }
    if customer_reference:
        shown["customer_reference"] = customer_reference[:120]
    account, _ = Account.objects.update_or_create(oneflow_id=identity.account_id, defaults=shown)
    return account


@sensitive_variables("token")
def _token(token: str, account: Account, extension: Extension, obtained: ApiToken.Obtained, now: datetime) -> ApiToken:
    row = ApiToken(
        account=account,
        integration_key=extension.integration_key,
        fingerprint=fingerprint(token),
        obtained=obtained,
        held_from=now,
    )
    row.seal(token)
    row.save()
    return row


def _begin(installation: Installation, identity: Identity, email: str, now: datetime) -> None:
    """A new connection: nothing that was judged before holds any more."""
    installation.state = Installation.State.CONNECTING
    installation.connected_at, installation.disconnected_at = now, None
    installation.verdict, installation.verdict_since = Verdict.UNKNOWN, now
    installation.cause, installation.causes, installation.fresh_until = "", 0, None
    _take(installation, identity, email, now)
    installation.save()


def _take(installation: Installation, identity: Identity, email: str, now: datetime) -> None:
    """What a token just shown brings with it, and the wish to read the account at once."""
    if identity.accepted:
        installation.mode = Installation.Mode.DEVELOPMENT
    elif installation.mode == Installation.Mode.DEVELOPMENT:
        installation.mode = Installation.Mode.EXTENSION
    installation.acting_user_email = email
    installation.shown_account_id = identity.account_id
    installation.shown_key = identity.integration_key[:120]
    installation.shown_instance = identity.integration_instance
    installation.refresh_at = installation.wanted_at = now
    # A refresh that still runs with the token of before must not store what it read.
    installation.lease_id = installation.lease_until = None


def _end_tokens(installation: Installation, state: ApiToken.State, now: datetime) -> None:
    held = ApiToken.objects.held().filter(
        account=installation.account, integration_key=installation.extension.integration_key
    )
    for token in held:
        token.end(state, now)


def _about(installation: Installation) -> dict[str, str]:
    token = installation.token
    return {"mode": str(installation.mode), "last_four": token.last_four if token else ""}


@sensitive_variables("token")
def _check_unused(token: str, account_id: int, extension: Extension) -> None:
    """A token serves one installation: two that share it could not be told apart when it is refused."""
    others = ApiToken.objects.held().filter(fingerprint=fingerprint(token))
    other = others.exclude(account__oneflow_id=account_id, integration_key=extension.integration_key).first()
    if other is not None:
        raise Refusal(
            "token_in_use",
            f"This token is held already for {other.account} and the extension {other.integration_key}.",
            "Each installation needs a token of its own: ask the customer for that of this extension.",
            account_id=other.account.oneflow_id,
        )


def _check_mode(mode: str) -> None:
    if mode and mode not in CHOSEN_MODES:
        raise Refusal(
            "no_mode",
            "By whom the account was set up was not understood.",
            "Choose by whom the account was set up: the extension, or the product's code.",
        )


def _check_reason(identity: Identity, reason: str) -> None:
    if identity.accepted and not reason.strip():
        raise Refusal(
            "reason_missing",
            f"The token shows the integration key {identity.integration_key[:60]}, and no reason says why it is taken.",
            "Write the reason; it goes into the record.",
            account_id=identity.account_id,
        )


def _connected(identity: Identity, extension: Extension) -> Refusal:
    return Refusal(
        "connected",
        f"{identity.name} (Oneflow id {identity.account_id}) is connected to {extension} already.",
        "Open it, and choose Relink there if it is to have this token.",
        account_id=identity.account_id,
    )


def _disconnected(installation: Installation) -> Refusal:
    return Refusal(
        "disconnected",
        f"{installation.account} is disconnected.",
        "Connect it again; its history is still there.",
        account_id=installation.account.oneflow_id,
    )
