from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "declaration.newsletter"
    label = "newsletter"
