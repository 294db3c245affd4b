"""Addresses at which other machines tell us of our emails."""

from django.urls import path

from declaration.outbox import callbacks

urlpatterns = [
    path("receipts/", callbacks.take_notify_receipt, name="mail_receipts"),
    path("bounces/", callbacks.take_bounce, name="mail_bounces"),
]
