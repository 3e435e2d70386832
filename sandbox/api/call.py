"""What a handler gets: who calls, and what the request says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox import switches
from sandbox.authentication import Caller
from sandbox.bodies import parse_object
from sandbox.errors import BadRequest, Refusal


@dataclass(frozen=True, slots=True)
class Call:
    """One request that has passed authentication."""

    caller: Caller
    base_url: str
    path: str
    query: dict[str, list[str]]
    raw_body: bytes
    content_type: str = ""

    def parameter(self, name: str) -> str | None:
        """The value of a query parameter; None when absent, 400 when repeated (section 3.3)."""
        values = self.query.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise BadRequest({name: ["This parameter must not be repeated."]})
        return values[0]

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        return parse_object(self.raw_body)

    @property
    def origin(self) -> str:
        """The address without the API's path."""
        return self.base_url.removesuffix("/v1")

    def href(self, path: str | None) -> dict[str, str | None]:
        """A link of a `_links` object."""
        return {"href": None if path is None else f"{self.base_url}{path}"}

    def need_admin(self, what: str) -> None:
        """403 unless the acting user is an administrator, as the anonymous one is."""
        if not self.caller.is_admin:
            raise Refusal(403, f"Only an administrator may {what}.")


def written_time(moment: datetime | None) -> str | None:
    """A time as answers write it: without fraction, the offset with a colon unless the switch says otherwise."""
    if moment is None:
        return None
    offset = "+00:00" if switches.value("datetime_style") == "colon" else "+0000"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + offset
