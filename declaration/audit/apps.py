from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "declaration.audit"
    label = "audit"
