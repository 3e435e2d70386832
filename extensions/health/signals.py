"""What health tells the rooms above, inside the transaction that stores it."""

from django.dispatch import Signal

# Sent by `Installation` when its verdict flips, with: installation, before: Verdict, after: Verdict, cause: str,
# since: datetime of the flip.
health_changed = Signal()
