"""Where a callback goes: the address of the webhook, or the local one that `deliver_to` puts in its place.

A stand-in must never call strangers: what is not this machine's is not called, nor even looked up, unless the sandbox
was started with `--deliver-anywhere`.
"""

import ipaddress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

LONGEST = 1000
# What a path keeps as it is; everything else is quoted, so that no address can break the request line.
SAFE = "/%:@!$&'()*+,;=~-._"


class Unreachable(Exception):
    """There is no calling this address; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. `authority` is what the Host header says: the name of the local receiver."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def is_local(self) -> bool:
        return is_local(self.host)


def find(
    url: str,
    *,
    deliver_to: str | dict[str, str] | None,
    anywhere: bool,
    query: dict[str, str] | None = None,
) -> Target:
    """The target of a callback URL, with the parameters of `query` added to its own."""
    wanted = _parsed(url)
    path = wanted.path
    if query:
        path += ("&" if "?" in path else "?") + urlencode(query)
    base = deliver_to.get(wanted.host) if isinstance(deliver_to, dict) else deliver_to
    local = wanted if base is None else _parsed(base)
    target = replace(local, path=path if base is None else local.path.rstrip("/") + path)
    if not anywhere and not target.is_local:
        raise Unreachable(
            f"{target.host} is not this machine, and the sandbox calls no other. Name a local receiver with the "
            "switch deliver_to, or start the sandbox with --deliver-anywhere."
        )
    return target


def is_local(host: str) -> bool:
    """Whether a name or address can only be this machine. Names are not looked up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_deliver_to(value: Any, *, anywhere: bool) -> bool:
    """Whether the switch `deliver_to` may be that: nothing, an address, or a host → address for some hosts."""
    if isinstance(value, dict):
        hosts_are_plain = all(name and name == name.lower() for name in value)
        return (
            hosts_are_plain and len(value) <= 100 and all(is_base(base, anywhere=anywhere) for base in value.values())
        )
    return value is None or is_base(value, anywhere=anywhere)


def is_base(value: Any, *, anywhere: bool) -> bool:
    """Whether paths can be appended to that: an http or https address without query, of this machine."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return False
    try:
        base = _parsed(value)
    except Unreachable:
        return False
    return "?" not in base.path and (anywhere or base.is_local)


def _parsed(url: str) -> Target:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise Unreachable(f"This is no address: {url[:200]}") from exc
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreachable(f"An http or https address is expected, not {url[:200]}")
    path = quote(parts.path, safe=SAFE) or "/"
    if parts.query:
        path += "?" + quote(parts.query, safe=f"{SAFE}?")
    return Target(parts.scheme, parts.hostname, port or _default_port(parts.scheme), path)


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
