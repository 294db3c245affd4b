"""People see what we hold about them, take it away, and have it erased; staff do so for an address."""

import json

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from django.urls import reverse

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.newsletter.models import Subscriber
from declaration.outbox.models import Email
from declaration.outbox.queue import queue
from declaration.personal_data import holds
from declaration.personal_data.models import Erasure
from signatories import handing_over, mistakes, signing
from signatories.models import FORMER, Handover, Representative, Signature, Status
from signatories.register import snapshot
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.factories import OrganisationFactory, RepresentativeFactory, SignatureFactory, UserFactory
from tests.html import assert_good_page, assert_valid_html

pytestmark = pytest.mark.django_db

PAGE, FILE, ERASE = reverse("own_data"), reverse("own_data_file"), reverse("erase_own_data")
SOMEBODY = reverse("admin:personal_data_erasure_somebody")


def browser_of(person):
    browser = Client()
    browser.force_login(person.user if isinstance(person, Representative) else person)
    return browser


def seen_on(page):
    return BeautifulSoup(page.content, "html.parser").find("input", {"name": "seen"})["value"]


def press(browser):
    return browser.post(ERASE, {"seen": seen_on(browser.get(ERASE))})


@pytest.fixture
def administrator(client):
    sign_in_as_staff(client, staff_member("administrator"))
    return client


def look_up(administrator, address):
    return administrator.post(SOMEBODY, {"address": address})


def every_trace_of(signature):
    """Give an officer a row of every kind that an address finds, and return their address."""
    officer = signature.started_by
    address = officer.email
    mistakes.report(
        organisation=signature.organisation, what_is_wrong="The website.", email=address, network="::1"
    )
    with transaction.atomic():
        queue(to=address, message="sign_in_code", key="secret", context={"code": "654321"}, secret=True)
    Subscriber.objects.create(email=address, consent_words="Yes please", link_key="k" * 16)
    handing_over.ask_to_take_over(signature=signature, by=officer, name="Nia", email="nia@example.gov.uk")
    return address


def test_show_and_send_everything_about_one_person_and_nothing_of_another():
    signature = SignatureFactory(published=True, started_by__phone="020 7946 0001")
    other = SignatureFactory(published=True)
    address = every_trace_of(signature)
    browser = browser_of(signature.started_by)
    page = browser.get(PAGE)
    assert_good_page(page.content.decode())
    words = page.content.decode()
    for mine in ("020 7946 0001", address, signature.reference, "The website.", "Yes please"):
        assert mine in words, mine
    sent = browser.get(FILE)
    assert sent["Content-Disposition"] == 'attachment; filename="what-we-hold-about-you.json"'
    assert "no-store" in sent["Cache-Control"]
    told = json.loads(sent.content)
    assert told["address"] == address
    kinds = {one["kind"]: one["records"] for one in told["held"]}
    assert {"Acting for an organisation", "Account", "Emails", "Newsletter"} <= set(kinds)
    assert kinds["Acting for an organisation"][0]["Phone"] == "020 7946 0001"
    assert kinds["Sign-ups begun"] == [
        {
            "Reference": signature.reference,
            "Organisation": signature.organisation.name,
            "Status": "Published",
            "Started at": kinds["Sign-ups begun"][0]["Started at"],
        }
    ]
    everything = words + sent.content.decode()
    for not_mine in (other.reference, other.started_by.email, signature.approver_name, "654321"):
        assert not_mine not in everything, not_mine


def test_page_shortens_what_the_file_has_whole():
    officer = RepresentativeFactory()
    with transaction.atomic():
        for number in range(12):
            queue(to=officer.email, message="sign_in_code", key=f"k{number}", context={"code": "111111"})
    browser = browser_of(officer)
    assert "The file has 2 more." in browser.get(PAGE).content.decode()
    kinds = {one["kind"]: one["records"] for one in json.loads(browser.get(FILE).content)["held"]}
    assert len(kinds["Emails"]) == 12


def test_look_at_own_data_changes_nothing():
    signature = SignatureFactory(published=True)
    browser = browser_of(signature.started_by)
    before = AuditEvent.objects.count()
    for address in (PAGE, FILE, ERASE):
        browser.get(address)
    assert (AuditEvent.objects.count(), Erasure.objects.count()) == (before, 0)


def test_erase_at_once_where_nothing_live_hangs_on_it():
    signature = SignatureFactory(published=True)
    officer = signature.started_by
    successor = RepresentativeFactory(organisation=signature.organisation)
    address, account = every_trace_of(signature), officer.user
    Email.objects.filter(to=address).update(state="cancelled")
    with transaction.atomic():
        handing_over.look_after(signature, successor)
    browser = browser_of(officer)
    shown = browser.get(ERASE)
    assert_good_page(shown.content.decode())
    assert "this is done at once and cannot be undone" in shown.content.decode()
    answer = press(browser)
    assert answer.headers["Location"] == reverse("own_data_erased")
    assert_good_page(Client().get(reverse("own_data_erased")).content.decode())
    assert browser.get(PAGE).status_code == 302
    assert not User.objects.filter(pk=account.pk).exists()
    assert not Email.objects.filter(to=address).exists() and not Subscriber.objects.exists()
    officer.refresh_from_db()
    signature.refresh_from_db()
    assert (officer.full_name, str(signature.submitted_by), signature.status) == (FORMER, FORMER, "published")
    erasure = Erasure.objects.get()
    assert (erasure.address, erasure.settled_by) == ("", None)
    assert erasure.erased["Account"] == 1
    for event in AuditEvent.objects.all():
        assert address not in f"{event.record_label} {event.before} {event.after} {event.note}"


def test_ask_staff_where_something_live_hangs_on_it(administrator):
    signature = SignatureFactory(submitted=True)
    browser = browser_of(signature.started_by)
    shown = browser.get(ERASE)
    assert_good_page(shown.content.decode())
    assert "Your request goes to our staff" in shown.content.decode()
    assert press(browser).headers["Location"] == f"{PAGE}?asked"
    browser.post(ERASE)
    asked = Erasure.objects.get()
    assert asked.settled_at is None and Representative.objects.get().full_name != FORMER
    assert_good_page(browser.get(f"{PAGE}?asked").content.decode())
    desk = administrator.get(reverse("admin:index")).content.decode()
    assert "<strong>1</strong>\n    request to be erased" in desk
    signing.withdraw(signature=signature, by=signature.started_by)
    Email.objects.update(state="sent", sent_at=signature.started_at)
    page = look_up(administrator, asked.address.upper())
    assert_valid_html(page.content.decode())
    administrator.post(SOMEBODY, {"address": asked.address, "do": "erase", "seen": seen_on(page)})
    asked.refresh_from_db()
    assert (asked.address, asked.settled_by.role) == ("", "administrator")
    assert Representative.objects.get().full_name == FORMER and not User.objects.filter(role="").exists()


def test_do_nothing_when_the_plan_has_changed_since_it_was_shown():
    officer = RepresentativeFactory()
    browser = browser_of(officer)
    seen = seen_on(browser.get(ERASE))
    SignatureFactory(organisation=officer.organisation, started_by=officer)
    answer = browser.post(ERASE, {"seen": seen})
    assert "something has changed since you opened this page" in answer.content.decode()
    assert User.objects.filter(pk=officer.user_id).exists()
    assert not Erasure.objects.exists()


def test_leave_a_shared_draft_to_colleagues_and_delete_ones_own():
    shared = SignatureFactory()
    RepresentativeFactory(organisation=shared.organisation)
    own = SignatureFactory(private=True, started_by__user=None)
    officer = shared.started_by
    Representative.objects.filter(pk=own.started_by_id).update(email=officer.email, user=officer.user)
    press(browser_of(officer))
    assert list(Signature.objects.all()) == [shared]
    shared.refresh_from_db()
    assert (str(shared.started_by), shared.status) == (FORMER, Status.DRAFT)


def test_take_the_name_of_a_signer_off_the_public_and_keep_the_proof(administrator):
    signature = SignatureFactory(published=True, publish_signer_name=True)
    signer = signature.signed_by
    public = Client()
    address = reverse("organisation", args=[signature.organisation.slug])
    assert signer.full_name in public.get(address).content.decode()
    page = look_up(administrator, signer.email)
    assert "It proves who signed for the organisation." in page.content.decode()
    administrator.post(SOMEBODY, {"address": signer.email, "do": "erase", "seen": seen_on(page)})
    snapshot.forget()
    assert signer.full_name not in public.get(address).content.decode()
    signer.refresh_from_db()
    assert signer.full_name != FORMER
    assert Erasure.objects.get().kept == {"signed": 2}


@pytest.mark.parametrize("status", ["draft", "awaiting_approver", "declined"])
def test_erase_an_approver_by_address_unless_they_are_asked_now(administrator, status):
    signature = SignatureFactory(**({} if status == "draft" else {status: True}))
    address = signature.approver_email
    page = look_up(administrator, address)
    administrator.post(SOMEBODY, {"address": address, "do": "erase", "seen": seen_on(page)})
    signature.refresh_from_db()
    left = {"draft": ("", ""), "declined": (FORMER, "")}
    assert (signature.approver_name, signature.approver_email) == left.get(
        status, (signature.approver_name, address)
    )


def test_erase_a_reporter_and_who_was_asked_to_take_over(administrator):
    signature = SignatureFactory(published=True)
    address = "nia@example.gov.uk"
    mistakes.report(organisation=OrganisationFactory(), what_is_wrong="X", email=address, network="::1")
    handing_over.ask_to_take_over(signature=signature, by=signature.started_by, name="Nia", email=address)
    Email.objects.update(state="cancelled")
    page = look_up(administrator, address)
    administrator.post(SOMEBODY, {"address": address, "do": "erase", "seen": seen_on(page)})
    assert not look_up(administrator, address).context["plan"].goes
    assert Handover.objects.get().name == FORMER


def test_respect_a_hold(administrator):
    signature = SignatureFactory(declined=True)
    address = signature.started_by.email
    by = staff_member("moderator")
    holds.hold(on=signature, called=signature.reference, reason="A complaint.", by=by)
    browser = browser_of(signature.started_by)
    assert "Our staff hold the record" in browser.get(ERASE).content.decode()
    press(browser)
    page = look_up(administrator, address)
    administrator.post(SOMEBODY, {"address": address, "do": "erase", "seen": seen_on(page)})
    assert Representative.objects.get(email=address).full_name != FORMER
    assert User.objects.filter(email=address).exists()


def test_keep_the_account_of_staff():
    person = UserFactory(moderator=True)
    browser = sign_in_as_staff(Client(), person)
    page = browser.get(ERASE).content.decode()
    assert "what staff decide has a name" in page and "Erase it now" not in page


def test_write_down_each_look_and_each_file_without_the_address(administrator):
    officer = RepresentativeFactory()
    look_up(administrator, officer.email)
    sent = administrator.post(SOMEBODY, {"address": officer.email, "do": "download"})
    assert json.loads(sent.content)["held"]
    events = AuditEvent.objects.filter(verb__endswith="personal data")
    assert sorted(event.verb for event in events) == ["exported personal data", "looked up personal data"]
    assert len({event.after["address"] for event in events}) == 1
    assert officer.email not in str([event.after for event in events])


def test_say_what_is_wrong_with_an_address(administrator):
    page = administrator.post(SOMEBODY, {"address": "nobody"})
    assert_valid_html(page.content.decode())
    assert "Enter an email address in the correct format" in page.content.decode()
    assert not AuditEvent.objects.filter(verb="looked up personal data").exists()
