"""Find an installation by whatever the customer gave."""

import re
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from accounts.models import Account, ApiToken
from extensions.installations.models.installation import Installation
from extensions.installations.models.mirrored import AccountUser

SEARCHES = "name, Oneflow id, registration number, user email, customer reference, last four of a token"
# Longer than any name or reference that we store; whoever pastes more has pasted something else.
LONGEST = 255


def search(installations: QuerySet[Installation], text: str, *, people: bool) -> QuerySet[Installation]:
    """Those that `text` points at; `people` says whether emails of their users may be searched too.

    Every word must be in the name; ids, numbers and references are compared as a whole.
    """
    text = re.sub(r"[\s\x00]+", " ", text).strip()
    if not text:
        return installations
    if len(text) > LONGEST:
        return installations.none()
    return installations.filter(_anything(text, people=people))


def _anything(text: str, *, people: bool) -> Q:
    if "@" in text:
        return _email(text) if people else Q(pk__in=[])
    found = Q(account__customer_reference__iexact=text) | Q(account__registration_number__iexact=text)
    named = Q()
    for word in text.split():
        named &= _in_name(word)
    found |= named
    # Oneflow's ids fit a signed 64-bit integer; a longer number is none.
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found |= Q(account__oneflow_id=int(text))
    digits = re.sub(r"[ .-]", "", text)
    if digits.isdigit() and len(digits) >= 6:
        found |= Q(account__in=_registered_as(digits))
    last_four = text.removeprefix("…")
    if len(last_four) == 4:
        forms = {last_four, last_four.lower(), last_four.upper()}
        found |= Q(account__in=ApiToken.objects.filter(last_four__in=forms).values("account"))
    return found


def _in_name(word: str) -> Q:
    """The word in whatever case: SQLite knows that of ASCII letters only, and Nordic names begin with others."""
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return reduce(or_, (Q(account__name__icontains=form) for form in sorted(forms)))


def _email(text: str) -> Q:
    """The whole address, or everybody at a domain ("@company.example")."""
    lookup = "email__iendswith" if text.startswith("@") else "email__iexact"
    return Q(pk__in=AccountUser.objects.present().filter(**{lookup: text}).values("installation"))


def _registered_as(digits: str) -> QuerySet[Account, Any]:
    """Accounts with this registration number, whatever stands between its digits."""
    bare: Any = F("registration_number")
    for separator in "-. ":
        bare = Replace(bare, Value(separator), Value(""))
    return Account.objects.annotate(bare_number=bare).filter(bare_number=digits).values("pk")
