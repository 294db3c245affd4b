"""An officer looks after each commitment of a signature: on the dashboard, with updates and with edits."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declaration.outbox.models import Email
from signatories import editing, reporting
from signatories.models import CommitmentEdit, Progress
from tests.factories import CommitmentFactory, ProgressFactory, SignatureFactory
from tests.html import assert_good_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


@pytest.fixture
def signature():
    signature = SignatureFactory(published=True)
    CommitmentFactory(signature=signature, title="Warmer libraries")
    CommitmentFactory(signature=signature, title="Fewer potholes")
    return signature


@pytest.fixture
def officer(signature, signed_in):
    return signed_in(signature.started_by)


@pytest.fixture
def second(signature):
    return signature.commitments.get(title="Warmer libraries")


def page(officer, name, *arguments):
    return assert_good_page(officer.get(reverse(name, args=arguments)).content.decode())


def test_dashboard_leads_to_each_commitment(officer, signature, second):
    ProgressFactory(commitment=second, stage="delayed")
    shown = page(officer, "dashboard").select_one("section.service-card")
    assert [title.get_text() for title in shown.select("h3")] == [str(c) for c in signature.commitments.all()]
    assert [tag.get_text(strip=True) for tag in shown.select("ul ~ p .govuk-tag")] == [
        "Delayed",
        "No update yet",
    ]
    links = {link["href"]: link.get_text(" ", strip=True) for link in shown.select("h3 + p + ul a")}
    assert len(links) == len(set(links.values())) == 6
    for path in links:
        assert officer.get(path).status_code == 200


def test_report_on_the_commitment_that_was_chosen(officer, signature, second):
    place = f"{signature.reference}.2"
    assert "Warmer libraries" in page(officer, "report_progress", place).find("main").get_text()
    answers = {"stage": "done", "happened": "All of them.", "learned": ""}
    sent = officer.post(reverse("report_progress", args=[place]), answers)
    assert sent.headers["Location"] == reverse("check_progress", args=[place])
    # What is written about one commitment waits for that one alone.
    assert officer.get(reverse("check_progress", args=[signature.reference])).status_code == 302
    assert "Warmer libraries" in page(officer, "check_progress", place).find("main").get_text()
    officer.post(reverse("check_progress", args=[place]))
    assert [entry.commitment for entry in Progress.objects.all()] == [second]
    assert [c.stage for c in signature.commitments.all()] == ["unreported", "done", "unreported"]


def test_take_down_what_was_said_of_the_second_and_tell_of_that(signature, second, moderator):
    entry = ProgressFactory(commitment=second)
    reporting.take_progress_down(progress=entry, by=moderator, reason="Not about this.")
    assert "Warmer libraries" in Email.objects.get(message="tell_officer_progress_taken_down").text


def test_edit_each_commitment_beside_the_others(officer, signature, second, moderator):
    places = [signature.reference, f"{signature.reference}.2"]
    for place in places:
        officer.post(reverse("edit_commitment", args=[place]))
        asked = reverse("edit_question", args=[place, "title"])
        assert_good_page(officer.get(asked).content.decode())
        assert officer.post(asked, {"title": f"New in {place}"}).status_code == 302
        shown = page(officer, "edit_commitment", place)
        assert f"New in {place}" in shown.get_text()
        assert {link["href"].split("/")[2] for link in shown.select(".govuk-summary-list a")} == {place}
        officer.post(shown.select_one("main form")["action"])
    assert [edit.status for edit in CommitmentEdit.objects.all()] == ["submitted"] * 2
    edit = second.edits.get()
    editing.accept_edit(edit=edit, by=moderator, seen=edit.submitted_at)
    assert [c.title for c in signature.commitments.all()][1:] == [f"New in {places[1]}", "Fewer potholes"]
    dropped = reverse("withdraw_edit", args=[places[0]])
    assert signature.commitment.title in page(officer, "withdraw_edit", places[0]).get_text()
    officer.post(dropped)
    assert signature.commitment.edits.get().status == "withdrawn"
    told = Email.objects.get(message="tell_officer_edit_received", text__contains=f"{places[1]}/edit/")
    assert told.to == signature.submitted_by.email


@pytest.mark.parametrize("ending", [".1", ".4", ".0", ".02", ".", ".x", ".2.2"])
@pytest.mark.parametrize("name", ["report_progress", "check_progress", "edit_commitment"])
def test_no_commitment_has_any_other_address(officer, signature, name, ending):
    assert officer.get(reverse(name, args=[signature.reference + ending])).status_code == 404


def test_colleague_elsewhere_reaches_no_commitment(signature, signed_in):
    stranger = signed_in(SignatureFactory(published=True).started_by)
    for ending in ("", ".2"):
        path = reverse("report_progress", args=[signature.reference + ending])
        assert stranger.get(path).status_code == 404


def test_queries_of_the_dashboard_do_not_grow_with_commitments(officer, signature, django_assert_num_queries):
    officer.get("/dashboard/")
    with CaptureQueriesContext(connection) as few:
        officer.get("/dashboard/")
    for _ in range(5):
        CommitmentFactory(signature=signature)
    with django_assert_num_queries(len(few)):
        soup = BeautifulSoup(officer.get("/dashboard/").content.decode(), "html5lib")
    assert len(soup.select("section.service-card h3")) == 8
