"""Addresses of the Declaration and of the pages every public service has."""

from django.urls import path

from declaration import views

urlpatterns = [
    path("declaration/", views.current_declaration, name="declaration"),
    path("declaration/<int:number>/", views.declaration_version, name="declaration_version"),
    path("accessibility-statement/", views.accessibility_statement, name="accessibility_statement"),
    path("privacy/", views.privacy, name="privacy"),
    path("cookies/", views.cookies, name="cookies"),
    path("contact/", views.contact, name="contact"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("health/live", views.live, name="health_live"),
    path("health/ready", views.ready, name="health_ready"),
]
