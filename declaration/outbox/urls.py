from django.urls import path, re_path

from declaration.outbox import views

NAME = r"(?P<name>[0-9T]+-[0-9a-f]{32})"

urlpatterns = [
    path("", views.show_messages, name="mailbox"),
    re_path(rf"^{NAME}/$", views.show_message, name="mailbox_message"),
    re_path(rf"^{NAME}/html/$", views.show_html, name="mailbox_html"),
]
