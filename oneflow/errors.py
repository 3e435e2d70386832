"""What can go wrong between us and Oneflow, sorted by what the caller can do about it.

Statuses and the body of an error: API reference, section 4. No message, attribute or argument of an error holds
a token.
"""

from typing import ClassVar


class OneflowError(Exception):
    """Oneflow did not give what was asked. `reason` is stable: it is stored and shown.

    `request_id` is what Oneflow's support asks for; `detail` is Oneflow's own explanation, for developers.
    """

    reason: ClassVar[str] = "failed"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        request_id: str = "",
        error_code: int | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id
        self.error_code = error_code
        self.detail = detail


class Unavailable(OneflowError):
    """Try later: 5xx, timeouts, trouble with the connection, an answer cut off."""

    reason = "unavailable"


class RateLimited(Unavailable):
    """Try later: 429. `retry_after` is in seconds, if Oneflow ever says so (undocumented, section 14 no. 17)."""

    reason = "rate_limited"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        request_id: str = "",
        error_code: int | None = None,
        detail: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, status=status, request_id=request_id, error_code=error_code, detail=detail)
        self.retry_after = retry_after


class BudgetSpent(Unavailable):
    """Try later: our own share of the token's rate limit is used up. No call was made."""

    reason = "budget_spent"


class OutOfTime(Unavailable):
    """Try later: the time of the work that asks was over. No call was made."""


class InvalidToken(OneflowError):
    """401: the token, or the user's email beside it, is not valid. `/ping` with the token alone tells which."""

    reason = "invalid_token"


class NotPermitted(OneflowError):
    """402 or 403, told apart by `status`: the plan or the user's permissions do not allow it."""

    reason = "not_permitted"


class Rejected(OneflowError):
    """Another 4xx: do not repeat the same request. `parameter_problems` names what Oneflow did not accept."""

    reason = "rejected"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        request_id: str = "",
        error_code: int | None = None,
        detail: str = "",
        parameter_problems: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message, status=status, request_id=request_id, error_code=error_code, detail=detail)
        self.parameter_problems = parameter_problems or {}

    @property
    def problems_in_words(self) -> str:
        """What Oneflow did not accept, parameter by parameter, as one text; empty when it did not say."""
        told = (f"{name}: {' '.join(lines)}" for name, lines in self.parameter_problems.items() if lines)
        return " ".join(told)


class Conflict(Rejected):
    """409: the thing is in a state that does not allow this; read it again before anything else."""


class NotFound(Rejected):
    """404: a thing that the request names does not exist, was deleted, or is not visible."""

    reason = "not_found"


class UnexpectedAnswer(OneflowError):
    """Our idea of Oneflow is wrong: malformed, HTML, wrong types, too large, endless, or sent elsewhere."""

    reason = "unexpected_answer"
