"""Pause sign-up, and publication until a date: nothing is lost, and everybody is told the truth."""

from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from django.db.models import ProtectedError
from django.urls import reverse

from declaration import switches
from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import releasing, signing
from signatories.links import approver_token
from signatories.models import Commitment, Organisation, Signature
from tests.factories import (
    OrganisationFactory,
    ReasonFactory,
    RepresentativeFactory,
    ServiceAreaFactory,
    SignatureFactory,
)
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

ELECTION = date(2026, 12, 10)


def words_of(response, status=200):
    assert response.status_code == status, response.status_code
    soup = assert_good_page(response.content.decode())
    return " ".join(soup.get_text(" ").split())


@pytest.fixture
def paused(db):
    switches.change(by=None, sign_up_paused=True)


@pytest.fixture
def quiet(db, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 11, tzinfo=UTC), tick=False)
    switches.change(by=None, quiet_until=ELECTION)


def test_start_page_explains_and_offers_no_start(client, version, paused):
    words = words_of(client.get("/sign/"))
    assert "Sign-up is paused" in words
    assert "Start now" not in words
    switches.change(by=None, sign_up_paused=False)
    assert "Start now" in words_of(client.get("/sign/"))


def test_answers_are_still_saved_while_paused(officer, draft, paused):
    page = reverse("question", args=[draft.reference, "title"])
    assert "You can go on writing" in words_of(officer.get(page))
    assert officer.post(page, {"title": "A better title"}).status_code == 302
    assert Commitment.objects.get(signature=draft).title == "A better title"


def test_draft_is_not_sent_while_paused_and_is_kept(officer, draft, paused):
    page = reverse("check_answers", args=[draft.reference])
    assert "Send for review" not in words_of(officer.get(page))
    assert "they were not sent" in words_of(officer.post(page))
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not Email.objects.exists()
    switches.change(by=None, sign_up_paused=False)
    assert officer.post(page).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "submitted"


def test_changes_that_staff_asked_for_are_still_sent_while_paused(paused):
    signature = SignatureFactory(changes_requested=True)
    signing.submit(signature=signature, by=signature.started_by)
    signature.refresh_from_db()
    assert signature.status == "submitted"


def test_nothing_new_begins_while_paused(signed_in, version, paused):
    person = RepresentativeFactory()
    browser = signed_in(person)
    organisation = OrganisationFactory()
    answer = browser.post(reverse("organisation_start", args=[organisation.slug]))
    assert "Sign-up is paused" in words_of(answer, 409)
    answer = browser.post(reverse("organisation_start", args=[person.organisation.slug]))
    assert "Sign-up is paused" in words_of(answer, 409)
    assert not Signature.objects.exists()


def test_proposal_typed_while_paused_stays_on_the_page(signed_in, paused):
    browser = signed_in(RepresentativeFactory())
    typed = {"name": "Libraries for Everyone", "kind": "charity", "nation": "England", "note": "We lend."}
    answer = browser.post(reverse("propose_organisation"), typed)
    assert "This was not saved" in words_of(answer)
    assert b"Libraries for Everyone" in answer.content
    assert not Organisation.objects.filter(name="Libraries for Everyone").exists()


def test_draft_begun_before_the_pause_is_found_again(signed_in, draft, paused):
    answer = signed_in(draft.started_by).post(reverse("organisation_start", args=[draft.organisation.slug]))
    assert answer["Location"] == reverse("sign_up", args=[draft.reference])


def test_signed_during_a_pause_waits_and_everybody_is_told(stranger, signed_in, version, quiet):
    signature = SignatureFactory(awaiting_approver=True)
    link = reverse("approve", args=[approver_token(signature)])
    assert "become public on 10 December 2026" in words_of(stranger.get(link))
    data = {
        "name": "Ada",
        "job_title": "Leader",
        "capacity": "leader",
        "version": version.number,
        "confirmed": "on",
    }
    assert stranger.post(link, data).status_code == 302
    signature.refresh_from_db()
    assert signature.status == "signed"
    assert "joins the public list on 10 December 2026" in words_of(stranger.get(link))
    for email in Email.objects.about(signature):
        assert "joins the public list on 10 December 2026" in email.text
        assert "is now on the public list" not in email.text + email.html
    dashboard = words_of(signed_in(signature.started_by).get(reverse("dashboard")))
    assert "joins the public list on 10 December 2026" in dashboard
    page = stranger.get(reverse("organisation", args=[signature.organisation.slug]))
    assert signature.commitment.title not in page.content.decode()


def test_published_by_itself_on_the_day_and_once(time_machine, quiet):
    signature = SignatureFactory(signed_for_later=True)
    signed_at = signature.signed_at
    time_machine.move_to(datetime(2026, 12, 9, 23, 59, tzinfo=UTC), tick=False)
    assert releasing.publish_what_waited() == 0
    time_machine.move_to(datetime(2026, 12, 10, 0, 1, tzinfo=UTC), tick=False)
    assert [releasing.publish_what_waited(), releasing.publish_what_waited()] == [1, 0]
    signature.refresh_from_db()
    assert (signature.status, signature.signed_at) == ("published", signed_at)
    [event] = AuditEvent.objects.about(signature)
    assert (event.verb, event.actor, event.actor_role) == ("publish", None, "system")
    assert {email.to for email in Email.objects.about(signature)} == {
        signature.approver_email,
        signature.started_by.email,
    }


def test_published_early_when_the_pause_is_taken_back(quiet):
    SignatureFactory(signed_for_later=True)
    switches.change(by=None, quiet_until=None)
    assert releasing.publish_what_waited() == 1


def test_one_that_cannot_be_published_keeps_nobody_else_waiting(monkeypatch, caplog):
    first, second = SignatureFactory(signed_for_later=True), SignatureFactory(signed_for_later=True)
    move = signing.move

    def refuse_the_first(signature, *args, **kwargs):
        if signature.pk == first.pk:
            raise RuntimeError("something is odd about this one")
        move(signature, *args, **kwargs)

    monkeypatch.setattr(releasing, "move", refuse_the_first)
    assert releasing.publish_what_waited() == 1
    assert first.reference in caplog.text
    assert Signature.objects.get(pk=second.pk).status == "published"


@pytest.mark.parametrize(("status", "was_public"), [("signed_for_later", False), ("published", True)])
def test_withdrawn_mail_says_whether_it_was_public(status, was_public):
    signature = SignatureFactory(**{status: True})
    signing.withdraw(signature=signature, by=signature.started_by)
    for email in Email.objects.about(signature):
        assert ("is no longer on the public list" in email.text) is was_public
        assert ("will not be published" in email.text) is not was_public


@pytest.mark.parametrize("page", ["/", "/signatories/", "/declaration/", "/sign/", "/nothing-here/"])
def test_banner_shows_on_every_page_at_once_and_goes_again(client, version, page):
    switches.change(by=None, banner="We are away on <Monday>.")
    soup = BeautifulSoup(client.get(page).content.decode(), "html5lib")
    banner = soup.find("section", {"aria-label": "Service message"})
    assert banner.get_text(strip=True) == "We are away on <Monday>."
    switches.change(by=None, banner="")
    assert b"Service message" not in client.get(page).content


def test_banner_changes_what_a_cache_compares(client, version):
    before = client.get("/declaration/")
    switches.change(by=None, banner="Closed on Friday.")
    again = client.get("/declaration/", headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 200


def test_reason_and_service_area_once_used_cannot_be_deleted():
    signature = SignatureFactory(rejected=True)
    decision = signature.decisions.create(outcome="rejected", decided_by=RepresentativeFactory().user)
    reason, area = ReasonFactory(), ServiceAreaFactory()
    decision.reasons.set([reason])
    signature.commitment.service_areas.set([area])
    for used in (reason, area):
        with pytest.raises(ProtectedError):
            used.delete()
    ReasonFactory().delete()
    ServiceAreaFactory().delete()
