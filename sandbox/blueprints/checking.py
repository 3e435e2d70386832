"""Whether a blueprint can be used: every problem under its place, in a sentence, all told at once."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from sandbox.api.checking import Checked
from sandbox.api.webhooks import read_callback_url, read_filters
from sandbox.blueprints.catalogue import CATALOGUE
from sandbox.blueprints.shape import AUTOMATIC, SHOW_TOKEN
from sandbox.errors import Problems
from sandbox.models import BlueprintVersion, Extension

MOST_TYPES = 20
MOST_FIELDS = 300
MOST_DEPENDENCIES = 20
MOST_EVENT_TYPES = 50
LONGEST_KEY = 60
LOCAL = ("localhost", "127.0.0.1", "::1")

TOP = (
    "key", "name", "description", "mode", "authentication_method", "setup_url", "shared_secret", "depends_on",
    "template_types",
)  # fmt: skip
TYPE = ("name", "description", "extension_type", "data_fields", "webhook")
FIELD = ("custom_id", "name", "description", "placeholder", "kind", "required")
WEBHOOK = ("callback_url", "sign_key", "event_types", "filters", "configuration")


def problems(key: str, content: dict[str, Any]) -> Problems:
    """What is wrong with the blueprint of that extension; empty when nothing is."""
    top = Checked(content)
    _only(top, TOP)
    if content.get("key", key) != key:
        top.wrong("key", f"It must be {key}, as in the address, or be left out.")
    if key in CATALOGUE:
        top.wrong("key", f"{key} is an extension of Oneflow's own, which has no blueprint. Choose another key.")
    top.text("name", low=1, high=100)
    top.text("description", high=300, default="")
    _choice(top, "mode", [mode.value for mode in Extension.Mode], default=Extension.Mode.BLUEPRINT)
    _authentication(top)
    _dependencies(top, key)
    types = _list(top, "template_types", MOST_TYPES, "template types")
    for number, item in enumerate(types):
        _template_type(_below(top, f"template_types[{number}]", item))
    _own_extension_types(top, key, types)
    return top.problems


def is_key(text: str) -> bool:
    return bool(re.fullmatch(f"[a-z][a-z0-9_]{{0,{LONGEST_KEY - 1}}}", text))


def _authentication(top: Checked) -> None:
    method = _choice(top, "authentication_method", [SHOW_TOKEN, AUTOMATIC], default=SHOW_TOKEN)
    top.text("shared_secret", high=200, default=None)
    if top.data.get("setup_url") is not None:
        _setup_url(top)
    elif method == AUTOMATIC:
        top.wrong("setup_url", "With automatic authentication the address is required that Oneflow hands the token to.")


def _dependencies(top: Checked, key: str) -> None:
    known = set(CATALOGUE) | set(BlueprintVersion.objects.exclude(published_time=None).values_list("key", flat=True))
    for number, other in enumerate(_list(top, "depends_on", MOST_DEPENDENCIES, "keys of extensions")):
        name = f"depends_on[{number}]"
        if other == key:
            top.wrong(name, "An extension does not depend on itself.")
        elif not isinstance(other, str) or other not in known:
            top.wrong(name, f"There is no such extension. There are: {', '.join(sorted(known - {key}))}.")
        elif key in _all_needed_by(other):
            top.wrong(name, f"{other} depends on {key} already; they cannot depend on each other.")


def _all_needed_by(key: str) -> set[str]:
    """Every extension that this one depends on, also by way of others."""
    newest = {
        row.key: row.content.get("depends_on", [])
        for row in BlueprintVersion.objects.exclude(published_time=None).order_by("version")
    }
    found: set[str] = set()
    waiting = [key]
    while waiting:
        fresh = set(newest.get(waiting.pop(), ())) - found
        found |= fresh
        waiting += fresh
    return found


def _template_type(part: Checked) -> None:
    _only(part, TYPE)
    part.text("name", low=1, high=100)
    part.text("description", high=1000, default="")
    _key_text(part, "extension_type")
    seen: set[Any] = set()
    for number, item in enumerate(_list(part, "data_fields", MOST_FIELDS, "data fields")):
        field = _below(part, f"data_fields[{number}]", item)
        _only(field, FIELD)
        custom_id = field.text("custom_id", low=1, high=200)
        if custom_id and custom_id in seen:
            field.wrong("custom_id", f"{custom_id} stands there twice; it must be unique within the template type.")
        seen.add(custom_id)
        field.text("name", low=1, high=200)
        field.text("description", high=1000, default="")
        field.text("placeholder", high=1000, default="")
        field.flag("required", default=False)
        field.choice("kind", ("text", "checkbox"), default="text")
    if part.data.get("webhook") is not None:
        _webhook(_below(part, "webhook", part.data["webhook"]))


def _webhook(hook: Checked) -> None:
    _only(hook, WEBHOOK)
    if "callback_url" in hook.data:
        read_callback_url(hook)
    else:
        hook.wrong("callback_url", "This is required.")
    hook.text("sign_key", high=1000, default=None)
    if not isinstance(hook.data.get("configuration", {}), dict):
        hook.wrong("configuration", "An object is expected.")
    events = _list(hook, "event_types", MOST_EVENT_TYPES, "event types")
    if not all(isinstance(event, str) and 1 <= len(event) <= 60 for event in events):
        hook.wrong("event_types", "Texts of 1 to 60 characters are expected, for example contract:sign.")
    if hook.data.get("filters") is not None:
        read_filters(hook)
        if events:
            hook.wrong("filters", "Give either filters or event_types.")


def _own_extension_types(top: Checked, key: str, types: Sequence[Any]) -> None:
    """An extension type belongs to one extension and stands once in it: by it an account's types are found again."""
    taken = {
        item["extension_type"]: row.key
        for row in BlueprintVersion.objects.exclude(key=key)
        for item in row.content.get("template_types", ())
    }
    seen: set[str] = set()
    for number, item in enumerate(types):
        name = item.get("extension_type") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        place = f"template_types[{number}].extension_type"
        if name in seen:
            top.wrong(place, f"{name} stands there twice; each template type needs one of its own.")
        elif name in taken:
            top.wrong(place, f"{name} belongs to the extension {taken[name]}.")
        seen.add(name)


def _only(checked: Checked, names: Iterable[str]) -> None:
    for name in sorted(set(checked.data) - set(names)):
        checked.wrong(name[:60], f"This is not known here. Known are: {', '.join(names)}.")


def _below(checked: Checked, name: str, item: Any) -> Checked:
    """The object at that place, to be checked; an empty one, and a problem, when it is none."""
    if not isinstance(item, dict):
        checked.wrong(name, "An object is expected.")
        # What an empty object lacks is nothing that should be told.
        return Checked({}, {})
    return Checked(item, checked.problems, f"{checked.prefix}{name}.")


def _list(checked: Checked, name: str, most: int, what: str) -> list[Any]:
    value = checked.data.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        checked.wrong(name, f"A list of at most {most} {what} is expected.")
        return []
    return value


def _choice(checked: Checked, name: str, choices: list[str], *, default: str) -> Any:
    value = checked.data.get(name, default)
    if value not in choices:
        checked.wrong(name, f"Expected {' or '.join(choices)}.")
    return value


def _key_text(checked: Checked, name: str) -> None:
    value = checked.text(name, low=1, high=LONGEST_KEY)
    if value and not is_key(value):
        checked.wrong(name, "Expected lower case letters, digits and underscores, a letter first.")


def _setup_url(top: Checked) -> None:
    """An https address; http is for this machine, where nobody listens on the way."""
    text = top.text("setup_url", low=1, high=2000)
    try:
        parts = urlsplit(text)
        host, scheme, _ = parts.hostname or "", parts.scheme, parts.port
    except ValueError:
        host = scheme = ""
    usable = bool(host) and (scheme == "https" or (scheme == "http" and host in LOCAL))
    if text and not (usable and re.fullmatch(r"[\x21-\x7e]+", text)):
        top.wrong("setup_url", "An https address is expected; http only for localhost.")
