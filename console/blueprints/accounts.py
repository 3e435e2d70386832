"""The account that a page of blueprints is asked for, as far as it was read."""

from collections.abc import Sequence

from extensions.blueprints.drafting import Refused
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.installations.reference import Seen
from extensions.installations.searching import search

MOST_NAMED = 20
ABOUT = "Give its name, or the Oneflow id from its page."


class Several(Refused):
    """More than one account may be meant; `installations` are the first of them by name."""

    def __init__(self, asked: str, installations: Sequence[Installation]) -> None:
        among = "" if len(installations) <= MOST_NAMED else f", of which these are the first {MOST_NAMED}"
        super().__init__(f"Several connected accounts may be meant by “{asked[:60]}”{among}. Choose one.")
        self.installations = installations[:MOST_NAMED]


def meant(extension: Extension, asked: str) -> str:
    """The Oneflow id of the account that is meant by it, or by a name. Raises `Several`, or `Refused` for none."""
    if asked.isascii() and asked.isdigit():
        return asked
    text = asked.replace("\0", "").strip()
    rows = search(Installation.objects.connected().filter(extension=extension), text, people=False)
    found = list(rows.select_related("account").order_by("account__name", "pk")[: MOST_NAMED + 1]) if text else []
    if not found:
        raise Refused(
            f"There is no installation of {extension} in a connected account that is called “{text[:60]}”. {ABOUT}"
        )
    if len(found) > 1:
        raise Several(text, found)
    return str(found[0].account.oneflow_id)


def seen_account(extension: Extension, asked: str) -> tuple[Installation, Seen]:
    """The extension's installation in the account with that Oneflow id, and what was seen there. Raises `Refused`."""
    installation = None
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        rows = Installation.objects.select_related("account", "extension")
        installation = rows.filter(extension=extension, account__oneflow_id=asked).first()
    if installation is None:
        raise Refused(f"There is no installation of {extension} in an account {asked[:20]}. {ABOUT}")
    seen = Seen.load(installation)
    if seen.types_read_at is None:
        raise Refused(f"The template types of {installation.account} were never read. Refresh it first.")
    return installation, seen
