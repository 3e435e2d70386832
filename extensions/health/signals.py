"""What health tells the rooms above, inside the transaction that stores it."""

from django.dispatch import Signal

# Sent by `Installation` when its verdict flips, with: installation, before: Verdict, after: Verdict, cause: str,
# since: datetime of the flip.
health_changed = Signal()

# Sent by `Issue` when issues open, are resolved, are reopened or, being open, grow worse, once for each transaction,
# with: opened, resolved, reopened and worsened (lists of stored `Issue` rows, each with its `installation`), now:
# datetime. Whether one is silent is asked of `Issue.objects.audible(now)`: a silent one opens too, and comes back by
# itself.
issues_changed = Signal()

# Sent by `Incident` inside the transaction in which incidents open or end, with: opened and ended (lists of stored
# `Incident` rows), now: datetime.
incidents_changed = Signal()
