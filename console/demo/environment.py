"""What the demo runs with: its folder, ports and size, and the settings that its processes share.

Read before Django's settings are, so this module imports nothing that needs them.
"""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from urllib.parse import quote

from console import keys

ROOT = Path(__file__).resolve().parent.parent.parent


class WrongSetting(Exception):
    """A setting of the demo that cannot be meant; the message says which and what would do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One demo: where its state is kept, where it listens, and how large its fleet is."""

    directory: Path
    port: int
    sandbox_port: int
    accounts: int
    seed: int
    faults: bool

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The demo that the environment asks for. Raises `WrongSetting`."""
        plan = cls(
            directory=Path(environ.get("DEMO_DIR") or ROOT / ".demo").resolve(),
            port=_number(environ, "PORT", 8000, lowest=1, highest=65535),
            sandbox_port=_number(environ, "SANDBOX_PORT", 8001, lowest=1, highest=65535),
            accounts=_number(environ, "DEMO_ACCOUNTS", 60, lowest=1, highest=10_000),
            seed=_number(environ, "DEMO_SEED", 7, lowest=0, highest=2**31),
            faults=_number(environ, "DEMO_FAULTS", 1, lowest=0, highest=1) == 1,
        )
        if plan.port == plan.sandbox_port:
            raise WrongSetting(f"PORT and SANDBOX_PORT are both {plan.port}. Give the two different numbers.")
        return plan

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def database(self) -> Path:
        return self.directory / "console.sqlite3"

    @property
    def logs(self) -> Path:
        return self.directory / "logs"


def _number(environ: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdecimal() or not lowest <= int(text[:20]) <= highest:
        raise WrongSetting(f"{name} should be a whole number from {lowest} to {highest}, not {text[:40]!r}.")
    return int(text)


def settings_of(plan: Plan) -> dict[str, str]:
    """The settings of every process of the demo. Its keys are made at the first start and kept beside its state.
    Raises `WrongSetting` when they cannot be, nor anything else.

    They win over what a developer's shell or `.env` says: the demo must never touch another console's database.
    """
    return {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "ENVIRONMENT": "demo",
        "DEBUG": "0",
        "STATE_DIR": str(plan.directory),
        "DATABASE_URL": f"sqlite:///{quote(str(plan.database))}",
        "CELERY_BROKER_URL": f"sqla+sqlite:///{quote(str(plan.directory / 'broker.sqlite3'))}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
        **_kept_keys(plan.directory / "keys.env"),
    }


def _kept_keys(path: Path) -> dict[str, str]:
    try:
        text = _read_or_make(path)
        # A folder that sudo made, for instance, can be read perhaps, but nothing can go on in it.
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as exc:
        raise WrongSetting(
            f"DEMO_DIR {path.parent} cannot be used ({exc.strerror}). Name a folder that you may write to."
        ) from exc
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _read_or_make(path: Path) -> str:
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = keys.as_lines(keys.fresh(datetime.now(UTC).date()))
        # Made with its narrow mode from the start: between a write and a chmod others could read it.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    return path.read_text()
