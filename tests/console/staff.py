"""A member of staff before the console, and what a page says to them."""

from typing import Any

from django.test import Client

from tests.making import make_user


def as_role(role: str, name: str | None = None) -> Client:
    """A browser in which somebody of this role has signed in."""
    client = Client()
    client.force_login(make_user(role, name))
    return client


def words(answer: Any) -> str:
    """The page with every run of spaces as one."""
    return " ".join(answer.content.decode().split())
