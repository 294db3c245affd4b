"""Approvers are reminded after 3, 7 and 14 working days, in office hours, and not for ever."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from declaration.working_days import add_working_days, working_days_between
from signatories import asking, chasing
from signatories.chasing import chase_approvers
from signatories.models import Signature
from tests.factories import SignatureFactory
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
ASKED = datetime(2026, 11, 2, 15, tzinfo=LONDON)  # a Monday


def morning_after(days, asked=ASKED):
    """Return ten o'clock on the day that lies this many working days after the asking."""
    day = add_working_days(asked, days)
    return datetime(day.year, day.month, day.day, 10, tzinfo=LONDON)


def waiting(**fields):
    return SignatureFactory(awaiting_approver=True, **{"approver_asked_at": ASKED, **fields})


def reminders(signature):
    return Email.objects.about(signature).filter(message="remind_approver_to_sign")


def run_hourly(start, end):
    """Run the task every hour, as beat does, and return when it did something."""
    acted = []
    now = start
    while now < end:
        if chase_approvers(now=now):
            acted.append(now.astimezone(LONDON))
        now += timedelta(hours=1)
    return acted


def test_remind_three_times_and_expire_over_a_whole_wait():
    signature = waiting()
    acted = run_hourly(ASKED.astimezone(UTC), datetime(2027, 3, 1, tzinfo=UTC))
    assert [working_days_between(ASKED, at) for at in acted] == [3, 7, 14, 60]
    assert {at.hour for at in acted} == {9}
    signature.refresh_from_db()
    assert (signature.status, signature.reminders_sent) == ("expired", 3)
    assert reminders(signature).count() == 3
    told = Email.objects.about(signature).filter(to=signature.submitted_by.email).order_by("pk")
    assert [email.message for email in told] == ["tell_officer_approver_was_reminded"] * 3 + [
        "tell_officer_waiting_expired"
    ]
    events = AuditEvent.objects.about(signature)
    assert [event.verb for event in events] == ["remind approver"] * 3 + ["expire"]
    assert [event.after.get("working_days_waited") for event in events] == [3, 7, 14, None]
    assert {(event.actor_id, event.actor_role) for event in events} == {(None, "system")}


@pytest.mark.parametrize("days", [3, 7, 14])
def test_remind_once_after_an_outage_that_missed_all(days):
    signature = waiting()
    assert chase_approvers(now=morning_after(days)) == 1
    assert chase_approvers(now=morning_after(days) + timedelta(hours=1)) == 0
    signature.refresh_from_db()
    assert signature.reminders_sent == [3, 7, 14].index(days) + 1
    assert reminders(signature).count() == 1


@pytest.mark.parametrize("days", [0, 1, 2])
def test_wait_before_the_first_reminder(days):
    signature = waiting()
    assert chase_approvers(now=morning_after(days)) == 0
    assert not Email.objects.about(signature).exists()


def test_wait_over_christmas_longer():
    asked = datetime(2026, 12, 23, 12, tzinfo=LONDON)  # Wednesday; 24, 29 and 30 are the working days
    waiting(approver_asked_at=asked)
    acted = run_hourly(asked.astimezone(UTC), datetime(2026, 12, 31, tzinfo=UTC))
    assert [at.date().isoformat() for at in acted] == ["2026-12-30"]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 21, 10, tzinfo=LONDON),  # Saturday
        datetime(2026, 11, 22, 10, tzinfo=LONDON),  # Sunday
        datetime(2026, 12, 25, 10, tzinfo=LONDON),  # Christmas
        datetime(2026, 11, 20, 8, 59, tzinfo=LONDON),
        datetime(2026, 11, 20, 17, 0, tzinfo=LONDON),
        datetime(2026, 11, 20, 0, 0, tzinfo=LONDON),
        datetime(2027, 6, 1, 16, 30, tzinfo=UTC),  # half past five in London
    ],
)
def test_stay_silent_outside_office_hours(moment):
    signature = waiting()
    assert chase_approvers(now=moment) == 0
    signature.refresh_from_db()
    assert (signature.status, signature.reminders_sent) == ("awaiting_approver", 0)


def test_remind_in_the_first_and_the_last_office_hour():
    for hour, minute in [(9, 0), (16, 59)]:
        waiting()
        assert chase_approvers(now=datetime(2026, 11, 20, hour, minute, tzinfo=LONDON)) == 1


def test_remind_nobody_who_has_answered():
    statuses = ["submitted", "published", "declined", "withdrawn", "expired", "taken_down", "rejected"]
    for status in statuses:
        SignatureFactory(**{status: True}, approver_asked_at=ASKED)
    waiting()
    assert chase_approvers(now=morning_after(14)) == 1


def test_remind_only_the_approver_when_the_officer_is_the_approver():
    signature = waiting(own_approver=True)
    chase_approvers(now=morning_after(3))
    assert [(e.to, e.message) for e in Email.objects.all()] == [
        (signature.approver_email, "remind_approver_to_sign")
    ]


def test_begin_to_count_again_when_another_approver_is_named(time_machine):
    signature = waiting()
    chase_approvers(now=morning_after(7))
    time_machine.move_to(morning_after(8), tick=False)
    asking.correct_approver(
        signature=signature,
        by=signature.started_by,
        name="Bo",
        job_title="Leader",
        email="bo@" + signature.approver_email.partition("@")[2],
        capacity="leader",
    )
    signature.refresh_from_db()
    again = signature.approver_asked_at
    assert chase_approvers(now=morning_after(2, again)) == 0
    assert chase_approvers(now=morning_after(3, again)) == 1
    assert list(reminders(signature).order_by("pk").values_list("to", flat=True))[1:] == [
        signature.approver_email
    ]


def test_remind_the_others_when_one_record_is_bad(caplog):
    bad, good = waiting(approver_email="not an address"), waiting()
    assert chase_approvers(now=morning_after(3)) == 1
    assert (reminders(bad).count(), reminders(good).count()) == (0, 1)
    bad.refresh_from_db()
    assert bad.reminders_sent == 0
    assert bad.reference in caplog.text
    assert "not an address" not in caplog.text


def test_last_reminder_says_that_it_is_the_last():
    signature = waiting()
    for days in (3, 7, 14):
        chase_approvers(now=morning_after(days))
    texts = [email.text for email in reminders(signature).order_by("pk")]
    assert len(set(texts)) == 3
    assert ["last reminder" in text.lower() for text in texts] == [False, False, True]


def test_office_hours_are_nine_to_five():
    assert list(chasing.OFFICE_HOURS) == [9, 10, 11, 12, 13, 14, 15, 16]


@pytest.mark.parametrize("state", ["failed", "bounced"])
def test_tell_the_officer_once_that_the_email_did_not_reach_the_approver(state, signed_in):
    signature = waiting()
    asking.emails.ask_approver_to_sign(signature, occasion="accepted")
    Email.objects.update(state=state)
    page = assert_good_page(signed_in(signature.submitted_by).get("/dashboard/").content.decode())
    assert f"Our email did not reach {signature.approver_email}." in page.get_text()
    at_ten = morning_after(1)
    assert [chase_approvers(now=at_ten + timedelta(hours=hour)) for hour in range(3)] == [1, 0, 0]
    told = Email.objects.get(message="tell_officer_approver_not_reached")
    assert told.to == signature.submitted_by.email and signature.approver_email in told.text
    again = {"signature": signature, "by": signature.submitted_by}
    assert [asking.resend_to_approver(**again) for _ in range(2)] == [True, False]
    # The one that was sent since, or another address, is all that counts.
    for put_right in ({"approver_email": "other@example.gov.uk"}, {}):
        Signature.objects.update(**put_right)
        asking.emails.ask_approver_to_sign(Signature.objects.get(), occasion=f"again{put_right}")
        page = signed_in(signature.submitted_by).get("/dashboard/").content.decode()
        assert "did not reach" not in page and chase_approvers(now=at_ten + timedelta(hours=4)) == 0


def test_tell_nobody_while_an_email_is_on_its_way(signed_in):
    signature = waiting()
    asking.emails.ask_approver_to_sign(signature, occasion="accepted")
    for state in ("pending", "sent", "delivered", "uncertain"):
        Email.objects.update(state=state, sent_at=ASKED if state in {"sent", "delivered"} else None)
        assert asking.not_reached([signature]) == {}
