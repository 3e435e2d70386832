"""Callback URLs of webhooks, fit to be stored and shown: whatever may be a secret in them is masked."""

import re
from urllib.parse import unquote, urlsplit

MASK = "***"
# They say which account or extension a delivery is for, and the console has to compare them.
_KEPT_PARAMETERS = {"account", "account_id", "extension"}
_PLAIN_VALUE = re.compile(r"[\w.{}%-]{0,39}", re.ASCII)


def masked_callback_url(url: str) -> str:
    """The URL without user and password, with query values masked except those that name account or extension."""
    before, _, _fragment = url.partition("#")
    address, mark, query = before.partition("?")
    return _without_login(address) + mark + "&".join(map(_masked_parameter, query.split("&")))


def _without_login(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return _after_last_at(address)
    if not parts.netloc:
        return _after_last_at(address)
    return address.replace(parts.netloc, parts.netloc.rpartition("@")[2], 1)


def _after_last_at(address: str) -> str:
    """What follows the login in an address that is no URL with a host, so that we cannot tell where it ends."""
    return address.rpartition("@")[2]


def _masked_parameter(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    if not equals:
        return MASK if name else ""
    kept = unquote(name).lower() in _KEPT_PARAMETERS and _PLAIN_VALUE.fullmatch(value)
    return parameter if kept else f"{name}={MASK}"
