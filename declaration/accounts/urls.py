"""The addresses of signing in. Of allauth's own only those that we offer are here."""

from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as key
from django.urls import path

from declaration.accounts import account_views, oidc, second_factor_views, views

urlpatterns = [
    path("", account_views.account, name="account"),
    path("session/", account_views.session, name="account_session"),
    path("unsaved/forget/", account_views.discard_unsaved, name="account_discard_unsaved"),
    path("provider/", oidc.start, name="account_provider"),
    path("provider/<slug:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("login/", views.to_sign_in, name="account_login"),
    path("login/code/", views.ask_for_code, name="account_request_login_code"),
    path("login/code/confirm/", views.enter_code, name="account_confirm_login_code"),
    path("login/code/resend/", views.resend, name="account_resend_login_code"),
    path("login/code/different-address/", views.use_different_address, name="account_different_address"),
    path("logout/", views.sign_out, name="account_logout"),
    path("signed-out/", views.signed_out, name="account_signed_out"),
    path("closed/", views.closed, name="account_inactive"),
    path("second-factor/", second_factor_views.overview, name="mfa_index"),
    path("second-factor/enter/", factor.authenticate, name="mfa_authenticate"),
    path("second-factor/enter-again/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", second_factor_views.AddApp.as_view(), name="mfa_activate_totp"),
    path("second-factor/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/passkeys/add/", second_factor_views.AddKey.as_view(), name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/enter-again/",
        key.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/passkeys/", key.list_webauthn, name="mfa_list_webauthn"),
    path("second-factor/passkeys/<int:pk>/remove/", key.remove_webauthn, name="mfa_remove_webauthn"),
    path("second-factor/recovery-codes/", second_factor_views.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/recovery-codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]
