"""The officer's pages of an edit: the same questions as in the sign-up, a check, sending it."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from declaration.models import Principle
from signatories import editing
from signatories.models import Commitment, CommitmentEdit
from tests.factories import (
    DeclarationVersionFactory,
    RepresentativeFactory,
    SignatureFactory,
)
from tests.html import assert_good_page, assert_valid_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]

QUESTIONS = ["title", "mission", "impact", "partners", "principles"]
QUESTIONS += ["service-areas", "target-date", "open-to-others"]


@pytest.fixture
def signature():
    return SignatureFactory(published=True, commitment__title="Fewer missed bins")


@pytest.fixture
def officer(signature, signed_in):
    return signed_in(signature.started_by)


def page(signature, slug=""):
    return f"/dashboard/{signature.reference}/edit/{slug}{'/' if slug else ''}"


def begun(officer, signature, **answers):
    officer.post(page(signature))
    for slug, typed in answers.items():
        assert officer.post(page(signature, slug), {slug: typed}).status_code == 302
    return CommitmentEdit.objects.get()


def text(response):
    soup = assert_good_page(response.content.decode())
    return " ".join(soup.get_text(" ").split())


def test_go_from_the_dashboard_to_the_queue(officer, signature):
    assert page(signature) in officer.get("/dashboard/").content.decode()
    assert "Start" in text(officer.get(page(signature)))
    assert not CommitmentEdit.objects.exists()
    edit = begun(officer, signature, title="Fewer missed green bins")
    for slug in QUESTIONS:
        text(officer.get(page(signature, slug)))
    soup = assert_good_page(officer.get(page(signature)).content.decode())
    changed = soup.select_one(".service-changes")
    for hidden in changed.select(".govuk-visually-hidden"):
        hidden.decompose()
    assert [mark.get_text().strip() for mark in changed.select("ins")] == ["green"]
    assert changed.select("del") == []
    assert "Go on with the changes" in text(officer.get("/dashboard/"))
    sent = officer.post(page(signature, "send"))
    assert sent.headers["Location"] == "/dashboard/?edit-sent"
    assert "We have your changes." in text(officer.get("/dashboard/?edit-sent"))
    edit.refresh_from_db()
    assert (edit.status, edit.submitted_by) == ("submitted", signature.started_by)
    assert "Waiting for review" in text(officer.get(page(signature)))
    # Nothing can be changed while staff read it.
    late = officer.post(page(signature, "title"), {"title": "Typed while staff read"})
    assert late.status_code == 409 and "Typed while staff read" in text(late)
    for answer in (officer.get(page(signature, "title")),):
        assert answer.headers["Location"] == page(signature)
    assert officer.post(page(signature, "send")).headers["Location"] == page(signature)


def test_explain_what_keeps_an_edit_from_being_sent(officer, signature):
    begun(officer, signature)
    assert "You have not changed anything yet" in text(officer.post(page(signature, "send")))
    CommitmentEdit.objects.update(title="")
    assert "Answer this question: Your commitment" in text(officer.post(page(signature, "send")))


def test_change_what_staff_asked_for_and_send_it_again(officer, signature, staff, moderator):
    edit = begun(officer, signature, title="Fewer bins")
    officer.post(page(signature, "send"))
    edit.refresh_from_db()
    editing.request_changes_to_edit(
        edit=edit, by=moderator, seen=edit.submitted_at, reasons=[], note="Which bins?"
    )
    assert "Which bins?" in text(officer.get(page(signature)))
    assert "Changes requested" in text(officer.get("/dashboard/"))
    begun(officer, signature, title="Fewer green bins")
    officer.post(page(signature, "send"))
    record = staff.get(reverse("admin:signatories_commitmentedit_change", args=[edit.pk])).content.decode()
    assert_valid_html(record)
    since = BeautifulSoup(record, "html5lib").find("section", {"aria-labelledby": "since"})
    assert "[added: green ]" in " ".join(since.get_text().split())


def test_drop_an_edit(officer, signature):
    edit = begun(officer, signature, title="Fewer bins")
    assert "Do you want to drop your changes?" in text(officer.get(page(signature, "drop")))
    assert officer.post(page(signature, "drop")).headers["Location"] == "/dashboard/?edit-withdrawn"
    edit.refresh_from_db()
    assert edit.status == "withdrawn"
    assert officer.get(page(signature, "drop")).headers["Location"] == page(signature)
    assert "Start" in text(officer.get(page(signature)))


def test_ask_for_principles_of_the_wording_that_was_signed(officer, signature):
    DeclarationVersionFactory(published=True, principles=["Something new"])
    begun(officer, signature)
    shown = text(officer.get(page(signature, "principles")))
    assert "Users first" in shown and "Something new" not in shown
    new = Principle.objects.get(title="Something new")
    refused = officer.post(page(signature, "principles"), {"principles": [new.pk]})
    assert refused.status_code == 200
    assert_good_page(refused.content.decode())


def test_keep_a_date_that_has_passed_but_take_no_other(officer, signature):
    Commitment.objects.update(target_date=date(2025, 3, 31))
    begun(officer, signature)
    soup = BeautifulSoup(officer.get(page(signature, "target-date")).content.decode(), "html5lib")
    names = [tag["name"] for tag in soup.select(".govuk-date-input input")]
    keep = dict(zip(names, ["31", "3", "2025"], strict=True))
    assert officer.post(page(signature, "target-date"), keep).status_code == 302
    other = dict(zip(names, ["30", "3", "2025"], strict=True))
    assert "The date must be in the future" in text(officer.post(page(signature, "target-date"), other))


def test_colleague_shares_the_edit_and_stranger_does_not(officer, signature, signed_in):
    begun(officer, signature, title="Fewer bins")
    colleague = RepresentativeFactory(organisation=signature.organisation)
    assert "Fewer bins" in text(signed_in(colleague).get(page(signature)))
    stranger = signed_in(RepresentativeFactory())
    for slug in ("", "title", "send", "drop"):
        assert stranger.get(page(signature, slug)).status_code == 404
        assert stranger.post(page(signature, slug)).status_code == 404
    assert officer.get(page(signature, "approver")).status_code == 404


def test_words_typed_while_signed_out_are_kept(signature, officer, signed_in):
    begun(officer, signature)
    browser = Client()
    browser.post(page(signature, "title"), {"title": "Typed before"})
    browser.force_login(signature.started_by.user)
    assert "Typed before" in browser.get(page(signature, "title")).content.decode()


def test_words_typed_while_a_colleague_ended_the_edit_are_shown(officer, signature):
    begun(officer, signature)
    officer.post(page(signature, "drop"))
    late = officer.post(page(signature, "mission"), {"mission": "An hour of work"})
    assert late.status_code == 409 and "An hour of work" in text(late)


def test_hostile_words_stay_words(officer, signature):
    hostile = '<script>alert("x")</script>{{ 7*7 }}'
    begun(officer, signature, title=hostile)
    html = officer.get(page(signature)).content.decode()
    soup = assert_good_page(html)
    assert hostile in soup.get_text()
    assert not [script for script in soup.select("script") if "alert" in script.get_text()]
