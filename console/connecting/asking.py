"""What the pages of connecting carry from one to the next, and how they ask whose a token is."""

import json
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts import passage
from accounts.acting import Deed
from accounts.connecting import Identity, Refusal, identify, token_in
from console.audit import actor_of
from extensions.blueprints.models import Extension

ACCEPT = "accounts.accept_key"
CONNECT, RELINK = "connect", "relink"


@dataclass(frozen=True, slots=True)
class Pasted:
    """What staff pasted and wrote, as it travels sealed through the page; the token never shows in its repr."""

    token: str = field(repr=False)
    account_id: int
    accept_key: bool = False
    reason: str = ""
    reference: str = ""

    def sealed(self, request: HttpRequest, purpose: str, extension: Extension) -> str:
        """The text for the hidden field: good for this user, purpose and extension, for 15 minutes."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return passage.seal(json.dumps(values), *_binding(request, purpose, extension))

    @classmethod
    def opened(cls, request: HttpRequest, purpose: str, extension: Extension) -> "Pasted":
        """What the hidden field holds. Raises `Refusal`."""
        binding = _binding(request, purpose, extension)
        try:
            return cls(**json.loads(passage.reveal(text_of(request, "passage"), *binding)))
        except passage.Ended:
            raise Refusal(
                "passage_ended",
                "This page was open for more than 15 minutes, or was made for somebody else. Nothing was stored.",
                "Paste the token again.",
            ) from None


@sensitive_variables("text", "token")
def first_asked(
    request: HttpRequest, extension: Extension, *, account_expected: int | None = None
) -> tuple[Identity, Pasted]:
    """Whose token was pasted in this request; the asking is recorded. Raises `Refusal` and PermissionDenied."""
    accept = bool(request.POST.get("accept_key"))
    if accept and not request.user.has_perm(ACCEPT):  # type: ignore[union-attr]
        raise PermissionDenied(ACCEPT)
    text = text_of(request, "token")
    token, reason = token_in(text), text_of(request, "reason").strip()
    identity = _identify(text, extension, account_expected=account_expected, accept_key=accept)
    if identity.accepted and not reason:
        raise Refusal(
            "reason_missing",
            f"The token shows the integration key {identity.integration_key[:60]}; accepting it needs a reason.",
            "Write why it is taken, and paste the token again.",
        )
    details = {"account": identity.account_id, "people": len(identity.candidates)}
    Deed(actor_of(request), "account.identify", extension, reason=reason, details=details).tell()
    reference = text_of(request, "reference").strip()[:120]
    return identity, Pasted(token, identity.account_id, identity.accepted, reason[:2000], reference)


def asked_again(extension: Extension, pasted: Pasted) -> Identity:
    """Whose token it is now: between two pages it may have been revoked. Raises `Refusal`."""
    return _identify(pasted.token, extension, account_expected=pasted.account_id, accept_key=pasted.accept_key)


@sensitive_variables("text")
def _identify(text: str, extension: Extension, *, account_expected: int | None, accept_key: bool) -> Identity:
    return identify(
        text,
        extension_key=extension.integration_key,
        base_url=extension.base_url,
        account_expected=account_expected,
        accept_key=accept_key,
    )


def _binding(request: HttpRequest, purpose: str, extension: Extension) -> tuple[str, int, str]:
    return purpose, int(request.user.pk or 0), extension.integration_key


def text_of(request: HttpRequest, name: str) -> str:
    """What the form says under a name, "" for nothing. PostgreSQL refuses NUL, and no text of ours means it."""
    return str(request.POST.get(name, "")).replace("\0", "")
