"""Who calls: the account by its token, and the user by the email header (sections 2.1 and 16)."""

from dataclasses import dataclass

from django.http import HttpRequest

from sandbox.errors import Refusal
from sandbox.models import Account, Token, User

REFUSED = "The API token or the user email is invalid."


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


def authenticate(request: HttpRequest, token: Token | None) -> Caller:
    """The caller, or 401: for a bad token as for an email that is no active user's of the same account."""
    if token is None or token.revoked:
        raise Refusal(401, REFUSED)
    email = request.META.get("HTTP_X_ONEFLOW_USER_EMAIL", "").strip().lower()
    if not email:
        return Caller(token.account, token, None)
    account = token.account
    if account.last_user_email != email and account.users.filter(email=email).exists():
        # Also one who is inactive by now: the account's caller means to act as that user.
        Account.objects.filter(pk=account.pk).update(last_user_email=email)
    user = account.users.filter(email=email, active=True).first()
    if user is None:
        raise Refusal(401, REFUSED)
    return Caller(account, token, user)
