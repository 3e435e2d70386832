"""What one demo keeps beside its databases, so that a second run goes on where the first one stopped."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from console.demo.environment import Plan


class InUse(Exception):
    """Another demo runs on the same state."""


class Unreadable(Exception):
    """What an earlier run kept cannot be read; the message says what and why."""


@dataclass(slots=True)
class Kept:
    """The fleet that was made, the accounts that were broken on purpose, and whether all of it was finished."""

    accounts: int
    seed: int
    faults: dict[str, int] = field(default_factory=dict)  # code → account id
    left_out: list[str] = field(default_factory=list)
    prepared: bool = False

    @classmethod
    def read(cls, plan: Plan) -> Self:
        """What an earlier run kept, or a fresh start. Raises `Unreadable`."""
        path = _path(plan)
        if path.is_file():
            try:
                return cls(**json.loads(path.read_text()))
            except (ValueError, TypeError) as exc:
                raise Unreadable(f"{path} is not what a demo wrote ({exc})") from exc
        return cls(accounts=plan.accounts, seed=plan.seed)

    def save(self, plan: Plan) -> None:
        write_private(_path(plan), asdict(self))

    def differs(self, plan: Plan) -> bool:
        """Whether the settings ask for another fleet than the one that is kept."""
        another_health = self.prepared and bool(self.faults) != plan.faults
        return another_health or (self.accounts, self.seed) != (plan.accounts, plan.seed)


def _path(plan: Plan) -> Path:
    return plan.directory / "demo.json"


def logins(plan: Plan) -> dict[str, str]:
    """Role → password of the demo's logins, empty before they are made. Each login bears its role's name."""
    path = plan.directory / "logins.json"
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def keep_logins(plan: Plan, passwords: dict[str, str]) -> None:
    write_private(plan.directory / "logins.json", passwords)


def write_private(path: Path, content: Any) -> None:
    """Write JSON that only this user reads, whole or not at all."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)


@contextmanager
def held(plan: Plan) -> Iterator[None]:
    """Hold the state while the block runs. Raises `InUse` when another demo does."""
    plan.directory.mkdir(parents=True, exist_ok=True)
    with (plan.directory / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise InUse(
                f"Another demo runs on {plan.directory}. Stop it, or give this one a DEMO_DIR of its own."
            ) from exc
        yield
