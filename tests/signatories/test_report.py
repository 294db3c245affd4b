"""The report: the same clock and the same counts as the desk, by month, as page, table and CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from signatories import moderation, signing
from signatories.desk.report import Month, report
from signatories.desk.waiting import age_of, count_lists
from signatories.models import ModerationDecision, Outcome, Signature
from tests.accounts.people import sign_in_as_staff
from tests.factories import ReasonFactory, SignatureFactory, UserFactory
from tests.html import assert_valid_html

pytestmark = pytest.mark.django_db

PAGE = "/admin/signatories/signature/report/"


def handed_in(moment, clock):
    clock.move_to(moment, tick=False)
    signature = SignatureFactory(started_at=moment)
    return signing.submit(signature=signature, by=signature.started_by)


def decided(signature, moment, clock, moderator, outcome="accept", **why):
    clock.move_to(moment, tick=False)
    activity = {"accept": moderation.accept, "back": moderation.request_changes, "reject": moderation.reject}
    activity[outcome](signature=signature, by=moderator, seen=signature.submitted_at, **why)


@pytest.fixture
def autumn(version, moderator, time_machine):
    """Eight submissions over two months, decided after known working days; three still wait."""
    monday = datetime(2026, 10, 5, 10, tzinfo=UTC)
    for days in (0, 1, 2, 4):
        decided(handed_in(monday, time_machine), monday + timedelta(days=days), time_machine, moderator)
    again = handed_in(monday, time_machine)
    too_broad = ReasonFactory(title="Too broad")
    decided(again, monday + timedelta(days=3), time_machine, moderator, "back", reasons=[too_broad])
    time_machine.move_to(datetime(2026, 11, 2, 10, tzinfo=UTC), tick=False)
    again = signing.submit(signature=again, by=again.started_by)
    why = {"reasons": [too_broad, ReasonFactory(title="Joke")]}
    decided(again, datetime(2026, 11, 9, 10, tzinfo=UTC), time_machine, moderator, "reject", **why)
    for day in (13, 18, 20):
        handed_in(datetime(2026, 11, day, 12, tzinfo=UTC), time_machine)
    gone = handed_in(datetime(2026, 11, 20, 12, tzinfo=UTC), time_machine)
    signing.withdraw(signature=gone, by=gone.started_by)
    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False)


def test_months_count_what_was_received_and_decided(autumn):
    october, november = report(months=2).months
    assert (october.received, october.decided, sorted(october.days)) == (5, 5, [0, 1, 2, 3, 4])
    assert (october.median, october.ninetieth, october.within_promise) == (2, 4, 80)
    assert (october.sent_back, october.rejected) == (1, 0)
    assert (november.received, november.days, november.within_promise) == (5, [5], 0)
    assert (november.sent_back, november.rejected) == (0, 1)


def test_counts_and_ages_are_those_of_the_desk(autumn):
    found = report()
    lists = count_lists(person=None)
    assert len(found.undecided) == lists["waiting"].count == found.waiting == 3
    ages = [age_of(signature) for signature in Signature.objects.awaiting_review()]
    assert sorted(found.undecided) == sorted(age.days for age in ages)
    assert found.overdue == lists["overdue"].count == sum(age.state == "overdue" for age in ages) == 1


def test_age_at_the_decision_is_what_the_desk_showed(version, moderator, time_machine):
    """Over a weekend and the Christmas bank holidays."""
    signature = handed_in(datetime(2026, 12, 23, 17, tzinfo=UTC), time_machine)
    moment = datetime(2026, 12, 31, 9, tzinfo=UTC)
    time_machine.move_to(moment, tick=False)
    shown = age_of(signature).days
    decided(signature, moment, time_machine, moderator)
    assert report(months=1).total.days == [shown] == [4]


def test_reasons_and_stops(autumn):
    found = report()
    assert found.reasons == [("Too broad", 2), ("Joke", 1)]
    assert dict(found.stops)["Waiting for review"] == 3
    assert dict(found.stops)["Rejected"] == 1
    assert (found.total.started, found.total.sent, found.total.accepted) == (9, 9, 4)
    assert (found.total.signed, found.total.published) == (0, 0)


def test_funnel_knows_the_published_also_after_they_have_gone(version):
    SignatureFactory(published=True)
    SignatureFactory(taken_down=True)
    SignatureFactory(signed_for_later=True)
    SignatureFactory(commitment__title="")
    found = report(months=1)
    assert (found.total.started, found.total.sent, found.total.signed, found.total.published) == (4, 3, 3, 2)
    assert found.questions == [("Title", 1)]


@pytest.mark.parametrize(
    ("days", "median", "ninetieth", "within"),
    [([], None, None, None), ([7], 7, 7, 0), ([1, 2], 1.5, 2, 100), (list(range(1, 11)), 5.5, 9, 30)],
)
def test_percentiles(days, median, ninetieth, within):
    month = Month(timezone.localdate(), days=days)
    assert (month.median, month.ninetieth, month.within_promise) == (median, ninetieth, within)


def test_submission_belongs_to_the_london_month(version, time_machine):
    handed_in(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), time_machine)
    assert [month.received for month in report(months=2).months] == [0, 1]


@pytest.fixture
def viewer():
    return sign_in_as_staff(Client(), UserFactory(role="viewer"))


def test_page_and_csv_say_the_same(autumn, viewer):
    page = viewer.get(PAGE)
    assert_valid_html(page.content.decode())
    answer = viewer.get("/admin/signatories/signature/report.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["month"] for row in rows][-2:] == ["2026-10", "2026-11"]
    assert len(rows) == 12
    for row, month in zip(rows, page.context["report"].months, strict=True):
        assert (row["received"], row["decided"]) == (str(month.received), str(month.decided))
    assert rows[-2]["median working days"] == "2"
    assert len(page.context["bars"]) == 12


def test_empty_service_has_an_empty_report(viewer):
    assert viewer.get(f"{PAGE}?months=60").context["months"] == 60
    assert viewer.get(f"{PAGE}?months=nonsense").context["months"] == 12
    assert_valid_html(viewer.get(PAGE).content.decode())


def test_take_downs_are_no_reviews(autumn, moderator):
    before = report().total.decided
    ModerationDecision.objects.create(
        signature=SignatureFactory(taken_down=True), outcome=Outcome.TAKEN_DOWN, decided_by=moderator
    )
    assert report().total.decided == before
