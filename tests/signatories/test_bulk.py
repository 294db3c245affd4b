"""Several submissions at once: what is asked, what is done to each, and what is told of each."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import casework
from signatories.models import Signature
from tests.accounts.people import sign_in_as_staff
from tests.factories import SignatureFactory, UserFactory
from tests.signatories.desk_pages import QUEUE, error_in, soup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


@pytest.fixture
def colleague(db):
    return UserFactory(moderator=True, full_name="Cory Colleague")


def choose(browser, action, signatures):
    data = {"action": action, "_selected_action": [s.pk for s in signatures], "index": 0}
    return soup_of(browser.post(QUEUE, data))


def do_what_was_confirmed(browser, page, what, **answers):
    address = reverse("admin:signatories_signature_bulk", args=[what])
    items = [tag["value"] for tag in page.select("input[name=item]")]
    return browser.post(address, {"item": items, **answers})


def test_accept_several_and_hear_of_each(staff, colleague):
    good, noted, unproved, decided = (SignatureFactory(submitted=True) for _ in range(4))
    unproved.started_by.is_verified = False
    unproved.started_by.save()
    page = choose(staff, "accept_selected", [good, noted, unproved, decided])
    text = " ".join(page.get_text().split())
    assert "accept 4 submissions. 8 emails will be sent" in text
    assert all(str(one.organisation) in text for one in (good, noted, unproved, decided))
    assert not Email.objects.exists() and not AuditEvent.objects.exists()
    casework.write_note(signature=noted, text="Wait.", by=colleague)
    Signature.objects.filter(pk=decided.pk).update(status="withdrawn")

    done = soup_of(staff.get(do_what_was_confirmed(staff, page, "accept").headers["Location"]))
    said = [" ".join(item.get_text().split()) for item in done.select(".bulk-items li")]
    assert [s.partition("): ")[2][:9] for s in said] == ["done.", "not done.", "not done.", "not done."]
    assert "Accepted: 1 of 4." in done.get_text()
    assert set(Signature.objects.filter(status="awaiting_approver")) == {good}
    assert set(Email.objects.values_list("about_id", flat=True)) == {str(good.pk)}


def test_one_that_breaks_neither_undoes_nor_hides_the_rest(staff):
    bad, good = (
        SignatureFactory(submitted=True, approver_email="no address"),
        SignatureFactory(submitted=True),
    )
    page = choose(staff, "accept_selected", [bad, good])
    done = soup_of(staff.get(do_what_was_confirmed(staff, page, "accept").headers["Location"]))
    assert "Accepted: 1 of 2." in done.get_text()
    assert "Something went wrong with this one" in done.get_text()
    statuses = {s.pk: s.status for s in Signature.objects.all()}
    assert statuses == {bad.pk: "submitted", good.pk: "awaiting_approver"}


def test_hand_over_and_park_several(staff, colleague):
    signatures = [SignatureFactory(submitted=True) for _ in range(3)]
    page = choose(staff, "assign_selected", signatures)
    assert "No email will be sent" in page.get_text()
    do_what_was_confirmed(staff, page, "assign", to=colleague.pk)
    page = choose(staff, "park_selected", signatures)
    wrong = do_what_was_confirmed(staff, page, "park", until="", park_note="")
    assert "Enter the day" in error_in(soup_of(wrong))
    until = timezone.localdate() + timedelta(days=3)
    do_what_was_confirmed(staff, soup_of(wrong), "park", until=until, park_note="Legal reads them")
    for signature in signatures:
        found = Signature.objects.get(pk=signature.pk).casework
        assert (found.assigned_to, found.parked_until) == (colleague, until)
    assert not Email.objects.exists()


def test_only_what_was_ticked_is_asked_about_even_if_all_are_claimed(staff):
    ticked, other = SignatureFactory(submitted=True), SignatureFactory(submitted=True)
    data = {"action": "accept_selected", "_selected_action": [ticked.pk], "select_across": "1", "index": 0}
    page = soup_of(staff.post(QUEUE, data))
    assert len(page.select("input[name=item]")) == 1
    assert other.reference not in page.get_text()
    assert not soup_of(staff.get(QUEUE)).select(".question")


@pytest.mark.parametrize("item", ["", "x", "1", "9:9", f"{'9' * 30}:1:", "1:x:2026-01-01", "1:0:yesterday"])
def test_unreadable_rows_do_nothing(item, staff):
    SignatureFactory(submitted=True)
    answer = staff.post(reverse("admin:signatories_signature_bulk", args=["accept"]), {"item": [item]})
    assert answer.status_code == 302
    soup_of(staff.get(answer.headers["Location"]))
    assert not AuditEvent.objects.exists()


def test_viewer_is_offered_no_actions(staff):
    SignatureFactory(submitted=True)
    viewer = sign_in_as_staff(Client(), UserFactory(role="viewer"))
    assert soup_of(staff.get(QUEUE)).select("select[name=action]")
    assert not soup_of(viewer.get(QUEUE)).select("select[name=action]")
