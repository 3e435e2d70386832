"""The WSGI application that the server of `python -m sandbox` runs."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from sandbox.bodies import discard

_answer = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The answer, with the request read to its end whether or not a view wanted its body."""
    answer: Iterable[bytes] = _answer(environ, start_response)
    discard(environ)
    return answer
