"""Have workers go on with previews now; with the broker away beat does it when the broker is back."""

from django.db import transaction

from console.refreshing import hand_out

PREVIEWS = "console.tasks.go_on_with_previews"


def kick_previews() -> None:
    """Once what was just written is there for a worker to read."""
    transaction.on_commit(lambda: hand_out(PREVIEWS, [()], expires=60))
