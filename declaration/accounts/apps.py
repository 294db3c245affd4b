from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    default = True
    name = "declaration.accounts"
    label = "accounts"


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our door; see `declaration.accounts.admin_site`."""

    default = False
    default_site = "declaration.accounts.admin_site.StaffSite"
