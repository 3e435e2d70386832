"""What an extension must satisfy beyond its columns' types, said once for the file and for the admin's forms."""

import re
from urllib.parse import urlsplit

from extensions.blueprints.models import Extension
from oneflow.addresses import check_base_url, is_loopback

PLACEHOLDER = "{account_id}"


def base_url_problem(url: str) -> str:
    """Why a token may not be sent there, as a sentence; empty when it may."""
    try:
        check_base_url(url)
    except ValueError as exc:
        return str(exc)
    return ""


def callback_url_problem(url: str) -> str:
    """Why an address is no right callback pattern, as a sentence; empty when it is one."""
    bare = url.replace(PLACEHOLDER, "1").replace("*", "x")
    if re.search(r"\s", url):
        return "a callback URL holds no spaces."
    if "{" in bare or "}" in bare:
        return "a callback URL knows the placeholder {account_id} only."
    try:
        parts = urlsplit(bare)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "expected a full address, such as https://hooks.acme.example/oneflow/{account_id}."
    if parts.scheme not in {"http", "https"} or not host:
        return "expected a full address, such as https://hooks.acme.example/oneflow/{account_id}."
    if parts.scheme == "http" and not is_loopback(host):
        return "a callback URL begins with https, since deliveries carry contract data."
    if "@" in parts.netloc:
        return "a callback URL holds no login: everybody here would read it."
    if "*" in urlsplit(url.replace(PLACEHOLDER, "1")).netloc:
        return "a callback URL names its host: * may stand only after it, else webhooks of anybody would be right."
    return ""


def host_change_problem(extension: Extension, base_url: str) -> str:
    """Why the base URL may not change: tokens held for one host must not be sent to another.

    Empty when it may: nobody is connected, the host stays, or both are this machine.
    """
    before, after = (urlsplit(url).hostname or "" for url in (extension.base_url, base_url))
    if before == after or (is_loopback(before) and is_loopback(after)):
        return ""
    held = extension.installations.exclude(token=None).count()  # type: ignore[attr-defined]  # set by installations
    if not held:
        return ""
    return (
        f"{held} installation(s) hold tokens for {before}, which would be sent to {after}. "
        "Disconnect them first, or add the other Oneflow as an extension of its own."
    )
