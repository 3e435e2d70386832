"""Which of an account's template types and webhooks are ours, and as what.

Mode `extension`: types by extension type, then by name. Mode `toolkit`: as the product or staff confirmed, then the
same way. Mode `development`: likewise. Fields are matched by `custom_id` always.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from extensions.blueprints.models import BlueprintTemplateType
from extensions.installations.models import Installation, TemplateType, Webhook
from oneflow.callbacks import masked_callback_url


def types_of_ours(
    wanted: Iterable[BlueprintTemplateType], present: Sequence[TemplateType]
) -> dict[str, TemplateType | None]:
    """For each extension type of the blueprint the account's template type that plays its role, or None.

    Where several could, an active one is preferred, then the newest.
    """
    return {each.extension_type: _best(_candidates(each, present)) for each in wanted}


def _candidates(wanted: BlueprintTemplateType, present: Sequence[TemplateType]) -> list[TemplateType]:
    here = [row for row in present if row.missing_since is None]
    for found in (
        [row for row in here if row.confirmed_role == wanted.extension_type],
        [row for row in here if row.extension_type == wanted.extension_type],
        [row for row in here if not row.extension_type and row.name.strip() == wanted.name.strip()],
    ):
        if found:
            return found
    return []


def _best(candidates: list[TemplateType]) -> TemplateType | None:
    return max(candidates, key=lambda row: (row.active, row.oneflow_id), default=None)


@lru_cache(maxsize=1024)
def _form(pattern: str) -> str:
    # Masked as the mirrored address is: what may be a secret in it cannot be compared.
    return _plain(masked_callback_url(pattern.strip()))


def _matches(url: str, form: str, account_id: int) -> bool:
    own = form.replace("{account_id}", str(account_id))
    if "*" not in own:
        return url == own
    return re.fullmatch(r"[^\s]*".join(map(re.escape, own.split("*"))), url) is not None


def _plain(url: str) -> str:
    """The address with scheme and host in small letters: in them, and only in them, case does not count."""
    return re.sub(r"^[^/?#]*//[^/?#]*", lambda found: found[0].lower(), url)


def points_right(url: str, patterns: Iterable[str], account_id: int) -> bool:
    """Whether a callback URL matches one of the extension's right patterns for this account."""
    plain = _plain(url)
    return any(_matches(plain, _form(pattern), account_id) for pattern in patterns)


def points_exactly(url: str, patterns: Iterable[str], account_id: int) -> bool:
    """Whether a callback URL matches a right pattern that leaves nothing open, so that it says beyond doubt: to us."""
    return points_right(url, (each for each in patterns if "*" not in _form(each)), account_id)


def may_be_ours(webhook: Webhook, *, patterns: Iterable[str], account_id: int) -> bool:
    """Whether a webhook that nobody knows to be ours looks like one: nobody's extension made it, and it has our path.

    So it looks when the receiver moved to another host. It might be the customer's own all the same: a person says.
    """
    in_doubt = webhook.integration_instance is None and not (webhook.remembered or webhook.disowned)
    return in_doubt and webhook.missing_since is None and has_our_path(webhook.callback_url, patterns, account_id)


def has_our_path(url: str, patterns: Iterable[str], account_id: int) -> bool:
    """Whether a callback URL is a right one but for scheme and host; a pattern without a path says nothing."""
    path = _path(url)
    ours = {_path(_form(each)) for each in patterns}
    return any(_matches(path, each, account_id) for each in ours if each.strip("/*"))


def _path(url: str) -> str:
    return re.sub(r"^[^/?#]*//[^/?#]*", "", url)


def is_ours(webhook: Webhook, *, instance: int | None, patterns: Iterable[str], account_id: int) -> bool:
    """Whether we answer for a webhook: the extension owns it, we remember it as ours, or it points to us.

    A customer's own webhook on the same template type is none of our business.
    """
    owned = instance is not None and webhook.integration_instance == instance
    return owned or webhook.remembered or points_right(webhook.callback_url, patterns, account_id)


def webhooks_of_ours(installation: Installation, rows: Iterable[Webhook]) -> Iterator[Webhook]:
    """Those that we answer for and that Oneflow still lists; of an installation loaded with account and extension."""
    patterns = texts(installation.extension.callback_urls)
    for row in sorted(rows, key=lambda each: each.oneflow_id):
        ours = row.missing_since is None and is_ours(
            row,
            instance=installation.shown_instance,
            patterns=patterns,
            account_id=installation.account.oneflow_id,
        )
        if ours:
            yield row


def texts(value: object) -> list[str]:
    """The non-empty strings of what should be a list of them; staff edit such lists by hand."""
    return [each for each in value if isinstance(each, str) and each] if isinstance(value, list) else []
