"""Take down with or without a public notice, and bring back what was taken down or withdrawn by mistake."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration import switches
from declaration.outbox.models import Email
from signatories import moderation, releasing, restoring, signing
from signatories.models import Commitment, ImpossibleTransition, RegisterChange, Signature
from signatories.register.standing import History, State
from tests.factories import SignatureFactory, UserFactory
from tests.html import assert_valid_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


def take_down(signature, moderator, **how):
    moderation.take_down(
        signature=signature, by=moderator, seen=signature.submitted_at, reasons=[], note="Asked to.", **how
    )


def public_page(signature):
    return Client().get(signature.organisation.get_absolute_url()).content.decode()


def restore_page(signature):
    return reverse("admin:signatories_signature_restore", args=[signature.pk])


NOTICE = "was taken down by"


@pytest.mark.parametrize("is_public", [True, False])
def test_taken_down_page_says_so_only_with_a_notice(is_public, moderator):
    signature = SignatureFactory(published=True, commitment__title="Words that should go")
    take_down(signature, moderator, public_notice=is_public)
    page = public_page(signature)
    assert_valid_html(page)
    assert (NOTICE in page) == is_public
    assert ("has not signed the Declaration." in page) == (not is_public)
    assert "Words that should go" not in page
    assert Client().get(f"/signatories/?q={signature.organisation.slug}").status_code == 200
    [change] = RegisterChange.objects.filter(organisation=signature.organisation)
    assert change.what == "taken_down"


@pytest.mark.parametrize("is_public", [True, False])
def test_silently_taken_down_was_never_there(is_public, moderator):
    signature = SignatureFactory(published=True)
    long_ago = timezone.now() - timedelta(days=9)
    Signature.objects.update(signed_at=long_ago, submitted_at=long_ago)
    signature.refresh_from_db()
    take_down(signature, moderator, public_notice=is_public)
    day = timezone.localdate() - timedelta(days=3)
    standing = History().on(signature.organisation_id, day)
    assert standing.state == (State.SIGNED if is_public else State.NOT_SIGNED)


def test_notice_goes_when_a_new_signature_is_public(moderator):
    signature = SignatureFactory(published=True)
    take_down(signature, moderator, public_notice=True)
    SignatureFactory(published=True, organisation=signature.organisation, started_by=signature.started_by)
    assert NOTICE not in public_page(signature)


def test_notice_is_refused_on_anything_else_by_the_database():
    signature = SignatureFactory(published=True)
    with pytest.raises(IntegrityError, match="public_notice"), transaction.atomic():
        Signature.objects.filter(pk=signature.pk).update(public_notice=True)


def test_restore_what_was_taken_down(moderator):
    signature = SignatureFactory(published=True, commitment__title="Words that come back")
    signed_at = signature.signed_at
    take_down(signature, moderator, public_notice=True)
    gone_since = Commitment.objects.get(signature=signature).public_change_at
    restoring.restore(signature=signature, by=moderator, note="It was the wrong council.")
    signature.refresh_from_db()
    assert (signature.status, signature.ended_at, signature.public_notice) == ("published", None, False)
    assert signature.signed_at == signed_at
    page = public_page(signature)
    assert "Words that come back" in page and NOTICE not in page
    assert Commitment.objects.get(signature=signature).public_change_at > gone_since
    assert [c.what for c in RegisterChange.objects.all()] == ["taken_down", "restored"]
    mails = Email.objects.filter(message="tell_people_restored")
    assert {mail.to for mail in mails} == {signature.submitted_by.email, signature.signed_by.email}
    for mail in mails:
        assert "It was the wrong council." in mail.text and "It was the wrong council." in mail.html


def test_restore_again_tells_again(moderator):
    signature = SignatureFactory(published=True)
    for number in (2, 4):
        signature.refresh_from_db()
        take_down(signature, moderator)
        restoring.restore(signature=signature, by=moderator, note="Oh.")
        assert Email.objects.filter(message="tell_people_restored").count() == number


def test_restore_nothing_that_was_never_signed(moderator):
    signature = SignatureFactory(withdrawn=True)
    assert "restore" not in signature.possible_verbs("moderator")
    with pytest.raises(ImpossibleTransition):
        restoring.restore(signature=signature, by=moderator, note="Oh.")


@pytest.mark.parametrize("live", ["submitted", "awaiting_approver", "published"])
def test_restore_nothing_beside_a_live_signature(live, moderator, staff):
    signature = SignatureFactory(taken_down=True)
    other = SignatureFactory(
        **{live: True}, organisation=signature.organisation, started_by=signature.started_by
    )
    with pytest.raises(signing.AnotherSignatureIsLive):
        restoring.restore(signature=signature, by=moderator, note="Oh.")
    answer = staff.post(restore_page(signature), {"note": "Oh."}).content.decode()
    assert_valid_html(answer)
    assert other.reference in answer and "has another signature now" in answer
    signature.refresh_from_db()
    assert signature.status == "taken_down"


def test_restore_nothing_of_ones_own_without_a_reason_or_while_paused(moderator):
    signature = SignatureFactory(taken_down=True)
    with pytest.raises(moderation.OwnSubmission):
        restoring.restore(signature=signature, by=signature.started_by.user, note="Oh.")
    with pytest.raises(moderation.ReasonIsMissing):
        restoring.restore(signature=signature, by=moderator, note="")
    switches.change(by=None, quiet_until=timezone.localdate() + timedelta(days=9))
    with pytest.raises(releasing.PublicationIsPaused):
        restoring.restore(signature=signature, by=moderator, note="Oh.")


def test_choose_what_the_public_sees_on_the_page(staff):
    signature = SignatureFactory(published=True)
    decide = reverse("admin:signatories_signature_decide", args=[signature.pk, "take-down"])
    stamps = {"seen": signature.submitted_at.isoformat(), "text": "Asked to."}
    refused = staff.post(decide, stamps).content.decode()
    assert_valid_html(refused)
    assert "Select what the public sees" in refused
    assert staff.post(decide, {**stamps, "public_notice": "True"}).status_code == 302
    signature.refresh_from_db()
    assert (signature.status, signature.public_notice) == ("taken_down", True)
    record = staff.get(reverse("admin:signatories_signature_change", args=[signature.pk])).content.decode()
    assert restore_page(signature) in record


def test_restore_on_the_page(staff):
    signature = SignatureFactory(withdrawn=True, signed=True)
    html = staff.get(restore_page(signature)).content.decode()
    assert_valid_html(html)
    refused = staff.post(restore_page(signature), {"note": " "}).content.decode()
    assert_valid_html(refused)
    assert "Enter why it is restored" in refused
    answer = staff.post(restore_page(signature), {"note": "Withdrawn by mistake."})
    assert answer.headers["Location"] == reverse("admin:signatories_signature_change", args=[signature.pk])
    assert "This signature cannot be restored." in staff.get(restore_page(signature)).content.decode()
    signature.refresh_from_db()
    assert signature.status == "published"


def test_restore_on_both_databases(database):
    signature = SignatureFactory(taken_down=True)
    restoring.restore(signature=signature, by=UserFactory(moderator=True), note="Oh.")
    assert Signature.objects.get(pk=signature.pk).status == "published"
