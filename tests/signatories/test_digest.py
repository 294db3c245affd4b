"""The weekday summary: at its time, once for each moderator, only when something waits."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from declaration.outbox.models import Email
from signatories.digest import SHOWN, send_digests
from signatories.models import Casework, CommitmentEdit, CorrectionRequest
from tests.factories import OrganisationFactory, SignatureFactory, UserFactory
from tests.signatories.additions import addition_to

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.fixture
def monday(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def mo(monday):
    return UserFactory(role="moderator", full_name="Mo Derator")


def waiting_since(moment, **fields):
    return SignatureFactory(submitted=True, submitted_at=moment, **fields)


def test_says_what_waits_with_links_and_ages_oldest_first(mo):
    new = waiting_since(MONDAY - timedelta(minutes=5))
    old = waiting_since(MONDAY - timedelta(days=7))
    assert send_digests() == 1
    [email] = Email.objects.all()
    assert email.to == mo.email
    assert email.subject == (
        "2 submissions wait for review, 1 overdue: Local Digital Declaration, 23 November 2026"
    )
    assert email.text.index(old.organisation.name) < email.text.index(new.organisation.name)
    assert f"/admin/signatories/signature/{old.pk}/change/" in email.text
    assert "5 working days, overdue" in email.text and "0 working days, on time" in email.text
    assert f"/admin/signatories/signature/{old.pk}/change/" in email.html


def test_once_for_each_person_and_day(mo, time_machine):
    boss = UserFactory(role="administrator")
    waiting_since(MONDAY - timedelta(hours=1))
    assert [send_digests(), send_digests()] == [2, 0]
    assert set(Email.objects.values_list("to", flat=True)) == {mo.email, boss.email}
    time_machine.move_to(MONDAY + timedelta(days=1), tick=False)
    assert send_digests() == 2


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-11-23T08:29:59+00:00", 0),
        ("2026-11-23T08:30:00+00:00", 1),
        ("2026-06-15T07:29:00+00:00", 0),  # half past eight in London is half past seven in UTC
        ("2026-06-15T07:30:00+00:00", 1),
        ("2026-11-22T12:00:00+00:00", 0),  # a Sunday
        ("2026-12-25T12:00:00+00:00", 0),  # Christmas Day, a Friday
        ("2026-12-28T12:00:00+00:00", 0),  # the substitute for Boxing Day, a Monday
        ("2026-12-29T12:00:00+00:00", 1),
    ],
)
def test_set_time_of_london_on_working_days(mo, time_machine, moment, sent):
    now = datetime.fromisoformat(moment)
    time_machine.move_to(now, tick=False)
    waiting_since(now - timedelta(days=4))
    assert send_digests() == sent


def test_nothing_is_sent_when_nothing_waits(mo):
    SignatureFactory(published=True)
    SignatureFactory(awaiting_approver=True)
    parked = waiting_since(MONDAY - timedelta(days=3))
    Casework.objects.create(
        signature=parked, parked_until=timezone.localdate() + timedelta(days=3), parked_by=mo
    )
    assert send_digests() == 0
    assert not Email.objects.exists()


def test_what_comes_in_after_the_set_time_waits_for_tomorrow(mo, time_machine):
    time_machine.move_to(MONDAY + timedelta(hours=3), tick=False)
    waiting_since(MONDAY + timedelta(hours=2))
    assert send_digests() == 0
    time_machine.move_to(MONDAY + timedelta(days=1), tick=False)
    assert send_digests() == 1


def test_reported_mistakes_and_proposed_organisations_count_too(mo):
    long_ago = MONDAY - timedelta(days=2)
    CorrectionRequest.objects.create(
        organisation=OrganisationFactory(), what_is_wrong="The name.", created_at=long_ago
    )
    OrganisationFactory(proposed=True, proposed_at=long_ago)
    assert send_digests() == 1
    text = Email.objects.get().text
    assert "1 reader says" in text and "1 proposed organisation waits" in text


def test_edits_and_further_commitments_count_too(mo, version):
    for sent_at in (MONDAY - timedelta(days=2), MONDAY + timedelta(hours=1)):
        addition = addition_to(SignatureFactory(published=True), "submitted")
        CommitmentEdit.objects.filter(pk=addition.pk).update(submitted_at=sent_at)
    assert send_digests() == 1
    [email] = Email.objects.filter(message="tell_moderator_what_waits")
    for words in (email.text, email.html):
        assert "1 edit or further commitment waits for review." in words


def test_only_moderators_who_want_it_get_it(monday):
    for fields in (
        {"role": "viewer"},
        {"role": "editor"},
        {"role": ""},
        {"role": "moderator", "digest_wanted": False},
        {"role": "moderator", "is_active": False},
    ):
        UserFactory(**fields)
    waiting_since(MONDAY - timedelta(hours=1))
    assert send_digests() == 0


def test_long_list_is_cut_and_says_so(mo):
    for number in range(SHOWN + 3):
        waiting_since(MONDAY - timedelta(hours=number + 1))
    send_digests()
    assert "And 3 more." in Email.objects.get().text
