"""By what causes with one code are told apart when many installations are compared."""

from django.db.models import Case, CharField, F, Value, When

WEBHOOK = "webhook/"


def place_of(code: str, subject: str) -> str:
    """The subject, which is the same in each installation; not that of a webhook, whose id is one account's."""
    return "" if subject.startswith(WEBHOOK) else subject


def place() -> Case:
    """`place_of` in a query over findings or issues."""
    return Case(When(subject__startswith=WEBHOOK, then=Value("")), default=F("subject"), output_field=CharField())
