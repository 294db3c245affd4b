"""Once a year people are asked who looks after what was signed; they answer on a page, with a button."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import adding, contact_checks, editing, handing_over, tasks
from signatories.contact_checks import check_contacts, last_due
from signatories.desk.risks import risks_of
from signatories.models import Representative, Signature, Status
from tests.accounts.people import sign_in_as_staff
from tests.factories import RepresentativeFactory, SignatureFactory, UserFactory, signature_that_is
from tests.html import assert_good_page
from tests.signatories.additions import addition_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]

LONDON = ZoneInfo("Europe/London")
SIGNED = datetime(2024, 3, 5, 15, tzinfo=LONDON)
# A Wednesday, in office hours, long after the second year.
NOW = datetime(2026, 4, 8, 11, tzinfo=LONDON)


@pytest.fixture
def signature(time_machine):
    time_machine.move_to(NOW, tick=False)
    return SignatureFactory(published=True, signed_at=SIGNED)


def words(response):
    assert response.status_code == 200
    return " ".join(assert_good_page(response.content.decode()).get_text(" ").split())


def asked(signature):
    return list(
        Email.objects.about(signature)
        .filter(message="ask_who_looks_after_it")
        .order_by("pk")
        .values_list("to", flat=True)
    )


def fresh(signature):
    return Signature.objects.get(pk=signature.pk)


def test_ask_a_month_after_each_year_on_working_days_and_only_once():
    signature = SignatureFactory(published=True, signed_at=SIGNED)
    acted, now = [], SIGNED.astimezone(UTC)
    while now < datetime(2027, 6, 1, tzinfo=UTC):
        if check_contacts(now=now):
            acted.append(now.astimezone(LONDON))
        now += timedelta(hours=6)
    # 5 April is a Saturday in 2025, a Sunday and Easter in 2026, and a Monday in 2027.
    assert [moment.date() for moment in acted] == [date(2025, 4, 7), date(2026, 4, 7), date(2027, 4, 5)]
    assert {9 <= moment.hour < 17 for moment in acted} == {True}
    assert asked(signature) == [signature.submitted_by.email] * 3
    assert {e.verb for e in AuditEvent.objects.about(signature)} == {"ask who looks after it"}


@pytest.mark.parametrize(
    ("signed", "today", "due"),
    [
        (date(2024, 3, 5), date(2025, 4, 4), None),
        (date(2024, 3, 5), date(2025, 4, 5), date(2025, 4, 5)),
        (date(2024, 3, 5), date(2031, 1, 1), date(2030, 4, 5)),
        (date(2023, 12, 31), date(2025, 1, 30), None),
        (date(2023, 12, 31), date(2025, 1, 31), date(2025, 1, 31)),
        (date(2024, 1, 31), date(2025, 2, 28), date(2025, 2, 28)),
    ],
)
def test_fall_due_a_month_after_the_year(signed, today, due):
    assert last_due(signed, today) == due


def test_ask_everybody_who_acts_for_the_organisation_and_the_team(signature):
    Representative.objects.filter(pk=signature.submitted_by_id).update(team_mailbox="Digital@team.gov.uk")
    colleague = RepresentativeFactory(organisation=signature.organisation)
    RepresentativeFactory(organisation=signature.organisation, user=None)
    RepresentativeFactory(organisation=signature.organisation, unverified=True)
    RepresentativeFactory()
    tasks.ask_who_looks_after_it()
    assert asked(signature) == [signature.submitted_by.email, "digital@team.gov.uk", colleague.email]
    [mine, _, theirs] = Email.objects.about(signature).order_by("pk")
    assert "As far as we know, you do." in mine.text and "As far as we know, you do." in mine.html
    assert f"As far as we know, {signature.submitted_by} (" in theirs.text
    tasks.ask_who_looks_after_it()
    assert len(asked(signature)) == 3


def test_ask_once_after_a_long_pause_and_nobody_who_has_just_said_so(signature):
    other = SignatureFactory(published=True, signed_at=SIGNED)
    Signature.objects.filter(pk=other.pk).update(contact_confirmed_at=NOW - timedelta(days=80))
    withdrawn = signature_that_is(Status.WITHDRAWN, signed_at=None)
    assert check_contacts(now=NOW) == 1
    assert (len(asked(signature)), asked(other), asked(withdrawn)) == (1, [], [])


def test_one_record_that_fails_keeps_nobody_else_waiting(signature, monkeypatch, caplog):
    second = SignatureFactory(published=True, signed_at=SIGNED + timedelta(days=1))
    send = contact_checks.emails.ask_who_looks_after_it

    def fail_for_the_first(one, **more):
        if one.pk == signature.pk:
            raise ValueError
        send(one, **more)

    monkeypatch.setattr(contact_checks.emails, "ask_who_looks_after_it", fail_for_the_first)
    assert check_contacts(now=NOW) == 1
    assert signature.reference in caplog.text
    assert (asked(signature), len(asked(second))) == ([], 1)
    assert fresh(signature).contact_asked_at is None


def test_officer_confirms_with_a_button(signature, signed_in):
    browser, at = signed_in(signature.submitted_by), f"/dashboard/{signature.reference}/contact/"
    assert at not in browser.get("/dashboard/").content.decode()
    check_contacts(now=NOW)
    assert at in Email.objects.about(signature).get().text
    assert at in browser.get("/dashboard/").content.decode()
    assert "Are you still the right person" in words(browser.get(at))
    assert fresh(signature).awaits_contact
    for _ in range(2):
        response = browser.post(at, {"officer": signature.submitted_by_id})
        assert response.headers["Location"] == "/dashboard/?confirmed"
    assert "Thank you." in words(browser.get("/dashboard/?confirmed"))
    assert not fresh(signature).awaits_contact
    verbs = AuditEvent.objects.about(signature).values_list("verb", flat=True)
    assert sorted(verbs) == ["ask who looks after it", "confirm contact"]
    assert at not in browser.get("/dashboard/").content.decode()
    assert len(Email.objects.about(signature)) == 1


def test_colleague_takes_over_from_a_champion_who_has_gone(signature, signed_in):
    colleague = RepresentativeFactory(organisation=signature.organisation)
    browser, at = signed_in(colleague), f"/dashboard/{signature.reference}/contact/"
    assert at in browser.get("/dashboard/").content.decode()
    assert f"{signature.submitted_by} looks after it now" in words(browser.get(at))
    browser.post(at, {"officer": signature.submitted_by_id})
    assert fresh(signature).officer == colleague
    [mail] = Email.objects.about(signature)
    assert (mail.message, mail.to) == ("tell_officer_taken_over", signature.submitted_by.email)
    check_contacts(now=NOW)
    assert asked(signature) == []


def test_look_again_when_somebody_else_took_over_meanwhile(signature, signed_in):
    first, second = (RepresentativeFactory(organisation=signature.organisation) for _ in range(2))
    at, seen = f"/dashboard/{signature.reference}/contact/", {"officer": signature.submitted_by_id}
    signed_in(first).post(at, seen)
    for typed in (seen, {}, {"officer": "9" * 5000}):
        said = words(signed_in(second).post(at, typed))
        assert "Somebody else took over while this page was open" in said
        assert f"{first} looks after it now" in said
    assert fresh(signature).officer == first


def test_refuse_whoever_does_not_show_that_they_work_there(signature, signed_in):
    lee = UserFactory(email="lee@elsewhere.org.uk")
    handover = handing_over.ask_to_take_over(
        signature=signature, by=signature.submitted_by, name="Lee", email=lee.email
    )
    lee_there = handing_over.take_over(handover=handover, user=lee)
    at = f"/dashboard/{signature.reference}/contact/"
    assert signed_in(lee).get(at).status_code == 200
    contact_checks.confirm_contact(signature=signature, by=signature.submitted_by, seen=str(lee_there.pk))
    # Lee no longer looks after it, so it is none of theirs.
    assert signed_in(lee).get(at).status_code == 404


def test_offer_it_to_nobody_who_would_be_refused(signature, signed_in):
    officer = signature.submitted_by
    kim = UserFactory(email=f"kim@{signature.organisation.slug}.gov.uk")
    handover = handing_over.ask_to_take_over(signature=signature, by=officer, name="Kim", email=kim.email)
    handing_over.take_over(handover=handover, user=kim)
    browser, at = signed_in(officer), f"/dashboard/{signature.reference}/contact/"
    assert at in browser.get("/dashboard/").content.decode()
    Representative.objects.filter(pk=officer.pk).update(is_verified=False)
    assert at not in browser.get("/dashboard/").content.decode()
    assert browser.get(at).status_code == 404


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.AWAITING_APPROVER, Status.WITHDRAWN])
def test_confirm_only_what_is_published(status, signed_in):
    signature = signature_that_is(status)
    browser, at = signed_in(signature.started_by), f"/dashboard/{signature.reference}/contact/"
    for response in (browser.get(at), browser.post(at)):
        assert response.headers["Location"] == "/dashboard/?too-late"


def test_tell_staff_when_nobody_answers(signature, moderator, time_machine):
    check_contacts(now=NOW)
    assert "contact_not_confirmed" not in risks_of(fresh(signature))
    time_machine.move_to(NOW + timedelta(days=61), tick=False)
    assert "contact_not_confirmed" in risks_of(fresh(signature))
    staff = sign_in_as_staff(Client(), moderator)
    page = staff.get(f"/admin/signatories/signature/{signature.pk}/change/").content.decode()
    assert "On 8 April 2026 we asked who looks after this, and nobody has answered." in page
    contact_checks.confirm_contact(signature=signature, by=signature.submitted_by, seen="")
    assert "contact_not_confirmed" not in risks_of(fresh(signature))


def test_write_to_a_colleague_who_never_gave_a_name(signature, signed_in):
    """Somebody who joined what was signed already was asked no question about themselves."""
    colleague = RepresentativeFactory(organisation=signature.organisation, full_name="", job_title="")
    contact_checks.confirm_contact(signature=signature, by=colleague, seen=str(signature.started_by_id))
    addition = addition_to(fresh(signature))
    addition = editing.submit_edit(edit=addition, by=colleague)
    adding.accept_addition(edit=addition, by=UserFactory(moderator=True), seen=addition.submitted_at)
    mails = Email.objects.about(signature).exclude(message="tell_officer_taken_over")
    assert {mail.message for mail in mails} >= {
        "tell_officer_addition_accepted",
        "tell_signer_addition_accepted",
    }
    for mail in mails:
        assert "Dear ," not in mail.text and "  has added" not in mail.text and ". has added" not in mail.text
        assert f"{colleague.email} has added" in mail.text or "Dear colleague," in mail.text
