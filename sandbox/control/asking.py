"""What a control request asks, checked: values by name, with a clear sentence for each that is wrong."""

from dataclasses import dataclass
from typing import Any

from sandbox.models import Account, Extension, Webhook

LARGEST_ID = 2**62


class Refused(Exception):
    """A control request that cannot be done, with the status and the sentence to answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """The body (an object, empty when none was sent) and the query of one control request."""

    body: dict[str, Any]
    query: dict[str, list[str]]

    def only(self, *names: str) -> None:
        """400 for a key that is not among those known here: a misspelt one must not be passed over."""
        unknown = sorted(set(self.body) - set(names))
        if unknown:
            raise Refused(400, f"Unknown: {', '.join(unknown)}. Known here: {', '.join(names)}.")

    def text(self, name: str, *, longest: int = 200) -> str | None:
        value = self.body.get(name)
        if value is not None and (not isinstance(value, str) or not 1 <= len(value) <= longest):
            raise Refused(400, f"{name}: a text of 1 to {longest} characters is expected.")
        return value

    def whole(self, name: str, *, low: int, high: int, default: Any = None) -> Any:
        value = self.body.get(name)
        if value is None:
            return default
        if type(value) is not int or not low <= value <= high:
            raise Refused(400, f"{name}: a whole number from {low} to {high} is expected.")
        return value

    def seconds(self, name: str, *, high: int, default: float) -> float:
        value = self.body.get(name)
        if value is None:
            return default
        if type(value) not in (int, float) or not 0 <= value <= high:
            raise Refused(400, f"{name}: a number from 0 to {high} is expected.")
        return float(value)

    def number(self, name: str, *, low: float, high: float, default: float | None = None) -> float:
        """A number; without a default it is required."""
        value = self.body.get(name, default)
        if type(value) not in (int, float) or not low <= value <= high:
            raise Refused(400, f"{name}: a number from {low:g} to {high:g} is expected.")
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.body.get(name, default)
        if not isinstance(value, bool):
            raise Refused(400, f"{name}: true or false is expected.")
        return value

    def ids(self, name: str) -> list[int] | None:
        """A list of ids; None when it is not there."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(type(pk) is int and 0 < pk < 2**63 for pk in value):
            raise Refused(400, f"{name}: a list of ids is expected.")
        return value

    def query_number(self, name: str) -> int | None:
        """A whole number of the query; None when it is not there."""
        text = self.query.get(name, [""])[-1]
        if not text:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise Refused(400, f"{name}: a whole number is expected.")
        return int(text)


def account_of(pk: int) -> Account:
    """The account with that id; 404 naming how to list them."""
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        raise Refused(404, f"There is no account {pk}. GET /_sandbox/accounts lists them.")
    return account


def extension_of(account: Account, key: str) -> Extension:
    """The extension with that key as the account lists it; 404 naming those that it lists."""
    extension = account.extensions.filter(key=key).first()
    if extension is None:
        known = ", ".join(account.extensions.order_by("pk").values_list("key", flat=True))
        raise Refused(404, f"The account lists no extension {key[:60]}. It lists: {known}.")
    found: Extension = extension
    return found


def account_named(asked: Asked) -> int | None:
    """The account that the body names, if any; 404 when there is none with that id."""
    pk: int | None = asked.whole("account", low=1, high=LARGEST_ID)
    return None if pk is None else account_of(pk).pk


def webhook_named(asked: Asked) -> int | None:
    """The webhook that the body names, if any; 404 when there is none with that id."""
    pk: int | None = asked.whole("webhook", low=1, high=LARGEST_ID)
    if pk is not None and not Webhook.objects.filter(pk=pk).exists():
        raise Refused(404, f"webhook: there is no webhook {pk}.")
    return pk
