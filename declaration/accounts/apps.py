from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "declaration.accounts"
    label = "accounts"
