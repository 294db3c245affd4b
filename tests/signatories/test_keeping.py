"""Who acts for nothing any more is forgotten in time; proof of a signing and what is live stay."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.outbox import forgetting as forgetting_emails
from declaration.outbox.models import Email
from declaration.personal_data import erasing, holds, retention
from signatories import editing, handing_over, mistakes, moderation, signing
from signatories.models import FORMER, Handover, Representative, Signature
from signatories.registering import become_representative
from tests.accounts.people import staff_member
from tests.factories import OrganisationFactory, RepresentativeFactory, SignatureFactory, signature_that_is

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(time_machine):
    def move(days):
        time_machine.move_to(timezone.now() + timedelta(days=days))

    return move


def run():
    return {name: number for name, number in retention.run().forgotten.items() if number}


def told(record):
    """Return every word that the history has about a record."""
    return " ".join(
        f"{event.record_label} {event.before} {event.after} {event.note}"
        for event in AuditEvent.objects.about(record)
    )


def declined():
    """Return a signature that went the whole way by the code and was declined, so that history has it all."""
    officer = RepresentativeFactory(full_name="Olive Okafor", phone="020 7946 0000")
    draft = SignatureFactory(
        organisation=officer.organisation, started_by=officer, approver_name="Ada Approver"
    )
    moderator = staff_member("moderator")
    submitted = signing.submit(signature=draft, by=officer)
    moderation.accept(signature=submitted, by=moderator, seen=submitted.submitted_at)
    signing.decline(signature=draft, reason="I, Ada Approver, do not want to.")
    return Signature.objects.get(pk=draft.pk)


def test_forget_who_declined_after_a_year_and_the_officer_too(later):
    signature = declined()
    officer, account = signature.submitted_by, signature.submitted_by.user
    assert "Ada Approver" in told(signature) and signature.approver_email in told(signature)
    was = [signature.approver_name, signature.approver_email, officer.full_name, officer.email]
    later(364)
    assert run() == {}
    later(3)
    assert run() == {"refused-sign-ups": 1, "former-people": 1}
    signature.refresh_from_db()
    officer.refresh_from_db()
    assert (signature.approver_name, signature.approver_email, signature.decline_reason) == (FORMER, "", "")
    assert (str(officer), officer.phone, officer.user) == (FORMER, "", None)
    history = told(signature) + told(officer) + told(account)
    assert [word for word in was if word in history] == []
    assert "a former representative" in history
    decision = AuditEvent.objects.about(signature).get(verb="accept")
    assert decision.actor.role == "moderator"
    later(1)
    assert run() == {}
    later(730)
    assert run() == {"unused-accounts": 1}
    assert not User.objects.filter(pk=account.pk).exists()
    assert [word for word in was if word in told(account)] == []


def test_draft_that_begins_with_a_forgotten_text_asks_who_signs(later):
    signature = declined()
    later(366)
    retention.run()
    signature.refresh_from_db()
    person = become_representative(
        organisation=signature.organisation,
        user=User.objects.create_user(f"new@{signature.organisation.slug}.gov.uk"),
    )
    draft = signing.start_draft(representative=person, text_of=signature)
    assert (draft.approver_name, draft.approver_email, draft.approver_is_officer) == ("", "", None)


@pytest.mark.parametrize("status", ["submitted", "changes_requested", "awaiting_approver", "published"])
def test_keep_everybody_whom_something_live_needs(status, later):
    signature = signature_that_is(status)
    colleague = RepresentativeFactory(organisation=signature.organisation)
    later(1200)
    assert run() == {}
    colleague.refresh_from_db()
    assert colleague.full_name != FORMER


@pytest.mark.parametrize("status", ["withdrawn", "taken_down", "published"])
def test_keep_who_signed_for_as_long_as_the_declaration_lasts(status, later):
    signature = SignatureFactory(published=True)
    signer = signature.signed_by
    if status == "withdrawn":
        signing.withdraw(signature=signature, by=signature.started_by)
    elif status == "taken_down":
        Signature.objects.filter(pk=signature.pk).update(status=status, ended_at=timezone.now())
    later(1200)
    retention.run()
    signature.refresh_from_db()
    assert (signature.signed_by.full_name, signature.signed_by.email) == (signer.full_name, signer.email)
    assert signature.approver_name != FORMER


def test_forget_an_officer_who_stopped_and_keep_their_successor(later):
    signature = SignatureFactory(published=True)
    first = signature.started_by
    second = RepresentativeFactory(organisation=signature.organisation)
    handing_over.look_after(signature, second)
    signature.refresh_from_db()
    handing_over.stop_acting(signature=signature, by=first)
    later(300)
    become_representative(organisation=first.organisation, user=User.objects.get(email=first.email))
    handing_over.stop_acting(signature=signature, by=first)
    later(300)
    assert run() == {}
    later(70)
    assert run() == {"former-people": 1}
    signature.refresh_from_db()
    assert (str(signature.submitted_by), str(signature.officer)) == (FORMER, second.full_name)
    assert first.full_name not in told(signature)
    second.refresh_from_db()
    assert second.full_name != FORMER


def test_forget_nobody_whose_edit_waits_and_end_what_they_asked_of_colleagues(later):
    signature = SignatureFactory(published=True)
    first, second = signature.started_by, RepresentativeFactory(organisation=signature.organisation)
    with transaction.atomic():
        handing_over.look_after(signature, second)
    edit = editing.start_edit(signature=signature, by=first)
    asked = handing_over.ask_to_take_over(
        signature=signature, by=first, name="Nia Newcomer", email="nia@example.gov.uk"
    )
    Representative.objects.filter(pk=first.pk).update(user=None)
    later(400)
    Handover.objects.update(asked_at=timezone.now())
    assert run() == {}
    assert erasing.plan_for(first.email).needs_staff
    editing.withdraw_edit(edit=edit, by=first)
    assert run() == {"former-people": 1}
    asked.refresh_from_db()
    assert not asked.is_open


def test_forget_nobody_who_signed_in_within_the_year(later):
    signature = declined()
    later(366)
    account = signature.submitted_by.user
    User.objects.filter(pk=account.pk).update(last_login=timezone.now())
    assert run() == {"refused-sign-ups": 1}


def test_forget_who_was_asked_to_take_over(later):
    signature = SignatureFactory(published=True)
    handing_over.ask_to_take_over(
        signature=signature, by=signature.started_by, name="Nia Newcomer", email="nia@example.gov.uk"
    )
    assert "Nia Newcomer" in told(signature)
    later(119)
    assert run() == {}
    later(2)
    assert run() == {"handovers": 1}
    handover = Handover.objects.get()
    assert handover.name == FORMER and handover.ended_at
    assert "nia" not in (told(signature) + handover.email).lower()
    assert run() == {}


def test_keep_the_name_in_history_of_a_colleague_who_took_over(later):
    signature = SignatureFactory(published=True)
    colleague = User.objects.create_user(f"nia@{signature.organisation.slug}.gov.uk")
    asked = handing_over.ask_to_take_over(
        signature=signature, by=signature.started_by, name="Nia Newcomer", email=colleague.email
    )
    handing_over.take_over(handover=asked, user=colleague)
    later(91)
    assert run() == {"handovers": 1}
    assert Handover.objects.get().name == FORMER
    assert "Nia Newcomer" in told(signature)
    assert Representative.objects.get(user=colleague).full_name == "Nia Newcomer"


def test_keep_the_account_of_who_was_ever_staff(later):
    former = staff_member("moderator")
    signature = SignatureFactory(submitted=True)
    moderation.accept(signature=signature, by=former, seen=signature.submitted_at)
    User.objects.filter(pk=former.pk).update(role="", is_staff=False)
    nobody = User.objects.create_user("nobody@example.gov.uk")
    later(800)
    assert run() == {"unused-accounts": 1}
    assert list(User.objects.filter(pk__in=[former.pk, nobody.pk])) == [former]


def test_hold_on_a_signature_holds_its_people_and_emails(later):
    signature = declined()
    by = staff_member("administrator")
    holds.hold(on=signature, called=signature.reference, reason="A complaint.", by=by)
    Email.objects.update(state="cancelled")
    later(1200)
    assert run() == {}
    forgetting_emails.forget_old()
    assert not Email.objects.filter(to="").exists()
    with transaction.atomic():
        holds.lift(hold=holds.Hold.objects.get(), by=by)
    run()
    forgetting_emails.forget_old()
    assert not Email.objects.exclude(to="").exists()


def test_hold_on_a_reported_mistake_holds_its_address(later):
    correction = mistakes.report(
        organisation=OrganisationFactory(), what_is_wrong="The name.", email="r@example.org", network="::1"
    )
    by = staff_member("moderator")
    mistakes.settle(correction=correction, by=by, note="Done.")
    holds.hold(on=correction, called="reported mistake 1", reason="A complaint.", by=by)
    later(91)
    mistakes.forget_who_reported()
    correction.refresh_from_db()
    assert correction.email == "r@example.org"
