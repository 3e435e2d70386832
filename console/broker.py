"""The broker: whether it can be reached, and sweeping the embedded one.

The embedded broker is a database file in which kombu keeps every delivered message until somebody deletes it.
"""

from typing import Any

from celery import Celery
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

EMBEDDED = "sqla+"
# What reaching a broker raises: it is away, or there is something in its URL that nobody understands.
AWAY = (OperationalError, SQLAlchemyError, OSError, ValueError)
# Somebody waits for a page: a broker that is away is tried once more and then left, where kombu would take seconds.
_IMPATIENT = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}


def connection(app: Celery, *, patience: float) -> Connection:
    """A connection, not yet opened, for whoever waits: it is given up after so many seconds of silence."""
    options = {**app.conf.broker_transport_options, **_IMPATIENT}
    if str(app.conf.broker_write_url).startswith("redis"):
        # kombu's own timeout does not reach Redis, which would be waited for without end.
        options |= {"socket_timeout": patience, "socket_connect_timeout": patience}
    return app.connection_for_write(connect_timeout=patience, transport_options=options)


def reach(app: Celery, *, patience: float) -> None:
    """Nothing, if the application's broker answers within so many seconds. Raises one of `AWAY`."""
    url = str(app.conf.broker_write_url)
    if url.startswith(EMBEDDED):
        # kombu would open the file only with the first message.
        engine = _engine(url, app.conf.broker_transport_options)
        try:
            engine.connect().close()
        finally:
            engine.dispose()
        return
    with connection(app, patience=patience) as opened:
        opened.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=patience)


def sweep() -> int:
    """Delete delivered messages from the embedded broker; how many. Another broker needs no sweeping."""
    url = settings.CELERY_BROKER_URL
    if not url.startswith(EMBEDDED):
        return 0
    engine = _engine(url, getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {}))
    try:
        if not inspect(engine).has_table("kombu_message"):
            return 0
        with engine.begin() as opened:
            # kombu marks a message as invisible when it hands it to a worker, which acknowledges at once.
            return opened.execute(text("DELETE FROM kombu_message WHERE NOT visible")).rowcount
    finally:
        engine.dispose()


def _engine(url: str, options: dict[str, Any]) -> Engine:
    return create_engine(url.removeprefix(EMBEDDED), **options)
