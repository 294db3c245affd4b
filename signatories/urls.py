"""Addresses of the sign-up, the dashboard, the approver's pages and the public register."""

from django.urls import path

from signatories.views import (
    approval,
    badges,
    certificates,
    commitments,
    coverage,
    dashboard,
    editing,
    home,
    mistakes,
    organisation_choice,
    organisations,
    progress,
    questions,
    register,
    sitemap,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("signatories/", register.signatory_list, name="signatories"),
    path("signatories/<slug:slug>/", organisations.organisation, name="organisation"),
    path("signatories/<slug:slug>/badge/", badges.badge, name="badge"),
    path("signatories/<slug:slug>/badge.svg", badges.badge_image, name="badge_image"),
    path("certificates/<str:reference>.pdf", certificates.certificate_file, name="certificate_file"),
    path("certificates/<str:reference>/", certificates.certificate, name="certificate"),
    path("commitments/", commitments.commitments, name="commitments"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("signatories/<slug:slug>/mistake/", mistakes.report_mistake, name="report_mistake"),
    path("signatories/<slug:slug>/mistake/sent/", mistakes.mistake_reported, name="mistake_reported"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("sign/", register.sign_start, name="sign_start"),
    path("sign/suppliers/", register.suppliers, name="suppliers"),
    path("sign/organisation/", organisation_choice.choose_organisation, name="choose_organisation"),
    path("sign/organisation/search/", organisation_choice.search_organisations, name="search_organisations"),
    path(
        "sign/organisation/suggest/", organisation_choice.suggest_organisations, name="suggest_organisations"
    ),
    path(
        "sign/organisation/not-listed/", organisation_choice.propose_organisation, name="propose_organisation"
    ),
    path("sign/organisation/<slug:slug>/", organisation_choice.organisation_start, name="organisation_start"),
    path("sign/<str:reference>/", questions.sign_up, name="sign_up"),
    path("sign/<str:reference>/check/", questions.check_answers, name="check_answers"),
    path("sign/<str:reference>/submitted/", questions.submitted, name="submitted"),
    path("sign/<str:reference>/<slug:slug>/", questions.question, name="question"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<str:reference>/withdraw/", dashboard.withdraw, name="withdraw"),
    path("dashboard/<str:reference>/resend/", dashboard.resend_to_approver, name="resend_to_approver"),
    path("dashboard/<str:reference>/approver/", dashboard.correct_approver, name="correct_approver"),
    path("dashboard/<str:reference>/start-again/", dashboard.start_again, name="start_again"),
    path("dashboard/<str:reference>/sign/", dashboard.sign_as_officer, name="sign_as_officer"),
    path("dashboard/<str:reference>/progress/", progress.report_progress, name="report_progress"),
    path("dashboard/<str:reference>/progress/check/", progress.check_progress, name="check_progress"),
    path("dashboard/<str:reference>/edit/", editing.edit_commitment, name="edit_commitment"),
    path("dashboard/<str:reference>/edit/send/", editing.submit_edit, name="submit_edit"),
    path("dashboard/<str:reference>/edit/drop/", editing.withdraw_edit, name="withdraw_edit"),
    path("dashboard/<str:reference>/edit/<slug:slug>/", editing.edit_question, name="edit_question"),
    path("approve/<str:token>/", approval.approve, name="approve"),
    path("approve/<str:token>/decline/", approval.decline, name="decline"),
    path("approve/<str:token>/new-link/", approval.renew_link, name="renew_link"),
]
