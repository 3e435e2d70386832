"""Asking an Oneflow and nothing but asking: GET only, each question once, within a budget, and bounded in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from requests import PreparedRequest, Response

from oneflow.budget import Budget
from oneflow.deadlines import DeadlineAdapter
from oneflow.errors import (
    BudgetSpent,
    InvalidToken,
    NotPermitted,
    OneflowError,
    RateLimited,
    Rejected,
    Unavailable,
)
from oneflow.exchanges import recorded_path
from oneflow.transport import Login, Transport

# So many answers that do not come, one after the other, and nothing more is asked: each costs its whole timeout.
MOST_SILENCES = 3


class CannotTell(Exception):
    """The fact cannot be seen here; the message says why, without any value."""


class WritingRefused(Exception):
    """Something tried to send what is no GET."""


class ReadOnlyAdapter(DeadlineAdapter):
    """Sends GET and nothing else, and remembers the media type of the last answer."""

    media_type = ""

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """The answer. Raises `WritingRefused`, before anything leaves the machine."""
        if request.method != "GET" or request.body:
            raise WritingRefused(f"Verifying only reads; a {request.method} was refused.")
        response: Response = super().send(request, *args, **kwargs)
        self.media_type = response.headers.get("Content-Type", "")
        return response


class ReadOnlyTransport(Transport):
    """A transport that cannot write."""

    def __init__(self, base_url: str, **options: Any) -> None:
        super().__init__(base_url, **options)
        self.adapter = ReadOnlyAdapter()
        self._session.mount("https://", self.adapter)
        self._session.mount("http://", self.adapter)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that says something: 200 with its JSON, or a refusal of 4xx with its code and its parameters."""

    status: int
    data: Any = None
    media_type: str = ""
    error_code: int | None = None
    problems: tuple[str, ...] = ()

    def demand_explained(self) -> None:
        """Raise `CannotTell` for a refusal whose body could not be read: what it names is not known."""
        if self.status != 200 and self.error_code is None:
            raise CannotTell(f"{self.shown}, and its explanation could not be read")

    @property
    def shown(self) -> str:
        code = f", error_code {self.error_code}" if self.error_code else ""
        return f"status {self.status}{code}"


class Asked:
    """Everything that was asked of one Oneflow so far, with one token."""

    def __init__(self, transport: ReadOnlyTransport, token: str, user_email: str | None, budget: Budget) -> None:
        self._transport = transport
        self._token = token
        self._budget = budget
        self._answers: dict[tuple[str, str, bool], Answer | str] = {}
        self._given_up = ""
        self._silences = 0
        self.user_email = user_email
        self.calls = 0

    def __repr__(self) -> str:
        return f"<asked {self.calls} times>"

    def get(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        pk: int = 0,
        below: int = 0,
        as_user: bool = False,
    ) -> Answer:
        """The answer to a path whose `{pk}` and `{below}` are filled in; raises `CannotTell` when none can be used.

        `as_user` names the user that was given, where one was.
        """
        asked = dict(parameters or {})
        filled = path.replace("{pk}", str(pk)).replace("{below}", str(below))
        key = (filled, repr(sorted(asked.items())), as_user and self.user_email is not None)
        if key not in self._answers:
            self._answers[key] = self._given_up or self._ask(path, filled, asked, as_user)
        answer = self._answers[key]
        if isinstance(answer, str):
            raise CannotTell(answer)
        return answer

    def object(self, path: str, *, pk: int = 0) -> dict[str, Any]:
        """The object that a path answers with 200. Raises `CannotTell`."""
        answer = self.get(path, pk=pk)
        if answer.status != 200:
            raise CannotTell(f"GET {path} answered {answer.shown}")
        if not isinstance(answer.data, dict):
            raise CannotTell(f"GET {path} answered no object")
        return answer.data

    def items(self, path: str, parameters: Mapping[str, str] | None = None, *, pk: int = 0) -> list[dict[str, Any]]:
        """The objects on the first page of a list, in an envelope or bare. Raises `CannotTell`."""
        answer = self.get(path, parameters, pk=pk)
        if answer.status != 200:
            raise CannotTell(f"GET {path} answered {answer.shown}")
        data = answer.data.get("data") if isinstance(answer.data, dict) else answer.data
        if not isinstance(data, list):
            raise CannotTell(f"GET {path} answered no list")
        return [item for item in data if isinstance(item, dict)]

    def first(self, path: str, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The first object of a list. Raises `CannotTell` for an empty one."""
        found = self.items(path, parameters)
        if not found:
            raise CannotTell(f"the account has nothing at {path}")
        return found[0]

    def first_id(self, path: str, parameters: Mapping[str, str] | None = None) -> int:
        """The id of the first object of a list. Raises `CannotTell`."""
        return id_of(self.first(path, parameters), path)

    def _ask(self, template: str, path: str, parameters: dict[str, str], as_user: bool) -> Answer | str:
        self.calls += 1
        login = Login(self._token, self.user_email if as_user else None)
        try:
            data = self._transport.get(path, parameters, login=login, before=self._budget.spend)
        except Rejected as exc:
            self._silences = 0
            return Answer(exc.status or 0, error_code=exc.error_code, problems=tuple(exc.parameter_problems))
        except OneflowError as exc:
            why = _why(exc).replace(recorded_path(path, parameters), template)
            self._note_failure(exc)
            return why
        self._silences = 0
        return Answer(200, data, self._transport.adapter.media_type)

    def _note_failure(self, exc: OneflowError) -> None:
        if isinstance(exc, RateLimited):
            self._budget.limited()
            self._given_up = "not asked: the rate limit of the token is used up (status 429)"
        elif isinstance(exc, BudgetSpent):
            self._given_up = "not asked: the console's share of the rate limit is used up"
        elif isinstance(exc, Unavailable):
            self._silences += 1
            if self._silences >= MOST_SILENCES:
                self._given_up = f"not asked: {MOST_SILENCES} answers in a row could not be had"


def id_of(item: dict[str, Any], path: str) -> int:
    """The id of an object. Raises `CannotTell`."""
    found = item.get("id")
    if type(found) is int and found > 0:
        return found
    raise CannotTell(f"what is listed at {path} has no id that is a number")


def _why(exc: OneflowError) -> str:
    if isinstance(exc, InvalidToken):
        return "the token, or the user's email beside it, is refused (status 401)"
    if isinstance(exc, NotPermitted):
        return f"not permitted with this token or user (status {exc.status})"
    return str(exc).rstrip(".")
