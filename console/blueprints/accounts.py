"""The account that a page of blueprints is asked for, as far as it was read."""

from extensions.blueprints.drafting import Refused
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.installations.reference import Seen


def seen_account(extension: Extension, asked: str) -> tuple[Installation, Seen]:
    """The extension's installation in the account with that Oneflow id, and what was seen there. Raises `Refused`."""
    installation = None
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        rows = Installation.objects.select_related("account", "extension")
        installation = rows.filter(extension=extension, account__oneflow_id=asked).first()
    if installation is None:
        raise Refused(
            f"There is no installation of {extension} in an account {asked[:20]}. Copy the Oneflow id from its page."
        )
    seen = Seen.load(installation)
    if seen.types_read_at is None:
        raise Refused(f"The template types of {installation.account} were never read. Refresh it first.")
    return installation, seen
