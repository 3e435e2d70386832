"""Which addresses a token may be sent to."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_base_url(url: str) -> str:
    """The base URL without a slash at its end, if a token may be sent there.

    Raises ValueError with a sentence that says what to mend: https is needed except on loopback, and the
    address names a host, no login, no query.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port  # a port that is none raises too
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"https", "http"} or not host:
        raise ValueError("The base URL must be a full address, such as https://api.oneflow.com/v1.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("The base URL must begin with https, since the token travels in each request.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("The base URL must be without login, query and fragment.")
    return url.strip().rstrip("/")
