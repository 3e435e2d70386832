"""Refusals as Oneflow words them (section 4)."""

import secrets
from http.client import responses
from typing import Any

ERROR_CODES = "https://api.oneflow.com/v1/error_codes"
Problems = dict[str, list[str]]


class Refusal(Exception):
    """A request that is answered with a status of 4xx instead of what it asked for.

    `number` makes its `error_code` a specific one; 0 is the generic one of the status (section 4.2).
    """

    def __init__(self, status: int, detail: str, problems: Problems | None = None, *, number: int = 0) -> None:
        super().__init__(detail)
        self.status = status
        self.number = number
        self.detail = detail
        self.problems = problems or {}


class BadRequest(Refusal):
    """400, naming what is wrong with each parameter."""

    def __init__(self, problems: Problems, detail: str = "The request is not valid.") -> None:
        super().__init__(400, detail, problems)


class NotThere(Refusal):
    """404: not there, removed, of another account, or not visible to this user; all look alike (section 16)."""

    def __init__(self, thing: str) -> None:
        super().__init__(404, f"The {thing} was not found or is not available to this user.")


# Where a request carries the id that its error body and both logs tell.
REQUEST_ID = "sandbox.request_id"


def new_request_id() -> str:
    return secrets.token_hex(16)


def title(status: int) -> str:
    """The reason of a status; the control plane can ask for any, also for one that no standard names."""
    return responses.get(status, "Unknown")


def body(
    request_id: str, status: int, detail: str, problems: Problems | None = None, *, number: int = 0
) -> dict[str, Any]:
    """The error body of section 4.1; the code is the generic one of its status unless it has a number of its own."""
    code = status * 10_000 + number
    return {
        "detail": detail,
        "error_code": code,
        "parameter_problems": problems or {},
        "request_id": request_id,
        "status": status,
        "title": title(status),
        "type": f"{ERROR_CODES}/{code}",
    }


def rate_limit_body() -> dict[str, Any]:
    """The body of a 429, which has `info` and neither `type` nor `request_id` (section 4.4)."""
    return {
        "detail": "Five-minute request limit reached; retry in a few minutes.",
        "error_code": 4290000,
        "parameter_problems": {},
        "status": 429,
        "title": "Too Many Requests",
        "info": "https://developer.oneflow.com/reference/api-rate-limit",
    }
