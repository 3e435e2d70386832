"""One round of telling people: route, compose, deliver. Run by the worker, and by `manage.py watch` without one."""

from collections.abc import Callable
from datetime import datetime

from extensions.health.notifying.composing import compose
from extensions.health.notifying.delivering import Send, deliver
from extensions.health.notifying.routing import route
from extensions.health.notifying.sending import send


def notify(clock: Callable[[], datetime], *, sender: Send = send) -> int:
    """Tell what is to be told by now; how many messages were taken. Safe to run twice at a time."""
    route(clock())
    compose(clock())
    sent = deliver(clock, sender=sender)
    # What waited behind the message that a channel has just taken at last.
    if sent and compose(clock()):
        sent += deliver(clock, sender=sender)
    return sent
