"""Every address of the service."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

handler400 = "config.problems.bad_request"
handler500 = "config.problems.server_error"

urlpatterns = [
    path("", include("declaration.urls")),
    path("", include("signatories.urls")),
    path("api/v1/", include("signatories.api.urls")),
    path("newsletter/", include("declaration.newsletter.urls")),
    path("mail/", include("declaration.outbox.callback_urls")),
    path("account/", include("declaration.accounts.urls")),
    path("admin/", admin.site.urls),
]
if settings.SHOW_MAILBOX:
    urlpatterns.append(path("mailbox/", include("declaration.outbox.urls")))
