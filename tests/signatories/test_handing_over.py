"""An officer hands over to a colleague, who accepts; only then may the officer stop."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import handing_over, moderation, signing
from signatories.access import signatures_of
from signatories.checking_in import check_in
from signatories.desk.risks import risks_of
from signatories.models import Handover, ImpossibleTransition, Representative, Signature
from tests.factories import RepresentativeFactory, SignatureFactory, UserFactory, signature_that_is
from tests.html import assert_good_page
from tests.signatories.asking import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


@pytest.fixture
def signature():
    return SignatureFactory(published=True)


@pytest.fixture
def officer(signature):
    return signature.submitted_by


@pytest.fixture
def kim(signature):
    """A colleague with an address of the organisation, who has not acted for it yet."""
    return UserFactory(email=f"kim@{signature.organisation.slug}.gov.uk", full_name="")


def ask(signature, by, email, name="Kim Colleague"):
    return handing_over.ask_to_take_over(signature=signature, by=by, name=name, email=email)


def words(response, status=200):
    assert response.status_code == status
    return " ".join(assert_good_page(response.content.decode()).get_text(" ").split())


def verbs(signature):
    return list(AuditEvent.objects.about(signature).order_by("pk").values_list("verb", flat=True))


def mails(signature):
    return list(Email.objects.about(signature).order_by("pk").values_list("message", "to"))


def test_hand_over_from_the_dashboard_to_the_colleague_who_accepts(signature, officer, kim, signed_in):
    browser = signed_in(officer)
    at = f"/dashboard/{signature.reference}/hand-over/"
    assert at in browser.get("/dashboard/").content.decode()
    words(browser.get(at))
    sent = browser.post(at, {"name": "Kim Colleague", "email": kim.email.upper()})
    assert sent.headers["Location"] == "/dashboard/?handed-over"
    said = words(browser.get("/dashboard/?handed-over"))
    assert "We have emailed your colleague a link" in said
    assert "You look after it. You asked Kim Colleague on" in said
    assert mails(signature) == [("ask_colleague_to_take_over", kim.email)]
    handover = Handover.objects.get()
    link = f"/dashboard/take-over/{handover.key}/"
    mail = Email.objects.about(signature).get()
    assert link in mail.text and link in mail.html
    assert Client().get(link).headers["Location"].startswith("/account/")

    colleague = signed_in(kim)
    assert link in colleague.get("/dashboard/").content.decode()
    said = words(colleague.get(link))
    assert f"Take over from {officer}" in said
    assert "We do not know" not in said
    # Looking has changed nothing.
    assert Signature.objects.get(pk=signature.pk).officer == officer
    assert colleague.get(f"/dashboard/{signature.reference}/edit/").status_code == 404

    assert colleague.post(link).headers["Location"] == "/dashboard/?taken-over"
    said = words(colleague.get("/dashboard/?taken-over"))
    assert "You have taken over." in said and "You look after it." in said
    signature = Signature.objects.get(pk=signature.pk)
    assert (signature.officer.user, signature.officer.full_name, signature.officer.is_verified) == (
        kim,
        "Kim Colleague",
        True,
    )
    assert signature.submitted_by == officer
    assert mails(signature)[1:] == [("tell_officer_taken_over", officer.email)]
    assert verbs(signature) == ["ask to take over", "take over"]
    assert colleague.get(f"/dashboard/{signature.reference}/edit/").status_code == 200

    # A second press and an old link do nothing.
    assert colleague.post(link).headers["Location"] == "/dashboard/"
    assert colleague.get(link).headers["Location"] == "/dashboard/"
    assert len(mails(signature)) == 2


def test_emails_go_to_whoever_took_over(signature, officer, kim):
    handing_over.take_over(handover=ask(signature, officer, kim.email), user=kim)
    now = signature.signed_at + timedelta(days=100)
    while not check_in(now=now):
        now += timedelta(hours=5)
    assert mails(signature)[-1] == ("ask_for_update", kim.email)


def test_an_officer_who_signs_after_handing_over_is_a_person_of_their_own(version, moderator):
    """What used to go to one reader has two: who signs, and who looks after it now."""
    signature = SignatureFactory(submitted=True, own_approver=True)
    signer = signature.submitted_by
    kim = UserFactory(email=f"kim@{signature.organisation.slug}.gov.uk")
    colleague = handing_over.take_over(handover=ask(signature, signer, kim.email), user=kim)
    before = len(mails(signature))
    moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at, note="")
    signing.sign(
        signature=signature, name="Ada", job_title="Chief", capacity="leader", version=version.number
    )
    signing.withdraw(signature=signature, by=colleague)
    assert sorted(mails(signature)[before:]) == sorted(
        [
            ("ask_approver_to_sign", signer.email),
            ("tell_officer_accepted", kim.email),
            ("send_approver_signed_copy", signer.email),
            ("send_officer_signed_copy", kim.email),
            ("tell_approver_withdrawn", signer.email),
            ("tell_officer_withdrawn", kim.email),
        ]
    )


@pytest.mark.parametrize(
    ("typed", "messages"),
    [
        (
            {},
            {
                "name": "Enter the full name of your colleague",
                "email": "Enter the work email address of your colleague",
            },
        ),
        (
            {"name": "Kim", "email": "kim"},
            {"email": "Enter an email address in the correct format, like name@example.gov.uk"},
        ),
        (
            {"name": "Kim", "email": "kim@Gmail.com"},
            {"email": "Enter a work email address. Anybody can open an account at gmail.com"},
        ),
        (
            {"name": "Me", "email": "OFFICER"},
            {"email": "Enter the address of somebody else. This person looks after it already"},
        ),
    ],
)
def test_refuse_a_colleague_who_cannot_be_asked(typed, messages, signature, officer, signed_in):
    typed = {name: officer.email.upper() if value == "OFFICER" else value for name, value in typed.items()}
    response = signed_in(officer).post(f"/dashboard/{signature.reference}/hand-over/", typed)
    assert errors_of(response) == messages
    words(response)
    assert not Handover.objects.exists()


def test_asking_the_same_colleague_twice_owes_one_email_and_another_replaces_them(signature, officer, kim):
    first = ask(signature, officer, kim.email)
    assert ask(signature, officer, kim.email.upper()) == first
    other = ask(signature, officer, "lee@elsewhere.org.uk", name="Lee")
    first.refresh_from_db()
    assert (first.is_open, other.is_open) == (False, True)
    assert [to for _, to in mails(signature)] == [kim.email, "lee@elsewhere.org.uk"]
    with pytest.raises(handing_over.HandoverIsOver):
        handing_over.take_over(handover=first, user=kim)


def test_ask_no_more_than_five_colleagues_a_day(signature, officer, signed_in):
    browser, at = signed_in(officer), f"/dashboard/{signature.reference}/hand-over/"
    for number in range(handing_over.HANDOVERS_A_DAY):
        browser.post(at, {"name": "Kim", "email": f"kim{number}@elsewhere.org.uk"})
    response = browser.post(at, {"name": "Kim", "email": "kim9@elsewhere.org.uk"})
    assert errors_of(response) == {"email": "You have asked several colleagues today. Try again tomorrow"}
    assert len(mails(signature)) == handing_over.HANDOVERS_A_DAY


@pytest.mark.parametrize("over", ["taken back", "too old", "ended"])
def test_say_what_to_do_when_a_link_no_longer_works(over, signature, officer, kim, signed_in):
    handover = ask(signature, officer, kim.email)
    if over == "taken back":
        response = signed_in(officer).post(f"/dashboard/{signature.reference}/hand-over/take-back/")
        assert response.headers["Location"] == "/dashboard/?taken-back"
        again = signed_in(officer).post(f"/dashboard/{signature.reference}/hand-over/take-back/")
        assert again.headers["Location"] == "/dashboard/?too-late"
        assert "asked Kim" not in words(signed_in(officer).get("/dashboard/?taken-back"))
    elif over == "too old":
        Handover.objects.update(asked_at=timezone.now() - timedelta(days=30))
    else:
        Signature.objects.update(status="withdrawn")
    link = f"/dashboard/take-over/{handover.key}/"
    for response in (signed_in(kim).get(link), signed_in(kim).post(link)):
        assert f"ask {officer} for a new link" in words(response, 410)
    assert not Representative.objects.filter(user=kim).exists()


def test_nobody_but_the_colleague_learns_anything(signature, officer, kim, signed_in):
    handover = ask(signature, officer, kim.email)
    link = f"/dashboard/take-over/{handover.key}/"
    elsewhere = signed_in(RepresentativeFactory())
    for method in (elsewhere.get, elsewhere.post):
        said = words(method(link), 403)
        assert "Sign in with the address that got our email" in said
        for secret in (kim.email, officer.full_name, signature.organisation.name, "Kim Colleague"):
            assert secret not in said
    assert elsewhere.get("/dashboard/take-over/guessed/").status_code == 404
    for path in ("hand-over/", "hand-over/take-back/", "stop/"):
        assert elsewhere.post(f"/dashboard/{signature.reference}/{path}").status_code == 404
    assert "asks you to look after" not in words(elsewhere.get("/dashboard/"))


def test_flag_a_colleague_from_elsewhere_for_staff(signature, officer, signed_in):
    lee = UserFactory(email="lee@elsewhere.org.uk", full_name="Lee")
    handover = ask(signature, officer, lee.email)
    assert "We do not know elsewhere.org.uk" in words(
        signed_in(lee).get(f"/dashboard/take-over/{handover.key}/")
    )
    handing_over.take_over(handover=handover, user=lee)
    signature = Signature.objects.get(pk=signature.pk)
    assert "officer_domain_unknown" in risks_of(signature)
    # They see what they took over and nothing else of the organisation.
    SignatureFactory(organisation=signature.organisation, is_shared=True)
    assert list(signatures_of(lee)) == [signature]


@pytest.mark.parametrize("status", ["draft", "rejected", "withdrawn", "taken_down"])
def test_hand_over_only_what_is_live(status, signed_in):
    signature = signature_that_is(status)
    with pytest.raises(ImpossibleTransition):
        ask(signature, signature.started_by, "kim@elsewhere.org.uk")
    browser = signed_in(signature.started_by)
    assert "Hand over" not in words(browser.get("/dashboard/"))
    response = browser.get(f"/dashboard/{signature.reference}/hand-over/")
    assert response.headers["Location"] == "/dashboard/?too-late"


# Stopping.


def test_stop_only_when_the_colleague_has_accepted(signature, officer, kim, signed_in):
    browser, at = signed_in(officer), f"/dashboard/{signature.reference}/stop/"
    for response in (browser.get(at), browser.post(at)):
        assert "Ask a colleague to take over" in words(response)
    handover = ask(signature, officer, kim.email)
    assert "Kim Colleague has not taken over yet" in words(browser.post(at))
    with pytest.raises(handing_over.StillNeeded):
        handing_over.stop_acting(signature=signature, by=officer)
    handing_over.take_over(handover=handover, user=kim)

    assert "Do you want to stop acting" in words(browser.get(at))
    assert Representative.objects.get(pk=officer.pk).user_id is not None
    assert browser.post(at).headers["Location"] == "/dashboard/?stopped"
    said = words(browser.get("/dashboard/?stopped"))
    assert "You no longer act for that organisation." in said
    assert signature.organisation.name not in said
    assert browser.get(f"/dashboard/{signature.reference}/edit/").status_code == 404
    assert verbs(signature)[-1] == "stop acting"
    # Who did what is still told, and nobody decides as staff about what they once sent.
    assert Signature.objects.get(pk=signature.pk).submitted_by == officer
    assert moderation.acts_for(signature, officer.user)


def test_a_colleague_who_looks_after_nothing_may_stop_at_once(signature, signed_in):
    colleague = RepresentativeFactory(organisation=signature.organisation)
    browser = signed_in(colleague)
    assert f"{signature.submitted_by} looks after it." in words(browser.get("/dashboard/"))
    response = browser.post(f"/dashboard/{signature.reference}/stop/")
    assert response.headers["Location"] == "/dashboard/?stopped"


def test_the_last_with_an_account_stays(signature, officer):
    colleague = RepresentativeFactory(organisation=signature.organisation)
    Representative.objects.filter(pk=officer.pk).update(user=None)
    with pytest.raises(handing_over.StillNeeded):
        handing_over.stop_acting(signature=signature, by=colleague)


def test_stop_for_what_has_ended_minds_what_is_live_now(signature, officer):
    ended = signature_that_is("rejected", organisation=signature.organisation, started_by=officer)
    with pytest.raises(handing_over.StillNeeded):
        handing_over.stop_acting(signature=ended, by=officer)
