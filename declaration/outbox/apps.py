from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "declaration.outbox"
    label = "outbox"
