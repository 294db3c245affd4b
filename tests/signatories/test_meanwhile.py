"""Two people and one answer: nobody overwrites the other without knowing it."""

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from signatories.models import Commitment, Signature
from tests.factories import RepresentativeFactory
from tests.html import assert_good_page
from tests.signatories.asking import errors_of, page_of

pytestmark = pytest.mark.django_db


def seen_on(browser, address):
    return BeautifulSoup(browser.get(address).content, "html5lib").find("input", {"name": "seen"})["value"]


def test_colleague_who_answered_meanwhile_is_noticed_once(officer, draft, signed_in):
    colleague = signed_in(RepresentativeFactory(organisation=draft.organisation))
    address = page_of(draft, "title")
    seen = seen_on(officer, address)
    assert (
        colleague.post(address, {"title": "Theirs", "seen": seen_on(colleague, address)}).status_code == 302
    )
    response = officer.post(address, {"title": "Mine", "seen": seen})
    assert "This answer was changed while you were writing" in errors_of(response)["title"]
    soup = BeautifulSoup(response.content, "html5lib")
    assert soup.find(id="id_title")["value"] == "Mine"
    assert "Theirs" in soup.get_text()
    assert draft.commitments.get().title == "Theirs"
    fresh = soup.find("input", {"name": "seen"})["value"]
    assert officer.post(address, {"title": "Mine", "seen": fresh}).status_code == 302
    assert draft.commitments.get().title == "Mine"


def test_colleague_who_answered_the_same_is_no_conflict(officer, draft):
    address = page_of(draft, "title")
    seen = seen_on(officer, address)
    Commitment.objects.filter(signature=draft).update(title="Same")
    assert officer.post(address, {"title": "Same", "seen": seen}).status_code == 302


def test_colleague_who_answered_another_question_is_no_conflict(officer, draft):
    seen = seen_on(officer, page_of(draft, "title"))
    Commitment.objects.filter(signature=draft).update(mission="Theirs")
    assert officer.post(page_of(draft, "title"), {"title": "Mine", "seen": seen}).status_code == 302


def test_answer_after_a_colleague_submitted_is_shown_and_not_lost(officer, draft, signed_in):
    colleague = RepresentativeFactory(organisation=draft.organisation)
    assert officer.get(page_of(draft, "mission")).status_code == 200
    assert signed_in(colleague).post(page_of(draft, "check")).status_code == 302
    before = draft.commitments.get().mission
    response = officer.post(page_of(draft, "mission"), {"mission": "An hour of work"})
    assert response.status_code == 409
    assert "An hour of work" in assert_good_page(response.content.decode()).find("dl").get_text()
    assert draft.commitments.get().mission == before


def test_submit_after_a_colleague_withdrew_says_so(officer, draft):
    Signature.objects.filter(pk=draft.pk).update(status="withdrawn", ended_at=timezone.now())
    response = officer.post(page_of(draft, "check"))
    soup = assert_good_page(response.content.decode())
    assert response.status_code == 409
    assert soup.h1.get_text() == "These answers can no longer be changed"
