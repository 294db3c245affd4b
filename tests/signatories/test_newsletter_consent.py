"""The newsletter in the sign-up: a separate, unticked box, and the consent of whoever ticked it alone."""

import pytest
from django.test import Client

from declaration.newsletter import consent, subscribing
from declaration.newsletter.models import Subscriber
from signatories import moderation, signing
from signatories.models import Representative, Signature
from tests.factories import RepresentativeFactory, SignatureFactory, UserFactory
from tests.html import assert_good_page
from tests.signatories.asking import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature():
    """A draft with every question answered but the consents."""
    return SignatureFactory(consents_given_at=None)


def client_of(representative):
    client = Client()
    client.force_login(representative.user)
    return client


def box(client, signature):
    soup = assert_good_page(client.get(page_of(signature, "consents")).content.decode())
    return soup.find("input", {"name": "newsletter_wanted"}), soup


def test_subscribes_whoever_ticked_the_box_with_the_words_they_read(signature):
    officer = signature.started_by
    client = client_of(officer)
    tick, soup = box(client, signature)
    assert not tick.has_attr("checked")
    assert consent.WORDINGS[2] in soup.find("label", {"for": tick["id"]}).text
    client.post(page_of(signature, "consents"), {"newsletter_wanted": "on"})
    assert not Subscriber.objects.exists(), "nothing happens before the sign-up is sent"
    client.post(page_of(signature, "check"))
    reader = Subscriber.objects.subscribed().get()
    assert (reader.email, reader.consent_wording, reader.source) == (officer.user.email, 2, "sign-up")
    assert reader.consent_at == Signature.objects.get().consents_given_at
    assert subscribing.wording_of(reader) == consent.WORDINGS[2]


def test_subscribes_nobody_who_left_the_box_alone(signature):
    client = client_of(signature.started_by)
    client.post(page_of(signature, "consents"), {})
    client.post(page_of(signature, "check"))
    assert Signature.objects.get().status == "submitted"
    assert not Subscriber.objects.exists()


def test_does_not_take_the_tick_of_a_colleague_for_consent(signature):
    client_of(signature.started_by).post(page_of(signature, "consents"), {"newsletter_wanted": "on"})
    colleague = RepresentativeFactory(organisation=signature.organisation, user=UserFactory())
    client = client_of(colleague)
    tick, _ = box(client, signature)
    assert not tick.has_attr("checked")
    client.post(page_of(signature, "check"))
    assert Signature.objects.get().submitted_by == colleague
    assert not Subscriber.objects.exists()


def test_does_not_bring_back_who_has_left_when_the_text_is_sent_again(signature):
    client = client_of(signature.started_by)
    client.post(page_of(signature, "consents"), {"newsletter_wanted": "on"})
    client.post(page_of(signature, "check"))
    subscribing.leave(subscriber=Subscriber.objects.get())
    signature.refresh_from_db()
    moderation.request_changes(
        signature=signature,
        by=UserFactory(moderator=True),
        reasons=[],
        note="Say who benefits.",
        seen=signature.submitted_at,
    )
    signing.submit(
        signature=Signature.objects.get(), by=Representative.objects.get(pk=signature.started_by_id)
    )
    assert not Subscriber.objects.subscribed().exists()
