"""The embedded broker: a database file in which kombu keeps every delivered message until somebody deletes it."""

from django.conf import settings
from sqlalchemy import create_engine, inspect, text

EMBEDDED = "sqla+"


def sweep() -> int:
    """Delete delivered messages from the embedded broker; how many. Another broker needs no sweeping."""
    url = settings.CELERY_BROKER_URL
    if not url.startswith(EMBEDDED):
        return 0
    engine = create_engine(url.removeprefix(EMBEDDED), **getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {}))
    try:
        if not inspect(engine).has_table("kombu_message"):
            return 0
        with engine.begin() as connection:
            # kombu marks a message as invisible when it hands it to a worker, which acknowledges at once.
            return connection.execute(text("DELETE FROM kombu_message WHERE NOT visible")).rowcount
    finally:
        engine.dispose()
