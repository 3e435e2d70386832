"""Who calls: the account by its token, and the user by the email header (sections 2.1 and 16)."""

import re
from dataclasses import dataclass

from django.http import HttpRequest

from sandbox.errors import Refusal
from sandbox.models import Account, Token, User

REFUSED = "The API token or the user email is invalid."
# What Oneflow's own connector sends in the email's place: whoever created the contract that the path names.
CREATOR = "__CREATOR__"
_CONTRACT = re.compile(r"/contracts/([0-9]{1,18})(?:/.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, and the user whose permissions apply; no user means the account's anonymous administrator."""

    account: Account
    token: Token
    user: User | None

    @property
    def is_admin(self) -> bool:
        return self.user is None or self.user.is_admin


def token_of(request: HttpRequest) -> Token | None:
    """The token of the request, revoked or not; None when there is none or nobody has it."""
    value = request.META.get("HTTP_X_ONEFLOW_API_TOKEN", "")
    return Token.objects.select_related("account", "extension").filter(value=value).first() if value else None


def authenticate(request: HttpRequest, token: Token | None, path: str) -> Caller:
    """The caller, or 401: for a bad token as for an email that is no active user's of the same account.

    `path` is the one below `/v1`, whose contract tells who its creator is.
    """
    if token is None or token.revoked:
        raise Refusal(401, REFUSED)
    account = token.account
    sent = request.META.get("HTTP_X_ONEFLOW_USER_EMAIL", "").strip()
    if not sent:
        return Caller(account, token, None)
    user = _creator(account, path) if sent == CREATOR else _user(account, sent.lower())
    if user is None or not user.active:
        raise Refusal(401, REFUSED)
    return Caller(account, token, user)


def _user(account: Account, email: str) -> User | None:
    user: User | None = account.users.filter(email=email).first()
    if user is not None and account.last_user_email != email:
        # Also one who is inactive by now: the account's caller means to act as that user.
        Account.objects.filter(pk=account.pk).update(last_user_email=email)
    return user


def _creator(account: Account, path: str) -> User | None:
    """Who created the contract, deleted or not; nobody for one of another account or made with a token alone."""
    match = _CONTRACT.fullmatch(path)
    if match is None:
        return None
    contract = account.contracts.filter(pk=int(match[1])).select_related("creator").first()
    return contract.creator if contract is not None else None
