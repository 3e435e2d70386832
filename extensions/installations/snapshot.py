"""What one refresh read of an account, part by part. Unread is not empty, and never becomes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = "account"
USERS = "users"
WORKSPACES = "workspaces"
TEMPLATES = "templates"
TEMPLATE_TYPES = "template_types"
WEBHOOKS = "webhooks"
EXTENSIONS = "extensions"
USABLE = "usable"
# Those of every account; beside them stand the fields of each template type of ours.
FIXED = (ACCOUNT, USERS, WORKSPACES, TEMPLATES, TEMPLATE_TYPES, WEBHOOKS, EXTENSIONS, USABLE)

# Why a part is unread, beside the reasons of `oneflow.errors`.
USER_REFUSED = "user_refused"  # Oneflow refused the acting user, while the token works
NOT_ASKED = "not_asked"  # nobody to ask for, or an earlier answer made asking pointless
OTHER_ACCOUNT = "other_account"  # the token opens an account that is not this one


def fields_of(template_type_id: int) -> str:
    """The name of the part that holds the data fields of a template type."""
    return f"fields/{template_type_id}"


def type_of_fields(part: str) -> int | None:
    """The template type whose fields a part holds; None for any other part."""
    head, _, template_type_id = part.partition("/")
    return int(template_type_id) if head == "fields" else None


@dataclass(frozen=True, slots=True)
class Read:
    """A part that Oneflow answered in full: objects of `oneflow.objects`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that was not read, and why: a stable reason, and a sentence without secrets."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every part that was asked for, read or unread. `token_refused` when Oneflow refused the token itself."""

    parts: Mapping[str, Read | Unread] = field(default_factory=dict)
    token_refused: bool = False

    @property
    def read(self) -> dict[str, Any]:
        """What was read, by part."""
        return {name: part.value for name, part in self.parts.items() if isinstance(part, Read)}

    @property
    def unread(self) -> dict[str, Unread]:
        return {name: part for name, part in self.parts.items() if isinstance(part, Unread)}

    @classmethod
    def of_nothing(cls, names: list[str], reason: str, detail: str) -> "Snapshot":
        """A snapshot for which Oneflow was not asked at all."""
        return cls({name: Unread(reason, detail) for name in names})
