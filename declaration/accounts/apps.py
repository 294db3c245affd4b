from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    default = True
    name = "declaration.accounts"
    label = "accounts"


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our door; see `declaration.accounts.admin_site`."""

    default = False
    default_site = "declaration.accounts.admin_site.StaffSite"

    def ready(self) -> None:
        """Take out what other packages put in: nobody here has a group, and factors are secret."""
        super().ready()
        for name in (
            "auth.Group",
            "account.EmailAddress",
            "mfa.Authenticator",
            "socialaccount.SocialAccount",
            "socialaccount.SocialApp",
            "socialaccount.SocialToken",
        ):
            admin.site.unregister(apps.get_model(name))
