"""Path and attributes of "Get integration extensions": that the endpoint exists is documented (partner-integration).

API reference, sections 6.18 and 14 no. 1.
"""

from typing import Any

from oneflow import reading

ASSUMED = (
    "Assumed: Oneflow lists an account's extensions at /integration_extensions with the keys extension_type and "
    "enabled; it documents that the list exists, not its path or keys."
)
PATH = "/integration_extensions"
_STATES = {"enabled": True, "disabled": False}


def extension_type(extension: dict[str, Any], what: str) -> str:
    """The key of the extension, under the first of the names that it may have."""
    for key in ("extension_type", "key", "type"):
        if extension.get(key) is not None:
            return _not_empty(reading.clean_text(extension[key], what, key), what)
    raise reading.unexpected(what, "extension_type", "a string")


def is_enabled(extension: dict[str, Any], what: str) -> bool:
    """Whether the account has the extension enabled. A state that we do not know is no answer, rather than no."""
    for key in ("enabled", "active"):
        if extension.get(key) is not None:
            return reading.required_flag(extension, key, what)
    state = _STATES.get(reading.text(extension, "state", what))
    if state is None:
        raise reading.unexpected(what, "enabled", "true or false")
    return state


def _not_empty(key: str, what: str) -> str:
    if not key:
        raise reading.unexpected(what, "extension_type", "a key")
    return key
