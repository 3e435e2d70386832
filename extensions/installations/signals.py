"""What the installations tell the rooms above, inside the transaction that stores it."""

from django.dispatch import Signal

# Sent by `Installation` when a disconnected one is connected again, with: installation, now.
connected_again = Signal()

# Sent by `Installation` when it is disconnected, after its row is saved, with: installation, now.
disconnected = Signal()
