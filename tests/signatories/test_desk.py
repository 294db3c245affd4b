"""The admin's home counts what waits, by the same clock as the queue."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declaration.outbox.models import Email
from declaration.personal_data.models import Unforgotten
from signatories import casework, moderation, signing
from signatories.desk.waiting import age_of, on_list, overdue_before
from signatories.models import CommitmentEdit, CorrectionRequest
from tests.accounts.people import sign_in_as_staff
from tests.factories import (
    OrganisationFactory,
    ReasonFactory,
    SignatureFactory,
    UserFactory,
    current_version,
)
from tests.html import assert_valid_html

LONDON = ZoneInfo("Europe/London")
UNSEEN = {
    "mine",
    "edits and further commitments of mine",
    "emails failed",
    "emails may or may not have been sent",
    "records could not be erased",
}
# Easter Monday 2026, the Tuesday after it, a plain Thursday, a Saturday, the day after summer time ends.
MOMENTS = [(2026, 4, 6, 9), (2026, 4, 7, 0), (2026, 11, 19, 23), (2026, 11, 21, 12), (2026, 10, 26, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS)
def test_count_as_overdue_what_the_queue_calls_overdue(moment, time_machine):
    now = datetime(*moment, tzinfo=LONDON)
    time_machine.move_to(now, tick=False)
    signature = SignatureFactory(submitted=True)
    for hours in range(0, 24 * 12, 7):
        signature.submitted_at = now - timedelta(hours=hours)
        assert (age_of(signature).state == "overdue") is (signature.submitted_at < overdue_before()), hours


@pytest.mark.django_db
@pytest.mark.parametrize("promise", [1, 2, 3])
def test_count_as_due_soon_what_the_queue_calls_due_soon(promise, time_machine, settings):
    settings.REVIEW_PROMISE_WORKING_DAYS = promise
    now = datetime(2026, 11, 19, 15, tzinfo=LONDON)
    time_machine.move_to(now, tick=False)
    signature = SignatureFactory(submitted=True)
    for hours in range(0, 24 * 12, 7):
        signature.submitted_at = now - timedelta(hours=hours)
        signature.save()
        listed = [name for name in ("due-soon", "overdue") if signature in on_list(name, person=None)]
        state = age_of(signature).state
        assert listed == ([] if state == "on time" else [state.replace(" ", "-")]), hours


def a_busy_desk(moderator, now):
    """Make something for every list of the desk."""
    colleague = UserFactory(moderator=True)
    for days in (0, 1, 2, 3, 6, 9):
        SignatureFactory(submitted=True, submitted_at=now - timedelta(days=days))
    again = SignatureFactory(submitted=True)
    decide = {"by": colleague, "seen": again.submitted_at, "reasons": [ReasonFactory()]}
    moderation.request_changes(signature=again, **decide)
    again.refresh_from_db()
    signing.submit(signature=again, by=again.started_by)
    for to in (moderator, moderator, colleague):
        casework.assign(about=SignatureFactory(submitted=True), to=to, by=moderator)
    for until, to in ((1, None), (30, moderator)):
        parked = SignatureFactory(submitted=True)
        casework.assign(about=parked, to=to, by=moderator)
        day = now.date() + timedelta(days=until)
        casework.park(about=parked, until=day, note="Rests", by=moderator)
    for status in ("awaiting_approver", "signed_for_later", "published", "changes_requested", "rejected"):
        SignatureFactory(**{status: True})
    published, resting = SignatureFactory(published=True), SignatureFactory(published=True)
    for what in (
        {"commitment": published.commitment},
        {"adds_to": published},
        {"commitment": resting.commitment},
    ):
        edit = CommitmentEdit.objects.create(
            **what,
            status="submitted",
            submitted_at=now,
            submitted_by=published.started_by,
            started_by=published.started_by,
        )
    casework.assign(about=published.additions.get(), to=moderator, by=moderator)
    casework.park(about=edit, until=now.date() + timedelta(days=2), note="Rests", by=moderator)
    OrganisationFactory(proposed=True)
    OrganisationFactory(proposed=True, confirmed_at=now, confirmed_by=colleague)
    for settled in (False, True):
        CorrectionRequest.objects.create(
            organisation=again.organisation,
            what_is_wrong="The name",
            settled_at=now if settled else None,
            settled_by=colleague if settled else None,
        )
    Unforgotten.objects.create(
        rule="handovers", record_type="signatories.handover", record_id="1", error="ValueError"
    )
    Email.objects.filter(pk__in=Email.objects.values("pk")[:1]).update(state="failed")
    Email.objects.filter(pk__in=Email.objects.filter(state="pending").values("pk")[:1]).update(
        state="uncertain"
    )


def lines_of(browser):
    page = browser.get(reverse("admin:index")).content.decode()
    assert_valid_html(page)
    return BeautifulSoup(page, "html5lib").select(".desk-lines li")


@pytest.mark.django_db
def test_every_count_leads_to_exactly_the_rows_it_counts(moderator, time_machine):
    now = datetime(2026, 11, 19, 15, tzinfo=LONDON)
    time_machine.move_to(now, tick=False)
    staff = sign_in_as_staff(Client(), moderator)
    current_version()
    a_busy_desk(moderator, now)

    counts = {}
    for line in lines_of(staff):
        there = staff.get(line.a["href"])
        assert there.status_code == 200, line.a["href"]
        rows = BeautifulSoup(there.content, "html5lib").select("#result_list tbody tr")
        count, _, name = " ".join(line.a.get_text().split()).partition(" ")
        counts[name] = int(count)
        assert len(rows) == int(count), name

    assert counts == {
        "waiting for review": 10,
        "new": 9,
        "sent again after changes": 1,
        "overdue": 2,
        "due soon": 2,
        "edits and further commitments": 2,
        "edit or further commitment of mine": 1,
        "edit or further commitment parked": 1,
        "mine": 2,
        "unassigned": 7,
        "parked": 2,
        "waiting for the approver": 1,
        "signed, waiting to be published": 1,
        "proposed organisation to confirm": 1,
        "reported mistake": 1,
        "record could not be erased": 1,
        "email failed": 1,
        "email may or may not have been sent": 1,
    }


@pytest.mark.django_db
def test_oldest_is_told_in_words(moderator, time_machine):
    time_machine.move_to(datetime(2026, 11, 19, 15, tzinfo=LONDON), tick=False)
    staff = sign_in_as_staff(Client(), moderator)
    SignatureFactory(submitted=True, submitted_at=datetime(2026, 11, 12, 9, tzinfo=LONDON))
    SignatureFactory(awaiting_approver=True, approver_asked_at=datetime(2026, 11, 18, 9, tzinfo=LONDON))
    SignatureFactory(signed_for_later=True, signed_at=datetime(2026, 11, 17, 9, tzinfo=LONDON))
    said = {
        " ".join(line.a.get_text().split()): line.span and line.span.get_text() for line in lines_of(staff)
    }
    assert said["1 overdue"] == "oldest 5 working days, overdue"
    assert said["0 due soon"] is None
    assert said["1 waiting for the approver"] == "oldest 1 working day"
    assert said["1 signed, waiting to be published"] == "oldest 2 working days"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "unseen"),
    [
        ("viewer", UNSEEN),
        ("editor", UNSEEN),
    ],
)
def test_show_each_role_no_more_than_it_may_see(role, unseen, moderator):
    everything, seen = (
        {" ".join(line.a.get_text().split()).partition(" ")[2] for line in lines_of(browser)}
        for browser in (
            sign_in_as_staff(Client(), moderator),
            sign_in_as_staff(Client(), UserFactory(role=role)),
        )
    )
    assert everything - seen == unseen


@pytest.mark.django_db
def test_count_with_the_same_few_queries_however_much_waits(staff):
    for _ in range(2):
        SignatureFactory(submitted=True)
        SignatureFactory(awaiting_approver=True)
        SignatureFactory(signed_for_later=True)
        # One each for signatures, edits, organisations, mistakes and mail.
        with CaptureQueriesContext(connection) as queries:
            staff.get(reverse("admin:index"))
        about = [q["sql"] for q in queries if "signatories_" in q["sql"] or "outbox_" in q["sql"]]
        assert len(about) == 5
