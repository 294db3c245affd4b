"""The Celery application: its settings are in settings.py, what it does at which times is here."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("declaration", amqp="declaration.outbox.reconnecting:AMQP")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Times of retries live in the rows; the beat only looks often.
app.conf.beat_schedule = {
    "sweep the outbox": {
        "task": "outbox.sweep",
        "schedule": 5.0,
        "options": {"queue": "transactional", "expires": 60},
    },
    "look after mailings": {
        "task": "outbox.look_after_mailings",
        "schedule": 5.0,
        "options": {"queue": "transactional", "expires": 30},
    },
    "apply receipts": {
        "task": "outbox.apply_receipts",
        "schedule": 5.0,
        "options": {"queue": "transactional", "expires": 30},
    },
    "read what came back": {
        "task": "outbox.read_bounces",
        "schedule": 60.0,
        "options": {"queue": "transactional", "expires": 60},
    },
    "suppress lost addresses": {
        "task": "newsletter.suppress_lost",
        "schedule": 30.0,
        "options": {"queue": "transactional", "expires": 30},
    },
    "forget old emails": {
        "task": "outbox.forget_old",
        "schedule": 600.0,
        "options": {"queue": "transactional", "expires": 600},
    },
    "count mailings anew": {
        "task": "outbox.recount_mailings",
        "schedule": crontab(hour=3, minute=10),
        "options": {"queue": "transactional", "expires": 3600},
    },
    "start newsletters that are due": {
        "task": "newsletter.start_what_is_due",
        "schedule": 5.0,
        "options": {"queue": "newsletter", "expires": 30},
    },
    "send alerts, in the morning": {
        "task": "newsletter.send_alerts",
        "schedule": 600.0,
        "options": {"queue": "newsletter", "expires": 600},
    },
    "clear unconfirmed subscriptions away": {
        "task": "newsletter.clear_away",
        "schedule": 3600.0,
        "options": {"queue": "transactional", "expires": 3600},
    },
    "forget old sign-ins": {
        "task": "accounts.forget_old",
        "schedule": 3600.0,
        "options": {"queue": "transactional", "expires": 3600},
    },
    "renew what old secret keys sealed": {
        "task": "accounts.renew_secrets",
        "schedule": 3600.0,
        "options": {"queue": "transactional", "expires": 3600},
    },
    "publish what was signed during a pause": {
        "task": "signatories.tasks.publish_what_waited",
        "schedule": 60.0,
        "options": {"queue": "transactional", "expires": 60},
    },
    "tell moderators what waits": {
        "task": "signatories.tasks.send_digests",
        "schedule": 300.0,
        "options": {"queue": "transactional", "expires": 300},
    },
    "remind approvers, in office hours": {
        "task": "signatories.tasks.chase_approvers",
        "schedule": 1800.0,
        "options": {"queue": "transactional", "expires": 1800},
    },
    "ask how commitments go, in office hours": {
        "task": "signatories.tasks.ask_for_updates",
        "schedule": 1800.0,
        "options": {"queue": "transactional", "expires": 1800},
    },
    "ask who looks after signatures, in office hours": {
        "task": "signatories.tasks.ask_who_looks_after_it",
        "schedule": 1800.0,
        "options": {"queue": "transactional", "expires": 1800},
    },
    "forget who reported mistakes": {
        "task": "signatories.tasks.forget_who_reported_mistakes",
        "schedule": 3600.0,
        "options": {"queue": "transactional", "expires": 3600},
    },
    "erase what has been kept for its time": {
        "task": "personal_data.forget_what_is_over",
        # Does nothing until a day has passed; a clock that stood still at night makes up for it.
        "schedule": 3600.0,
        "options": {"queue": "transactional", "expires": 3600},
    },
}
