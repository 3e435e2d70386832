"""The `configuration` of a webhook: headers, query and authentication towards its target (12.5, all ASSUMED)."""

import base64
import re
from dataclasses import dataclass, field
from typing import Any

# What frames the request is ours to say.
FRAMING = {"host", "content-length", "content-type", "transfer-encoding", "connection", "expect", "upgrade", "te"}
TYPES = ("none", "basic", "bearer", "oauth2_client_credentials")


class Unusable(Exception):
    """The configuration cannot be followed; the message names the part and what is expected there."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where and with what an access token is to be had (OAuth 2, client credentials)."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str


@dataclass(frozen=True, slots=True)
class Configuration:
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    authorization: str | None = None
    credentials: Credentials | None = None


def read(data: dict[str, Any]) -> Configuration:
    """What the object asks for; keys that are not known here are passed over."""
    headers = _texts(data, "headers")
    for name, value in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", name) or name.lower() in FRAMING:
            raise Unusable(f"configuration.headers: {name[:100]!r} is no header that can be added.")
        if not re.fullmatch(r"[\x20-\x7e\xa0-\xff]*", value):
            raise Unusable(f"configuration.headers.{name}: printable characters of Latin-1 are expected.")
    authentication = _object(data, "authentication", "configuration.authentication")
    kind = authentication.get("type") or "none"
    if kind not in TYPES:
        raise Unusable(f"configuration.authentication.type: one of {', '.join(TYPES)} is expected.")
    query = _texts(data, "query")
    if kind == "none":
        return Configuration(headers, query)
    details = _object(authentication, kind, f"configuration.authentication.{kind}")
    if kind == "oauth2_client_credentials":
        names = ("token_url", "client_id", "client_secret")
        scope = details.get("scope") or ""
        if not isinstance(scope, str):
            raise Unusable(f"configuration.authentication.{kind}.scope: a text is expected.")
        return Configuration(headers, query, None, Credentials(*(_text(details, kind, name) for name in names), scope))
    return Configuration(headers, query, _authorization(kind, details))


def basic(username: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def bearer(token: str) -> str:
    """The value of an Authorization header (RFC 6750)."""
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise Unusable("The bearer token has characters that no header can carry.")
    return f"Bearer {token}"


def _authorization(kind: str, details: dict[str, Any]) -> str:
    if kind == "basic":
        return basic(_text(details, kind, "username"), _text(details, kind, "password"))
    return bearer(_text(details, kind, "token"))


def _text(details: dict[str, Any], kind: str, name: str) -> str:
    value = details.get(name)
    if not isinstance(value, str) or not value:
        raise Unusable(f"configuration.authentication.{kind}.{name}: a text is expected.")
    return value


def _object(data: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unusable(f"{path}: an object is expected.")
    return value


def _texts(data: dict[str, Any], name: str) -> dict[str, str]:
    values = _object(data, name, f"configuration.{name}")
    for key, value in values.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unusable(f"configuration.{name}.{key[:100]}: a text is expected.")
    return {key: str(value) for key, value in values.items()}
