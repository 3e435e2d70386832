"""Checking a JSON body: every problem is collected under the path of its parameter, then all are told at once."""

from collections.abc import Collection
from typing import Any

from sandbox.errors import BadRequest, Problems

MISSING = object()
# No row can have a larger one.
LARGEST_ID = 2**63 - 1


class Checked:
    """A JSON object whose values are read with their rules; `done` raises 400 for all that broke one."""

    def __init__(self, data: dict[str, Any], problems: Problems | None = None, prefix: str = "") -> None:
        self.data = data
        self.prefix = prefix
        self.problems: Problems = {} if problems is None else problems

    def text(self, name: str, *, low: int = 0, high: int, default: Any = MISSING) -> Any:
        """A string of so many characters. Without a default it is required; a default of None allows null."""
        value = self.data.get(name, default)
        if value is MISSING:
            return self.wrong(name, "This is required.")
        if value is None and default is None:
            return None
        if not isinstance(value, str) or not low <= len(value) <= high:
            return self.wrong(name, f"A text of {low} to {high} characters is expected.")
        return value

    def flag(self, name: str, *, default: Any) -> Any:
        value = self.data.get(name, default)
        return value if value is default or isinstance(value, bool) else self.wrong(name, "Expected true or false.")

    def pk(self, name: str, *, default: Any = MISSING) -> Any:
        """The id of something; None, and noted as wrong, when the value is none. A default of None allows null."""
        value = self.data.get(name, default)
        if self.is_id(value) or (value is None and default is None):
            return value
        self.wrong(name, "An id is expected." if name in self.data else "This is required.")
        return None

    @staticmethod
    def is_id(value: Any) -> bool:
        """Whether a value can be the id of anything; true is none, though Python counts it as 1."""
        return type(value) is int and 0 < value <= LARGEST_ID

    def choice(self, name: str, values: Collection[str], *, default: Any = MISSING) -> Any:
        """One of these texts."""
        value = self.data.get(name, default)
        if value is MISSING:
            return self.wrong(name, "This is required.")
        if value is default or (isinstance(value, str) and value in values):
            return value
        return self.wrong(name, f"Expected one of: {', '.join(values)}.")

    def inner(self, name: str) -> "Checked":
        """The object of that name; an empty one when there is none or when it is none."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, dict):
            self.wrong(name, "An object is expected.")
        return Checked(value if isinstance(value, dict) else {}, self.problems, f"{self.prefix}{name}.")

    def items(self, name: str, *, most: int) -> "list[Checked]":
        """The objects in the list of that name; none when there is no list."""
        value = self.data.get(name, [])
        if not isinstance(value, list) or len(value) > most:
            self.wrong(name, f"A list of at most {most} objects is expected.")
            return []
        found = []
        for number, item in enumerate(value):
            if isinstance(item, dict):
                found.append(Checked(item, self.problems, f"{self.prefix}{name}[{number}]."))
            else:
                self.wrong(f"{name}[{number}]", "An object is expected.")
        return found

    def wrong(self, name: str, problem: str) -> Any:
        """Note a problem; returns a value that nobody will use, since `done` raises."""
        self.problems.setdefault(self.prefix + name, []).append(problem)
        return ""

    def done(self) -> None:
        if self.problems:
            raise BadRequest(self.problems)
