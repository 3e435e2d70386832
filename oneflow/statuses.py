"""Which error an HTTP status is (API reference, section 4)."""

from oneflow.errors import (
    Conflict,
    InvalidToken,
    NotFound,
    NotPermitted,
    OneflowError,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)
from oneflow.exchanges import LONGEST_REQUEST_ID, clean, detail_of, problems_of
from oneflow.reading import LARGEST_ID


def error_for(status: int, path: str, answer: object, retry_after: str = "") -> OneflowError:
    """The error that an answer is. `answer` is its decoded JSON, or None if it had none that we could read."""
    told = answer if isinstance(answer, dict) else {}
    request_id = request_id_of(told)
    error_code = _error_code(told)
    detail = detail_of(told)
    message = f"{_meaning(status)} (Oneflow answered {status} to {path})"
    if status == 429:
        return RateLimited(
            message,
            status=status,
            request_id=request_id,
            error_code=error_code,
            detail=detail,
            retry_after=_seconds(retry_after),
        )
    if 400 <= status < 500 and status not in _KINDS:
        kind = _REJECTIONS.get(status, Rejected)
        return kind(
            message,
            status=status,
            request_id=request_id,
            error_code=error_code,
            detail=detail,
            parameter_problems=problems_of(told),
        )
    kind_by_status = _KINDS.get(status, Unavailable if status >= 500 else UnexpectedAnswer)
    return kind_by_status(message, status=status, request_id=request_id, error_code=error_code, detail=detail)


def request_id_of(told: dict[str, object]) -> str:
    request_id = told.get("request_id")
    return clean(request_id, LONGEST_REQUEST_ID) if isinstance(request_id, str) else ""


_KINDS: dict[int, type[OneflowError]] = {
    401: InvalidToken,
    402: NotPermitted,
    403: NotPermitted,
    408: Unavailable,
}
_REJECTIONS: dict[int, type[Rejected]] = {404: NotFound, 409: Conflict}
_MEANINGS = {
    401: "The token or the user's email is not valid",
    402: "The account's plan does not allow this",
    403: "This is not permitted",
    404: "Not found",
    408: "Oneflow gave up waiting for the request",
    409: "This conflicts with the present state",
    429: "The token's rate limit is used up",
}


def _meaning(status: int) -> str:
    if status >= 500:
        return "Oneflow is in trouble"
    return _MEANINGS.get(status, "The request was rejected" if status >= 400 else "The answer is not understood")


def _error_code(told: dict[str, object]) -> int | None:
    code = told.get("error_code")
    return code if type(code) is int and 0 < code <= LARGEST_ID else None


def _seconds(retry_after: str) -> float | None:
    """Undocumented header (section 14 no. 17): only plain seconds are taken, and at most an hour."""
    return min(float(retry_after), 3600.0) if retry_after.isascii() and retry_after.isdecimal() else None
