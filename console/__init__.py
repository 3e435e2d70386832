"""The project: what composes the rooms below into one console."""

from console.celery import app as celery_app

__all__ = ["celery_app"]
