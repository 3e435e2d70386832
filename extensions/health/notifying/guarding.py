"""Which addresses a channel may post to. An administrator types them, so nothing inside our own network may be reached.

The name is resolved once, every address that it has is judged, and the connection goes to the very address that was
judged: a name that answers differently the second time gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from oneflow.addresses import is_loopback

# Environments in which a receiver on this machine may be tried out.
OF_SANDBOX = ("demo", "sandbox")
LONGEST = 2000


class Refused(ValueError):
    """An address that may not be posted to; the sentence says why and what would do, and never repeats the path."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a connection goes: the judged IP address, and the name that certificate and Host header are for."""

    scheme: str
    host: str
    port: int
    ip: str
    path: str

    @property
    def url(self) -> str:
        """The address with the IP in place of the name."""
        ip = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{self.scheme}://{ip}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == {"https": 443, "http": 80}[self.scheme] else f"{name}:{self.port}"


def check(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an address that looks right; asks no network. Raises `Refused`."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("This is no address. Paste the whole of it, beginning with https://.") from None
    if len(url) > LONGEST or any(ord(each) < 33 or ord(each) > 126 for each in url.strip()):
        raise Refused("The address holds spaces or signs that addresses do not have, or is too long. Paste it again.")
    if parts.scheme not in {"https", "http"} or not host:
        raise Refused("The address must begin with https:// and name a host.")
    if parts.username or parts.password or "@" in parts.netloc:
        raise Refused("The address must hold no login. Secrets belong into its path, or into the signing secret.")
    if parts.scheme == "http" and not (is_loopback(host) and _loopback_allowed()):
        raise Refused("The address must begin with https://: what is sent names your customers.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    _demand_allowed_if_literal(host)
    return parts.scheme, host, port if port is not None else {"https": 443, "http": 80}[parts.scheme], path


def target_of(url: str) -> Target:
    """Where to connect for this address. Raises `Refused`, also when its name cannot be resolved."""
    scheme, host, port, path = check(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(
            f"The name {host} cannot be resolved. Is it spelled right, and does this machine's DNS work?"
        ) from None
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    for each in addresses:
        _demand_allowed(ipaddress.ip_address(each), host)
    return Target(scheme, host, port, addresses[0], path)


def _demand_allowed_if_literal(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    _demand_allowed(address, host)


def _demand_allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address, host: str) -> None:
    inner = _embedded(address)
    if inner.is_unspecified or inner.is_multicast:
        raise Refused(f"{host} leads to no single machine. Name another host.")
    if inner.is_loopback and _loopback_allowed():
        return
    if not _is_public(inner) and not settings.NOTIFY_PRIVATE_ADDRESSES:
        raise Refused(
            f"{host} leads into a private network or to this machine. Name a public host, or have whoever runs the "
            "console set NOTIFY_PRIVATE_ADDRESSES."
        )


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is given to a host of the Internet: what is reserved or local to a site counts as global in Python."""
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not address.is_reserved and not site_local


def _embedded(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address only wraps (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _loopback_allowed() -> bool:
    return settings.ENVIRONMENT in OF_SANDBOX
