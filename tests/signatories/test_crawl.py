"""Everybody reads everything they can reach, and the database is as it was: no GET and no HEAD writes."""

import re
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from signatories.links import approver_token
from signatories.models import Status
from tests.accounts.people import sign_in_as_staff
from tests.factories import (
    DeclarationVersionFactory,
    OrganisationFactory,
    ReasonFactory,
    RepresentativeFactory,
    ServiceAreaFactory,
    SignatureFactory,
    UserFactory,
    signature_that_is,
)

pytestmark = pytest.mark.django_db

# Sessions note when somebody was last seen; the rest of the database must stay as it was.
MAY_CHANGE = {"sessions.Session"}
PEOPLE = ["stranger", "officer", "approver", "viewer", "moderator", "editor", "administrator"]
LIMIT = 250
LINKS = SoupStrainer("a", href=True)


def whole_database():
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.label not in MAY_CHANGE
    }


@pytest.fixture
def service(version):
    """One signature of each status, all for the same officer, and a few other things."""
    officer = UserFactory(email="everywhere@example.gov.uk")
    signatures = {}
    for status in Status.values:
        organisation = OrganisationFactory()
        mine = RepresentativeFactory(organisation=organisation, user=officer, email=officer.email)
        signatures[status] = signature_that_is(status, organisation=organisation, started_by=mine)
    DeclarationVersionFactory()
    ReasonFactory()
    ServiceAreaFactory()
    SignatureFactory(submitted=True, organisation__proposed=True)
    return officer, signatures


def starting_points(signatures):
    addresses = [
        "/",
        "/signatories/",
        "/dashboard/",
        "/sign/organisation/",
        "/admin/",
        "/account/login/code/",
    ]
    addresses += [
        "/sign/organisation/search/?q=testshire",
        "/sign/organisation/suggest/?q=test",
        "/health/ready",
    ]
    for signature in signatures.values():
        reference = [signature.reference]
        names = ["sign_up", "check_answers", "submitted", "withdraw", "correct_approver", "sign_as_officer"]
        addresses += [reverse(name, args=reference) for name in names]
        addresses += [reverse(name, args=reference) for name in ("resend_to_approver", "start_again")]
    return addresses


def browser_of(person, officer):
    browser = Client()
    if person == "officer":
        browser.force_login(officer)
    elif person in {"viewer", "moderator", "editor", "administrator"}:
        sign_in_as_staff(browser, UserFactory(role=person))
    return browser


def crawl(browser, addresses):
    """Read every address and every link from there with GET and HEAD; return the status of each."""
    waiting, seen = list(addresses), {}
    while waiting and len(seen) < LIMIT:
        address = waiting.pop(0).partition("#")[0]
        # One of each kind of list is enough: sorting and filtering multiply.
        kind = re.sub(r"\d+", "0", address.partition("?")[0]) + "?" * ("?" in address)
        if kind in seen or not address.startswith("/") or address.startswith("/assets/"):
            continue
        response = browser.get(address)
        head = browser.head(address)
        seen[kind] = response.status_code
        assert response.status_code < 500, address
        assert head.status_code == response.status_code, address
        assert not head.getvalue(), address
        if response.headers.get("Location"):
            waiting.append(urljoin(address, response.headers["Location"]))
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # Other tests ask whether the page is valid; here its links are wanted, quickly.
            soup = BeautifulSoup(response.content.decode(), "html.parser", parse_only=LINKS)
            links = [tag["href"] for tag in soup.find_all("a")]
            waiting += [urljoin(address, link) for link in links if not link.startswith(("http", "mailto:"))]
    return seen


@pytest.mark.parametrize("person", PEOPLE)
def test_crawl_by_anybody_changes_nothing(person, service):
    officer, signatures = service
    browser = browser_of(person, officer)
    addresses = starting_points(signatures)
    token = approver_token(signatures["awaiting_approver"])
    if person == "approver":
        addresses += [f"/approve/{token}/", f"/approve/{token}/decline/", f"/approve/{token}/new-link/"]
    cache.clear()
    before = whole_database()
    seen = crawl(browser, addresses)
    assert whole_database() == before
    assert len(seen) < LIMIT
    reached = {address for address, status in seen.items() if status == 200}
    must_reach = {
        "stranger": "/declaration/",
        "officer": reverse("question", args=[signatures["draft"].reference, "mission"]),
        "approver": f"/approve/{token}/decline/",
        "viewer": "/admin/signatories/signature/0/change/",
        "moderator": "/admin/signatories/signature/0/decide/accept/",
        "editor": "/admin/signatories/organisation/0/change/",
        "administrator": "/admin/accounts/user/0/change/",
    }[person]
    assert re.sub(r"\d+", "0", must_reach) in reached
