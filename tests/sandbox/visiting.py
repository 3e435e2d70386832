"""A person in the marketplace, as a browser without JavaScript would have it: cookies, pages, and their forms."""

import html
import re
from typing import Any

import requests

from tests.sandbox.conftest import Json, admin_of
from tests.sandboxes import Sandbox

TOKEN = re.compile(r'<code id="token"[^>]*>([^<]*)</code>')


class Person:
    """Somebody with a browser; `sign_in` makes a user of them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = f"{sandbox.url}/marketplace"
        self.session = requests.Session()
        self.session.trust_env = False
        self.secret = ""

    def get(self, path: str, **options: Any) -> requests.Response:
        """A page; its form secret is remembered, as a browser has it in the form."""
        return self._read(self.session.get(self.url + path, timeout=30, **options))

    def send(self, path: str, *, follow: bool = True, **fields: Any) -> requests.Response:
        """What a form of the last page sends."""
        data = {"csrfmiddlewaretoken": self.secret, **fields}
        return self._read(self.session.post(self.url + path, data=data, timeout=60, allow_redirects=follow))

    def sign_in(self, email: str) -> requests.Response:
        self.get("/sign-in/")
        answer = self.send("/sign-in/", email=email)
        assert "You are signed in" in answer.text
        return self.get("/")

    def _read(self, answer: requests.Response) -> requests.Response:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
        self.secret = found[1] if found else self.secret
        return answer


def administrator(sandbox: Sandbox, account: Json) -> Person:
    """The account's first administrator, signed in."""
    person = Person(sandbox)
    person.sign_in(admin_of(account))
    return person


def words(answer: requests.Response) -> str:
    """What the page says, without its marks."""
    text = re.sub(r"<(script|style|title).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def token_in(answer: requests.Response) -> str | None:
    """The API token that the page shows."""
    found = TOKEN.search(answer.text)
    return found[1] if found else None
