"""Whose token is this? Asked before anything is stored, as "show token" recommends (authentication-1).

Trim and check the text, ping with the token alone, read the account, compare the integration key, list the users.
What speaks against the token is a `Refusal`: each says in its own words what is wrong and what to do.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from oneflow import (
    BudgetSpent,
    InvalidToken,
    MemoryBudgetStore,
    NotPermitted,
    OneflowClient,
    OneflowError,
    RateLimited,
    TimedBudget,
    Transport,
    Unavailable,
    User,
    can_be_named,
    clean_token,
)

# The key that Oneflow shows for a token made by hand (account-1).
HANDMADE = "custom"
# Somebody waits for the page: sooner than in a refresh we say that Oneflow does not answer. Seconds.
READ_PATIENCE, TOTAL_PATIENCE = 10.0, 15.0
# For all calls together: no further page of users is asked for after it.
WHOLE_PATIENCE = 25.0
LONGEST_EMAIL = 255


class Refusal(Exception):
    """The token, or what was chosen with it, is not taken. `code` is stable and goes into the record.

    `account_id` is the Oneflow id of the account that it concerns, where that helps: it is connected already.
    """

    def __init__(self, code: str, sentence: str, what_to_do: str, *, account_id: int | None = None) -> None:
        super().__init__(f"{sentence} {what_to_do}")
        self.code = code
        self.sentence = sentence
        self.what_to_do = what_to_do
        self.account_id = account_id


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is. `accepted` says that its integration key is not ours and was accepted on purpose."""

    account_id: int
    name: str
    registration_number: str
    country_code: str
    integration_key: str
    integration_instance: int | None
    users: tuple[User, ...] = field(repr=False)  # personal data
    accepted: bool = False

    @property
    def candidates(self) -> list[User]:
        """The active users whose email fits into a request, admins first: who can be the acting user."""
        fit = (
            user for user in self.users if user.active and len(user.email) <= LONGEST_EMAIL and can_be_named(user.email)
        )
        return sorted(fit, key=lambda user: (not user.is_admin, user.name.casefold(), user.id))

    def suggested(self, current: str = "") -> User:
        """The current acting user if still there, else the first active admin, else the first."""
        same = (user for user in self.candidates if current and user.email.casefold() == current.casefold())
        return next(same, self.candidates[0])

    def candidate(self, email: str) -> User:
        """The active user with that email. Raises `Refusal`."""
        wanted = email.strip().casefold()
        found = next((user for user in self.candidates if user.email.casefold() == wanted), None)
        if found is None:
            raise Refusal(
                "user_not_active",
                f"{self.name} has no active user with the email that was chosen.",
                "Choose one of the account's active users.",
                account_id=self.account_id,
            )
        return found


@sensitive_variables("text", "token")
def identify(
    text: str,
    *,
    extension_key: str,
    base_url: str,
    account_expected: int | None = None,
    accept_key: bool = False,
) -> Identity:
    """Whose token the pasted text holds; nothing is stored. Raises `Refusal`.

    `account_expected` is the account that is to be relinked; `accept_key` takes a token of another integration too,
    for which the caller has checked the permission. It costs three requests, and one for each further 100 users; they
    are counted here only, since the shared store would keep a trace of a token that nobody has confirmed.
    """
    token = token_in(text)
    budget = TimedBudget(
        MemoryBudgetStore(), "asked", limit=settings.ONEFLOW_BUDGET, staff=True, seconds=WHOLE_PATIENCE
    )
    transport = _transport(base_url)
    with OneflowClient(token, base_url=base_url, budget=budget, transport=transport) as client, _refusing():
        client.ping()
        account = client.account()
        _check_account(account.id, account.name, account_expected)
        if account.integration_key != extension_key and not accept_key:
            raise _wrong_key(account.integration_key, extension_key)
        users = client.users()
    identity = Identity(
        account_id=account.id,
        name=account.name,
        registration_number=account.registration_number,
        country_code=account.country_code,
        integration_key=account.integration_key,
        integration_instance=account.integration_id,
        users=users,
        accepted=account.integration_key != extension_key,
    )
    if not identity.candidates:
        raise Refusal(
            "no_active_user",
            f"{account.name} shows no active user, so there is nobody for whom the console could ask.",
            "Ask the customer to activate a user in Oneflow, then paste the token again.",
            account_id=account.id,
        )
    return identity


@sensitive_variables("text", "bare")
def token_in(text: str) -> str:
    """The token in a pasted text. Raises `Refusal`, which never repeats the text."""
    bare = text.strip()
    if not bare:
        raise Refusal(
            "empty", "There is no token.", "Paste the 40 characters that Oneflow shows when the extension is enabled."
        )
    if re.match(r"(?i)(bearer|basic|token)\s|x-oneflow-[a-z-]+\s*:|authorization\s*:", bare):
        raise Refusal(
            "header", "This is a whole header line, not only the token.", "Paste the 40 characters at its end."
        )
    if "://" in bare or re.match(r"(?i)www\.", bare):
        raise Refusal("address", "This is a web address.", "Paste the token itself: 40 letters, digits and hyphens.")
    if "@" in bare:
        raise Refusal("email", "This is an email address.", "Paste the token itself: 40 letters, digits and hyphens.")
    try:
        return clean_token(bare)
    except ValueError as exc:
        sentence, _, what_to_do = str(exc).partition(". ")
        raise Refusal("pattern", f"{sentence.rstrip('.')}.", what_to_do or "Copy it again from Oneflow.") from None


def _transport(base_url: str) -> Transport:
    timeouts = settings.ONEFLOW_TIMEOUTS
    try:
        return Transport(
            base_url,
            connect_timeout=timeouts["connect"],
            read_timeout=min(timeouts["read"], READ_PATIENCE),
            total=min(timeouts["total"], TOTAL_PATIENCE),
        )
    except ValueError as exc:
        raise Refusal("base_url", str(exc), "Ask an administrator to correct the extension's base URL.") from None


def _check_account(account_id: int, name: str, expected: int | None) -> None:
    if expected is not None and account_id != expected:
        raise Refusal(
            "other_account",
            f"This token belongs to {name} (Oneflow id {account_id}), not to account {expected}.",
            "Ask the customer for the token of the right account, or connect the other account by itself.",
            account_id=account_id,
        )


def _wrong_key(shown: str, expected: str) -> Refusal:
    if shown == HANDMADE:
        return Refusal(
            "handmade",
            "This token was made by hand under API tokens; it does not come from the extension.",
            "Ask the customer to enable the extension and send the token that it shows. "
            "An administrator may accept a hand-made token for development.",
        )
    return Refusal(
        "foreign",
        f"This token comes from another extension ({shown[:60]}), not from {expected}.",
        f"Ask the customer for the token that {expected} shows when it is enabled.",
    )


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what can go wrong with Oneflow into refusals."""
    try:
        yield
    except InvalidToken:
        raise Refusal(
            "rejected",
            "Oneflow refuses this token: it was revoked, the extension was disabled or enabled anew, or it was "
            "copied from another environment.",
            "Ask the customer to disable and enable the extension in Oneflow and to send the token that it then shows.",
        ) from None
    except BudgetSpent:
        raise Refusal(
            "budget",
            "The console's share of this account's rate limit is used up.",
            "Try again in five minutes; nothing was stored.",
        ) from None
    except RateLimited:
        raise Refusal(
            "limited",
            "Oneflow answers that too many requests were made with this token.",
            "Wait five minutes, see whether the product is busy with it, then try again.",
        ) from None
    except Unavailable as exc:
        answer = f" (status {exc.status})" if exc.status else ""
        raise Refusal(
            "unreachable",
            f"Oneflow does not answer{answer}, so nobody can say yet whose token this is.",
            "Try again in a few minutes; `manage.py doctor` tells whether Oneflow can be reached from here.",
        ) from None
    except NotPermitted as exc:
        raise Refusal(
            "not_permitted",
            f"Oneflow knows the token but does not let it read the account (status {exc.status}).",
            "Ask the customer whether their plan includes the API and whether the account is open.",
        ) from None
    except OneflowError as exc:
        status = f", status {exc.status}" if exc.status else ""
        raise Refusal(
            "not_understood",
            f"Oneflow's answer was not understood ({exc.reason}{status}).",
            "Check the extension's base URL; if it is right, send this sentence to whoever runs the console.",
        ) from None
