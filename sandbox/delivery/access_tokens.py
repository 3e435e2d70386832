"""Access tokens for webhooks that ask for OAuth 2 client credentials (12.5): fetched once, used until they expire."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from sandbox.delivery.configuration import Credentials, basic
from sandbox.delivery.exchange import Answer

# (address, headers, body) → answer
Post = Callable[[str, dict[str, str], bytes], Awaitable[Answer]]
# An answer that does not say when its token expires is asked for again when the target refuses it.
FOREVER = float("inf")
# Renewed so much before its end, or a tenth of its life when that is less: it must be valid when it arrives.
MARGIN = 10.0


class NoToken(Exception):
    """The token's address gave none; the message says what it answered."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class AccessTokens:
    """The tokens that are valid now, by the credentials that they were given for."""

    def __init__(self) -> None:
        self._tokens: dict[Credentials, _Token] = {}
        self._locks: dict[Credentials, asyncio.Lock] = {}

    async def get(self, credentials: Credentials, post: Post, *, refused: str | None = None) -> str:
        """A valid token other than the `refused` one. Who asks at the same time waits for the same answer."""
        async with self._locks.setdefault(credentials, asyncio.Lock()):
            kept = self._tokens.get(credentials)
            if kept is None or kept.until <= time.monotonic() or kept.value == refused:
                kept = self._tokens[credentials] = await _fetch(credentials, post)
            return kept.value

    def forget(self) -> None:
        self._tokens.clear()


async def _fetch(credentials: Credentials, post: Post) -> _Token:
    """RFC 6749, section 4.4, the client in a Basic header as its section 2.3.1 wants every server to take it."""
    began = time.monotonic()
    fields = {"grant_type": "client_credentials"} | ({"scope": credentials.scope} if credentials.scope else {})
    headers = {
        "Authorization": basic(quote_plus(credentials.client_id), quote_plus(credentials.client_secret)),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    answer = await post(credentials.token_url, headers, urlencode(fields).encode())
    if answer.status != 200:
        raise NoToken(f"The token's address answered {answer.status}.")
    try:
        data = json.loads(answer.body)
        value, life = data["access_token"], data.get("expires_in")
        until = FOREVER if life is None else began + float(life) - min(MARGIN, float(life) / 10)
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise NoToken("The token's address answered no access_token that can be read.") from exc
    if not isinstance(value, str) or not value:
        raise NoToken("The token's address answered an access_token that is no text.")
    return _Token(value, until)
