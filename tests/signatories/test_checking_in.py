"""Organisations are asked how it goes 3, 6 and 12 months after they signed, once each."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import reporting
from signatories.checking_in import check_in, months_before
from signatories.models import Status
from tests.factories import CommitmentFactory, ProgressFactory, SignatureFactory, signature_that_is

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
SIGNED = datetime(2026, 3, 3, 15, tzinfo=LONDON)


def published(**fields):
    return SignatureFactory(published=True, **{"signed_at": SIGNED, **fields})


def asked(signature):
    return Email.objects.about(signature).filter(message="ask_for_update").order_by("pk")


def test_ask_after_three_six_and_twelve_months_and_never_again():
    signature = published()
    acted = []
    now = SIGNED.astimezone(UTC)
    while now < datetime(2027, 6, 1, tzinfo=UTC):
        if check_in(now=now):
            acted.append(now.astimezone(LONDON))
        now += timedelta(hours=6)
    assert [moment.date() for moment in acted] == [date(2026, 6, 3), date(2026, 9, 3), date(2027, 3, 3)]
    assert {9 <= moment.hour < 17 for moment in acted} == {True}
    mails = asked(signature)
    assert [mail.to for mail in mails] == [signature.submitted_by.email] * 3
    assert [mail.text.split("\n")[2].split(" ago")[0] for mail in mails] == [
        "3 months",
        "6 months",
        "12 months",
    ]
    for mail in mails:
        assert f"/dashboard/{signature.reference}/progress/" in mail.text
        assert f"/dashboard/{signature.reference}/progress/" in mail.html
    events = AuditEvent.objects.about(signature)
    assert [(e.verb, e.actor_role, e.after["months"]) for e in events] == [
        ("ask for update", "system", months) for months in (3, 6, 12)
    ]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2028, 5, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 15), 12, date(2025, 1, 15)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)),
        (date(2026, 3, 3), 6, date(2025, 9, 3)),
    ],
)
def test_count_months_by_the_calendar(day, months, before):
    assert months_before(day, months) == before


def test_ask_once_after_an_outage_that_missed_all():
    signature = published()
    late = datetime(2027, 4, 7, 10, tzinfo=LONDON)
    assert [check_in(now=late), check_in(now=late)] == [1, 0]
    assert asked(signature).count() == 1
    assert "12 months ago" in asked(signature).get().text


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 6, 6, 10, tzinfo=LONDON),  # Saturday
        datetime(2026, 8, 31, 10, tzinfo=LONDON),  # bank holiday
        datetime(2026, 6, 3, 8, 59, tzinfo=LONDON),
        datetime(2026, 6, 3, 17, 0, tzinfo=LONDON),
    ],
)
def test_stay_silent_outside_office_hours(moment):
    published()
    assert check_in(now=moment) == 0
    assert not Email.objects.exists()


@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_ask_nobody_who_is_not_public(status):
    signature = signature_that_is(status)
    if signature.signed_at:
        signature.signed_at = SIGNED
        signature.save()
    assert check_in(now=datetime(2026, 6, 3, 10, tzinfo=LONDON)) == 0


@pytest.mark.parametrize(
    ("stage", "days_ago", "is_asked"),
    [("on-track", 29, 0), ("on-track", 31, 1), ("done", 60, 0), ("stopped", 60, 0), ("delayed", 60, 1)],
)
def test_ask_nobody_who_has_just_told_or_has_finished(stage, days_ago, is_asked):
    now = datetime(2026, 6, 3, 10, tzinfo=LONDON)
    signature = published()
    ProgressFactory(signature=signature, stage=stage, reported_at=now - timedelta(days=days_ago))
    assert [check_in(now=now), check_in(now=now)] == [is_asked, 0]


def test_ask_the_team_mailbox_too():
    signature = published()
    officer = signature.submitted_by
    officer.team_mailbox = f"Digital@{signature.organisation.slug}.gov.uk"
    officer.save()
    check_in(now=datetime(2026, 6, 3, 10, tzinfo=LONDON))
    assert [mail.to for mail in asked(signature)] == [officer.email, officer.team_mailbox.lower()]


def test_ask_the_others_when_one_record_is_bad(caplog):
    bad, good = published(), published()
    bad.submitted_by.email = "not an address"
    bad.submitted_by.save()
    assert check_in(now=datetime(2026, 6, 3, 10, tzinfo=LONDON)) == 1
    assert (asked(bad).count(), asked(good).count()) == (0, 1)
    assert bad.reference in caplog.text
    assert "not an address" not in caplog.text


def test_report_after_an_entry_was_taken_down_is_asked_for_again(moderator):
    signature = published()
    entry = ProgressFactory(
        signature=signature, reported_at=datetime(2026, 5, 30, 10, tzinfo=LONDON), stage="done"
    )
    reporting.take_progress_down(progress=entry, by=moderator, reason="Not about this.")
    assert check_in(now=datetime(2026, 6, 3, 10, tzinfo=LONDON)) == 1


def test_ask_about_all_commitments_of_a_signature_in_one_email_each_time():
    signature = published()
    second, done = CommitmentFactory(signature=signature), CommitmentFactory(signature=signature)
    ProgressFactory(commitment=done, stage="done", reported_at=SIGNED)
    first = signature.commitment
    june, september = (datetime(2026, month, 3, 10, tzinfo=LONDON) for month in (6, 9))
    assert [check_in(now=now) for now in (june, june, september, september)] == [1, 0, 1, 0]
    mails = asked(signature)
    assert len(mails) == 2
    for mail in mails:
        for words in (mail.text, mail.html):
            assert first.title in words and second.title in words
            assert done.title not in words
            assert f"/dashboard/{signature.reference}/progress/" in words
            assert f"/dashboard/{signature.reference}.2/progress/" in words


def test_ask_nobody_who_has_just_told_about_another_commitment():
    now = datetime(2026, 6, 3, 10, tzinfo=LONDON)
    signature = published()
    told = CommitmentFactory(signature=signature)
    ProgressFactory(commitment=told, reported_at=now - timedelta(days=2))
    assert [check_in(now=now), check_in(now=now), check_in(now=now + timedelta(days=60))] == [0, 0, 0]
    assert check_in(now=datetime(2026, 9, 3, 10, tzinfo=LONDON)) == 1
