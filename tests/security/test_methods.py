"""Methods that no page has, tried by people who are let in."""

import pytest
from django.test import Client

from tests.accounts.people import sign_in_as_staff
from tests.factories import SignatureFactory, UserFactory, current_version

pytestmark = pytest.mark.django_db

METHODS = ["TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND"]


@pytest.mark.parametrize("method", METHODS)
def test_officer_is_refused(method):
    current_version()
    signature = SignatureFactory(awaiting_approver=True)
    browser = Client()
    browser.force_login(signature.started_by.user)
    folders = (f"/sign/{signature.reference}/", f"/dashboard/{signature.reference}/")
    pages = [f"{folders[0]}{slug}" for slug in ("", "check/", "submitted/", "title/")]
    pages += [f"{folders[1]}{slug}/" for slug in ("withdraw", "resend", "approver", "start-again", "sign")]
    pages += [
        "/dashboard/",
        "/sign/organisation/",
        "/sign/organisation/search/",
        "/sign/organisation/suggest/",
    ]
    answers = {page: browser.generic(method, page, "x").status_code for page in pages}
    assert set(answers.values()) == {405}, answers
    signature.refresh_from_db()
    assert signature.status == "awaiting_approver"


@pytest.mark.parametrize("method", METHODS)
def test_staff_are_refused(method):
    signature = SignatureFactory(submitted=True)
    browser = sign_in_as_staff(Client(), UserFactory(role="administrator"))
    record = f"/admin/signatories/signature/{signature.pk}/"
    pages = ["/admin/", "/admin/signatories/signature/", f"{record}change/", f"{record}decide/accept/"]
    pages += [f"/admin/signatories/organisation/{signature.organisation_id}/change/"]
    answers = {page: browser.generic(method, page, "x").status_code for page in pages}
    assert set(answers.values()) == {405}, answers
