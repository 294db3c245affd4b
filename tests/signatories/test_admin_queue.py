"""What staff see: the queue, oldest first with its age in words, and the record with what changed."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from signatories import moderation, signing
from signatories.desk.risks import risks_of
from signatories.models import Status
from tests.accounts.people import sign_in_as_staff
from tests.factories import (
    OrganisationFactory,
    ReasonFactory,
    RepresentativeFactory,
    SignatureFactory,
    signature_that_is,
)
from tests.html import assert_valid_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]

QUEUE = "/admin/signatories/signature/"
MONDAY = datetime(2026, 11, 23, 11, tzinfo=UTC)


def soup_of(browser, address):
    response = browser.get(address)
    assert response.status_code == 200
    assert_valid_html(response.content.decode())
    return BeautifulSoup(response.content.decode(), "html5lib")


def column(soup, name):
    return [cell.get_text(" ", strip=True) for cell in soup.select(f"#result_list tbody .field-{name}")]


def record(browser, signature):
    return soup_of(browser, reverse("admin:signatories_signature_change", args=[signature.pk]))


@pytest.fixture
def on_monday(time_machine, moderator):
    """A browser of a moderator who is at work on Monday 23 November 2026 at eleven."""
    time_machine.move_to(MONDAY, tick=False)
    return sign_in_as_staff(Client(), moderator)


def test_queue_shows_what_waits_oldest_first_with_its_age_in_words(on_monday, settings):
    assert settings.REVIEW_PROMISE_WORKING_DAYS == 3
    ages = {
        20: "1 working day, on time",
        17: "4 working days, overdue",
        23: "0 working days, on time",
        19: "2 working days, due soon",
        21: "1 working day, on time",
        18: "3 working days, due soon",
    }
    references = {
        day: SignatureFactory(submitted=True, submitted_at=MONDAY.replace(day=day, hour=8)).reference
        for day in ages
    }
    for status in Status.values:
        if status != "submitted":
            signature_that_is(status)
    soup = soup_of(on_monday, QUEUE)
    assert column(soup, "reference") == [references[day] for day in sorted(ages)]
    assert column(soup, "age") == [ages[day] for day in sorted(ages)]


@pytest.mark.parametrize("status", Status.values)
def test_queue_shows_another_status_when_it_is_asked_for(status, staff):
    made = {one: signature_that_is(one).reference for one in Status.values}
    asked = "" if status == "submitted" else f"?status={status}"
    assert column(soup_of(staff, f"{QUEUE}{asked}"), "reference") == [made[status]]
    assert sorted(column(soup_of(staff, f"{QUEUE}?status=all"), "reference")) == sorted(made.values())


def test_queue_is_searched_by_reference_name_and_officer(staff):
    # A number in the name would be found in the other's reference now and then.
    signature = SignatureFactory(submitted=True, organisation__name="Wold Council")
    SignatureFactory(submitted=True)
    for text in (
        signature.reference,
        signature.organisation.name,
        signature.submitted_by.email,
        signature.submitted_by.full_name,
    ):
        assert column(soup_of(staff, f"{QUEUE}?q={text}"), "reference") == [signature.reference]


def test_queue_asks_no_more_of_the_database_when_it_is_longer(staff, django_assert_max_num_queries):
    for more in (3, 25):
        for _ in range(more):
            SignatureFactory(submitted=True)
        with django_assert_max_num_queries(14):
            staff.get(QUEUE)


def test_record_shows_what_changed_word_by_word(staff, moderator):
    signature = SignatureFactory(commitment__mission="We fix every bin by March.")
    signing.submit(signature=signature, by=signature.started_by)
    signature.refresh_from_db()
    assert not record(staff, signature).find(id="changes")
    moderation.request_changes(
        signature=signature, by=moderator, seen=signature.submitted_at, reasons=[ReasonFactory()]
    )
    commitment = signature.commitments.get()
    commitment.mission = "We fix most bins by March."
    commitment.save()
    signing.submit(signature=signature, by=signature.started_by)
    section = record(staff, signature).find("section", {"aria-labelledby": "changes"})
    assert [term.get_text() for term in section.select("dt")] == ["Mission"]
    for hidden in section.select(".visually-hidden"):
        hidden.decompose()
    assert [mark.get_text().strip() for mark in section.select("del")] == ["every bin"]
    assert [mark.get_text().strip() for mark in section.select("ins")] == ["most bins"]


def test_record_tells_the_whole_history_with_people_and_mails(staff, moderator, version):
    signature = SignatureFactory()
    signing.submit(signature=signature, by=signature.started_by)
    signature.refresh_from_db()
    moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at, note="Sound.")
    signing.sign(
        signature=signature, name="Ada", job_title="Chief", capacity="leader", version=version.number
    )
    text = " ".join(record(staff, signature).find(class_="timeline").get_text(" ").split())
    for part in (
        f"submit by {signature.started_by.full_name} (officer): Draft → Waiting for review",
        "accept by Mo Derator (moderator): Waiting for review → Waiting for the approver Sound.",
        "sign by approver: Waiting for the approver → Published",
        f"to {signature.approver_email}: Waiting to be sent",
    ):
        assert part in text
    assert version.wording_hash in record(staff, signature).get_text()


RISKS = {
    "organisation_not_confirmed": {"organisation__proposed": True},
    "approver_is_officer": {"own_approver": True},
    "approver_domain_unknown": {"approver_email": "chief@elsewhere.example"},
    "text_has_links": {"commitment__mission": "See www.example.com for more."},
    "text_has_personal_data": {"commitment__impact": "Ask kim@example.gov.uk or 0113 496 0000."},
    "organisation_ends_soon": {"organisation__end_date": MONDAY.date().replace(year=2027, month=3)},
}


@pytest.mark.parametrize("where", ["email", "team_mailbox"])
def test_warn_of_an_approver_who_reads_the_mail_of_the_officer(where, staff):
    officer = RepresentativeFactory(team_mailbox="digital@team.example.gov.uk")
    name, at, domain = getattr(officer, where).partition("@")
    signature = SignatureFactory(
        submitted=True,
        organisation=officer.organisation,
        started_by=officer,
        approver_email=f"{name}+1{at}{domain}",
    )
    assert "approver_mail_reaches_officer" in risks_of(signature)
    assert "a mailbox that the officer reads" in record(staff, signature).get_text()


@pytest.mark.parametrize("risk", RISKS)
def test_warn_of_one_thing_to_look_at_twice(risk, staff, time_machine):
    time_machine.move_to(MONDAY)
    plain, risky = SignatureFactory(submitted=True), SignatureFactory(submitted=True, **RISKS[risk])
    assert risks_of(plain) == []
    assert risks_of(risky) == [risk]


@pytest.mark.parametrize(
    ("email", "risk"),
    [("kim@gmail.com", "officer_uses_webmail"), ("kim@else.org.uk", "officer_domain_unknown")],
)
def test_warn_of_an_officer_whose_address_shows_nothing(email, risk, staff):
    organisation = OrganisationFactory()
    officer = RepresentativeFactory(organisation=organisation, email=email, is_verified=False)
    signature = SignatureFactory(submitted=True, organisation=organisation, started_by=officer)
    assert risks_of(signature) == [risk]
    assert record(staff, signature).select(".record-risks li")


def test_warn_that_it_is_not_the_first(staff):
    first = SignatureFactory(rejected=True)
    second = SignatureFactory(submitted=True, organisation=first.organisation)
    assert risks_of(second) == ["not_the_first"]
