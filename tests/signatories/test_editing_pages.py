"""The officer's pages of an edit, and the moderator's: the same questions, a check, a decision."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.models import Principle
from signatories import editing
from signatories.models import Commitment, CommitmentEdit
from tests.factories import (
    DeclarationVersionFactory,
    ReasonFactory,
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
    for answer in (
        officer.get(page(signature, "title")),
        officer.post(page(signature, "title"), {"title": "x"}),
    ):
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


# The moderator's side.


def waiting(signature, **words):
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    for name, value in (words or {"title": "Fewer missed green bins"}).items():
        setattr(edit, name, value)
    edit.save()
    editing.submit_edit(edit=edit, by=signature.started_by)
    return CommitmentEdit.objects.get(pk=edit.pk)


def decide(edit, decision):
    return reverse("admin:signatories_commitmentedit_decide", args=[edit.pk, decision])


def form_on(browser, address, **answers):
    html = browser.get(address).content.decode()
    assert_valid_html(html)
    hidden = BeautifulSoup(html, "html5lib").select("#content form input[type=hidden]")
    return {**{tag["name"]: tag.get("value", "") for tag in hidden}, **answers}


def test_queue_of_edits_shows_what_waits(staff, signature):
    edit = waiting(signature)
    dropped = waiting(SignatureFactory(published=True))
    editing.withdraw_edit(edit=dropped, by=dropped.started_by)
    changelist = reverse("admin:signatories_commitmentedit_changelist")
    for query, names in (("", [edit]), ("?status=withdrawn", [dropped]), ("?status=all", [edit, dropped])):
        html = staff.get(changelist + query).content.decode()
        assert_valid_html(html)
        rows = BeautifulSoup(html, "html5lib").select("#result_list tbody tr")
        assert {row.find("th").get_text() for row in rows} == {str(e.signature.organisation) for e in names}


def test_decide_in_the_admin(staff, signature, moderator):
    edit = waiting(signature)
    record = staff.get(reverse("admin:signatories_commitmentedit_change", args=[edit.pk])).content.decode()
    assert_valid_html(record)
    for decision in ("accept", "request-changes", "reject"):
        assert decide(edit, decision) in record
    answer = staff.post(decide(edit, "accept"), form_on(staff, decide(edit, "accept"), note="Fine."))
    assert answer.headers["Location"] == reverse("admin:signatories_commitmentedit_changelist")
    assert Commitment.objects.get(signature=signature).title == "Fewer missed green bins"
    assert edit.decisions.get().decided_by == moderator
    after = staff.get(reverse("admin:signatories_commitmentedit_change", args=[edit.pk])).content.decode()
    assert_valid_html(after)
    assert "What it changed of the public text" in after and decide(edit, "accept") not in after


@pytest.mark.parametrize("decision", ["request-changes", "reject"])
def test_refuse_a_decision_that_tells_nobody_why(decision, staff, signature):
    edit = waiting(signature)
    address = decide(edit, decision)
    refused = staff.post(address, form_on(staff, address)).content.decode()
    assert_valid_html(refused)
    assert "errornote" in refused
    assert staff.post(address, form_on(staff, address, reasons=[ReasonFactory().pk])).status_code == 302


def test_notice_what_happened_meanwhile(staff, signature):
    edit = waiting(signature)
    form = form_on(staff, decide(edit, "accept"))
    CommitmentEdit.objects.update(submitted_at=timezone.now() + timedelta(seconds=5))
    said = staff.post(decide(edit, "accept"), form).content.decode()
    assert "The officer has sent a new version" in said
    editing.withdraw_edit(edit=edit, by=signature.started_by)
    said = staff.post(decide(edit, "accept"), form).content.decode()
    assert "The status is «Withdrawn» now" in said
    assert_valid_html(said)
    assert Commitment.objects.get(signature=signature).title == "Fewer missed bins"


def test_hostile_words_stay_words(staff, officer, signature):
    hostile = '<script>alert("x")</script>{{ 7*7 }}'
    edit = waiting(signature, title=hostile, mission=hostile)
    pages = [officer.get(page(signature)).content.decode()]
    pages.append(
        staff.get(reverse("admin:signatories_commitmentedit_change", args=[edit.pk])).content.decode()
    )
    pages.append(staff.get(decide(edit, "accept")).content.decode())
    for html in pages:
        assert_valid_html(html)
        soup = BeautifulSoup(html, "html5lib")
        assert hostile in soup.get_text()
        assert not [script for script in soup.select("script") if "alert" in script.get_text()]
