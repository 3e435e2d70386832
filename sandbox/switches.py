"""Fidelity switches: where Oneflow is undocumented or a test wants another Oneflow, one value decides."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import JSONField, Value

from sandbox.delivery import targets, waits
from sandbox.models import Setting


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _one_of(*values: Any) -> Callable[[Any], bool]:
    return lambda value: any(value is v or (isinstance(v, str) and value == v) for v in values)


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: type(value) in (int, float) and low <= value <= high


def _is_schedule(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 50 and all(map(_number(0, 86_400), value))


# name → (default, whether a value is allowed, what it decides)
SWITCHES: dict[str, tuple[Any, Callable[[Any], bool], str]] = {
    "rate_limit": (
        2000,
        lambda value: value is None or _whole(1, 1_000_000)(value),
        "requests for each token in the window; null for no limit (section 4.4)",
    ),
    "rate_window": (300, _whole(1, 86_400), "seconds of the window (section 4.4)"),
    "templates_unknown_extension": (
        "404",
        _one_of("404", "400", "empty"),
        "what GET /templates answers for an extension_type without templates: 404, 400 or empty (ASSUMED 404)",
    ),
    "echo_sign_key": (True, _one_of(True, False), "whether webhooks are shown with their sign_key (ASSUMED on)"),
    "datetime_style": (
        "colon",
        _one_of("colon", "plain"),
        "+00:00 (colon, as seen in answers) or +0000 (plain, as documented)",
    ),
    "setup_mode": (
        "redirect",
        _one_of("redirect", "post"),
        "how a token is handed over to a Setup URL: redirect of the browser, or post from here (section 12.3, ASSUMED)",
    ),
    "disable_callback": (
        False,
        _one_of(True, False),
        "whether the Setup URL is told that the extension was disabled: true or false (section 12.3, ASSUMED off)",
    ),
    "blueprint_propagation": (
        False,
        _one_of(True, False),
        "whether publishing a blueprint reaches accounts that have the extension on: true or false (ASSUMED off)",
    ),
    "webhook_timeout": (
        10,
        _number(0.1, 600),
        "seconds until a webhook's answer must be complete, from 0.1 to 600 (section 11.4, ASSUMED 10)",
    ),
    "retry_schedule": (
        list(waits.DOCUMENTED),
        _is_schedule,
        "a list of the seconds to wait after each failed attempt, at most 50 of 0 to 86400 (section 11.4)",
    ),
    "time_factor": (
        1,
        _number(1, 100_000),
        "by how much the waits of retry_schedule, and a schedule without a speed of its own, are shortened, from 1",
    ),
    "deliver_to": (
        None,
        lambda value: targets.is_deliver_to(value, anywhere=settings.DELIVER_ANYWHERE),
        "where callbacks go: null (their own address), an http or https address of this machine for all of them, or an "
        "object of lower-case host names and such addresses for those; other machines only with --deliver-anywhere",
    ),
}

_stored: dict[str, Any] | None = None


def value(name: str) -> Any:
    """The switch as it stands. Read from memory: one process serves, and nobody else writes."""
    global _stored
    if _stored is None:
        _stored = dict(Setting.objects.filter(name__in=SWITCHES).values_list("name", "value"))
    return _stored.get(name, SWITCHES[name][0])


def turn(name: str, new: Any) -> None:
    """Set one switch, to stay so until the next reset. As JSON, in which null is a value too."""
    Setting.objects.update_or_create(name=name, defaults={"value": Value(new, JSONField())})
    forget()


def forget() -> None:
    """Read again from the database at the next question."""
    global _stored
    _stored = None


def listed() -> dict[str, Any]:
    return {name: value(name) for name in SWITCHES}
