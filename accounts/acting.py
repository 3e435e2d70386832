"""Who acts, and the signal by which a lower room tells that something was done.

Lower rooms never call up: they send `acted` inside their transaction, and the console writes the audit row in
the same transaction, so that a change without its record cannot be committed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.dispatch import Signal

# Sent with: actor: Actor, verb: str ("account.connect"), subject: Model | str, outcome: Outcome value,
# reason: str, details: dict (no secret).
acted = Signal()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a signed-in member of staff, or the command line.

    `name` is what the record shows, `role` the role held at that moment, `address` where it came from.
    """

    name: str
    role: str
    user_id: int | None = None
    address: str = ""


# Who acts where nobody does: the console by itself, by what staff decided before.
SYSTEM = Actor(name="system", role="system")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done, as the record keeps it. `details` holds no secret and no personal data."""

    actor: Actor
    verb: str
    subject: Any
    outcome: str = "done"  # done, refused (by a rule or by Oneflow), denied (not permitted), failed
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def tell(self) -> None:
        """Send it to whoever keeps the record; call it inside the transaction that does the thing."""
        acted.send(sender=type(self.subject), deed=self)


Declared = TypeVar("Declared", bound=Callable[..., Any] | type)


def audited(verb: str) -> Callable[[Declared], Declared]:
    """Declare that a view, admin action or command records `verb` whenever it acts, is refused or is denied."""

    def declare(target: Declared) -> Declared:
        target.audit_verb = verb  # type: ignore[union-attr]
        return target

    return declare


def unaudited(reason: str) -> Callable[[Declared], Declared]:
    """Declare that a view, admin action or command needs no record, and why."""

    def declare(target: Declared) -> Declared:
        target.audit_exempt = reason  # type: ignore[union-attr]
        return target

    return declare
