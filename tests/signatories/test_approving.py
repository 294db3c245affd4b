"""What an approver does with the page: sign, decline, and what may happen between reading and pressing."""

import pytest
from bs4 import BeautifulSoup

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import signing
from tests.factories import DeclarationVersionFactory, SignatureFactory, current_version
from tests.signatories.approving import answers, everything, heading, link

pytestmark = pytest.mark.django_db


def test_sign_publishes_and_the_link_goes_on_to_say_so(waiting, stranger):
    answer = stranger.post(link(waiting), answers(waiting))
    assert (answer.status_code, answer.headers["Location"]) == (302, link(waiting))
    page = stranger.get(link(waiting))
    assert "has signed" in BeautifulSoup(page.content, "html5lib").get_text(" ", strip=True)
    waiting.refresh_from_db()
    assert waiting.status == "published"
    before = everything()
    assert stranger.post(link(waiting), answers(waiting)).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("left_out", ["name", "job_title", "capacity", "confirmed"])
def test_sign_without_an_answer_asks_for_it_and_signs_nothing(left_out, waiting, stranger):
    given = {name: value for name, value in answers(waiting, name="Half Typed").items() if name != left_out}
    before = everything()
    soup = BeautifulSoup(stranger.post(link(waiting), given).content, "html5lib")
    assert everything() == before
    [error] = soup.select(".govuk-error-message")
    field = soup.find("form").find(attrs={"name": left_out})
    assert error["id"] in " ".join(
        tag["aria-describedby"] for tag in [field, *field.parents] if tag.has_attr("aria-describedby")
    )
    assert soup.title.get_text().strip().startswith("Error: ")
    if left_out != "name":
        assert soup.find("input", {"name": "name"})["value"] == "Half Typed"


# What may happen between reading and pressing.


def test_sign_after_the_wording_changed_shows_the_new_one_first(waiting, stranger):
    read = current_version()
    newer = DeclarationVersionFactory(principles=["Something new"], published=True)
    page = stranger.post(link(waiting), answers(waiting, version=str(read.number)))
    soup = BeautifulSoup(page.content, "html5lib")
    waiting.refresh_from_db()
    assert waiting.status == "awaiting_approver"
    assert "Nothing is signed yet" in soup.get_text(" ", strip=True)
    assert "Something new, always." in soup.get_text(" ", strip=True)
    assert soup.find("input", {"name": "version"})["value"] == str(newer.number)
    assert soup.find("input", {"name": "name"})["value"] == "Ada Lovelace"
    assert soup.find("input", {"name": "capacity", "checked": True})["value"] == "chief-executive"
    assert stranger.post(link(waiting), answers(waiting)).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.version, waiting.wording_hash) == (newer, newer.wording_hash)


@pytest.mark.parametrize("number", ["0", "999", "-1", str(10**30)])
def test_sign_a_wording_that_was_never_published_signs_nothing(number, waiting, stranger):
    DeclarationVersionFactory(number=998)
    assert stranger.post(link(waiting), answers(waiting, version=number)).status_code == 200
    waiting.refresh_from_db()
    assert waiting.status == "awaiting_approver"


def test_sign_after_a_withdrawal_says_so(waiting, stranger):
    assert stranger.get(link(waiting)).status_code == 200
    signing.withdraw(signature=waiting, by=waiting.started_by)
    before = everything()
    page = stranger.post(link(waiting), answers(waiting))
    assert heading(page) == "There is nothing to sign"
    assert "withdrew on 23 November 2026" in page.content.decode()
    assert everything() == before


def test_decline_keeps_the_reason_and_tells_the_officer(waiting, stranger):
    answer = stranger.post(f"{link(waiting)}decline/", {"reason": "We want to wait a year."})
    assert answer.headers["Location"] == link(waiting)
    assert heading(stranger.get(link(waiting))) == "You declined to sign"
    waiting.refresh_from_db()
    assert (waiting.status, waiting.decline_reason) == ("declined", "We want to wait a year.")
    [email] = Email.objects.all()
    assert email.to == waiting.submitted_by.email
    assert "We want to wait a year." in email.text


def test_decline_without_a_reason_asks_for_it(waiting, stranger):
    soup = BeautifulSoup(stranger.post(f"{link(waiting)}decline/", {"reason": " "}).content, "html5lib")
    assert [e.get_text(" ", strip=True) for e in soup.select(".govuk-error-message")] == [
        "Error: Enter why you will not sign"
    ]
    waiting.refresh_from_db()
    assert waiting.status == "awaiting_approver"


def test_officer_who_is_the_approver_signs_from_the_dashboard(version, signed_in):
    signature = SignatureFactory(awaiting_approver=True, own_approver=True)
    page = f"/dashboard/{signature.reference}/sign/"
    browser = signed_in(signature.started_by)
    assert browser.get(page).status_code == 200
    assert browser.post(page, answers(signature)).status_code == 302
    event = AuditEvent.objects.about(signature).get(verb="sign")
    assert (event.actor, event.actor_role) == (signature.started_by.user, "approver")
    assert browser.get(page).status_code == 200


def test_officer_who_is_not_the_approver_cannot_sign(waiting, signed_in):
    answer = signed_in(waiting.started_by).post(f"/dashboard/{waiting.reference}/sign/", answers(waiting))
    assert answer.headers["Location"] == "/dashboard/"
    waiting.refresh_from_db()
    assert waiting.status == "awaiting_approver"
