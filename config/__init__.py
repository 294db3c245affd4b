"""The wiring of the service."""

# Makes the application the one that tasks and the doorbell find, in web processes too.
from config.celery import app as celery_app

__all__ = ["celery_app"]
