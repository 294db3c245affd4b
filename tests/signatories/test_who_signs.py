"""Who the approver is: nobody becomes one by handing in, and nobody unknown takes the place of one."""

import pytest
from django.urls import reverse
from django.utils import timezone

from declaration.outbox.models import Email
from signatories import asking, moderation, signing
from signatories.forms.authority import ApproverForm
from signatories.models import Signature
from tests.factories import RepresentativeFactory, SignatureFactory

CAPACITY = {"approver_capacity": "chief-executive"}


def colleague_of(signature):
    return RepresentativeFactory(organisation=signature.organisation)


def consent(signature):
    Signature.objects.filter(pk=signature.pk).update(consents_given_at=timezone.now())


def answer(signature, officer, **fields):
    form = ApproverForm({**CAPACITY, **fields}, instance=signature, officer=officer)
    assert form.is_valid(), form.errors
    form.save()
    signature.refresh_from_db()


@pytest.mark.django_db
def test_submit_what_a_colleague_said_they_will_sign():
    signature = SignatureFactory()
    anna, bob = signature.started_by, colleague_of(signature)
    answer(signature, anna, approver_is_officer="True")
    consent(signature)

    signing.submit(signature=signature, by=bob)

    signature.refresh_from_db()
    assert (signature.approver_name, signature.approver_email) == (anna.full_name, anna.email)
    assert signature.approver_is_officer is False


@pytest.mark.django_db
def test_submit_oneself_as_somebody_else():
    signature = SignatureFactory()
    officer = signature.started_by
    named = {
        "approver_name": officer.full_name,
        "approver_job_title": "Lead",
        "approver_email": officer.email,
    }
    answer(signature, officer, approver_is_officer="False", **named)
    consent(signature)

    signing.submit(signature=signature, by=officer)

    signature.refresh_from_db()
    assert signature.approver_is_officer is True


@pytest.mark.django_db
def test_consent_to_a_name_ends_when_another_person_is_named():
    signature = SignatureFactory(publish_signer_name=True)
    named = {"approver_name": "Bo", "approver_job_title": "Leader", "approver_email": "bo@elsewhere.gov.uk"}

    answer(signature, signature.started_by, approver_is_officer="False", **named)

    assert (signature.publish_signer_name, signature.consents_given_at) == (False, None)


def correct(signature, email):
    asking.correct_approver(
        signature=signature,
        by=signature.started_by,
        name="Bo",
        job_title="Leader",
        email=email,
        capacity="leader",
    )
    signature.refresh_from_db()


@pytest.mark.django_db
def test_name_somebody_nothing_is_known_of_after_acceptance(signed_in):
    signature = SignatureFactory(awaiting_approver=True)
    before = signature.approver_email
    fields = {"name": "Bo", "job_title": "Leader", "email": "bo@gmail.com", "capacity": "leader"}

    page = signed_in(signature.started_by).post(
        reverse("correct_approver", args=[signature.reference]), fields
    )

    assert "We do not know this as an address of" in page.content.decode()
    signature.refresh_from_db()
    assert signature.approver_email == before
    with pytest.raises(asking.ApproverIsUnknown):
        correct(signature, "bo@gmail.com")


@pytest.mark.django_db
def test_name_a_sixth_approver_in_a_day():
    signature = SignatureFactory(awaiting_approver=True, publish_signer_name=True)
    domain = signature.approver_email.partition("@")[2]
    for number in range(5):
        correct(signature, f"chief{number}@{domain}")
    assert signature.publish_signer_name is False

    with pytest.raises(asking.TooManyCorrections):
        correct(signature, f"chief5@{domain}")
    assert Email.objects.about(signature).count() == 5


@pytest.mark.django_db
def test_save_two_questions_at_the_same_moment_keeps_both():
    signature = SignatureFactory()
    elsewhere = Signature.objects.get(pk=signature.pk)
    answer(signature, signature.started_by, approver_is_officer="True")

    elsewhere.minutes_url = "https://example.gov.uk/minutes"
    elsewhere.save(update_fields=["minutes_url"])

    signature.refresh_from_db()
    assert (signature.approver_is_officer, signature.minutes_url) == (True, elsewhere.minutes_url)


@pytest.mark.django_db
def test_accept_before_anybody_checked_the_officer(moderator):
    signature = SignatureFactory(submitted=True)
    signature.submitted_by.is_verified = False
    signature.submitted_by.save()

    with pytest.raises(moderation.OfficerIsNotVerified):
        moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)

    moderation.verify_officer(signature=signature, by=moderator)
    moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)


@pytest.mark.django_db
def test_decide_about_ones_own_organisation(moderator):
    signature = SignatureFactory(submitted=True)
    RepresentativeFactory(organisation=signature.organisation, user=moderator, email=moderator.email)

    for decide in (
        lambda: moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at),
        lambda: moderation.verify_officer(signature=signature, by=moderator),
    ):
        with pytest.raises(moderation.OwnSubmission):
            decide()
