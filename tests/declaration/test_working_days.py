"""The one clock of working days: weekends, bank holidays of England, and London midnights."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declaration.working_days import add_working_days, is_working_day, london_day, working_days_between

LONDON = ZoneInfo("Europe/London")

DAYS_OFF = {
    "Saturday": date(2026, 11, 21),
    "Sunday": date(2026, 11, 22),
    "New Year's Day": date(2026, 1, 1),
    "Good Friday 2026": date(2026, 4, 3),
    "Easter Monday 2026": date(2026, 4, 6),
    "Early May": date(2026, 5, 4),
    "Spring": date(2026, 5, 25),
    "Summer": date(2026, 8, 31),
    "Christmas Day 2026": date(2026, 12, 25),
    "Boxing Day 2026 was a Saturday, so Monday": date(2026, 12, 28),
    "Christmas 2027 was a Saturday, so Monday": date(2027, 12, 27),
    "Boxing Day 2027 was a Sunday, so Tuesday": date(2027, 12, 28),
    "New Year 2028 is a Saturday, so Monday": date(2028, 1, 3),
    "Good Friday 2027": date(2027, 3, 26),
    "Easter Monday 2027": date(2027, 3, 29),
    "Jubilee of 2022": date(2022, 6, 3),
    "State funeral of 2022": date(2022, 9, 19),
    "Coronation of 2023": date(2023, 5, 8),
}
WORKING_DAYS = {
    "an ordinary Friday": date(2026, 11, 20),
    "Christmas Eve": date(2026, 12, 24),
    "the day after the substitute day": date(2026, 12, 29),
    "Maundy Thursday": date(2026, 4, 2),
    "a bank holiday of Scotland alone": date(2026, 11, 30),
    "another of Scotland": date(2026, 1, 2),
    "one of Northern Ireland": date(2026, 3, 17),
    "the day after Easter Monday": date(2026, 4, 7),
}


@pytest.mark.parametrize("day", DAYS_OFF.values(), ids=DAYS_OFF)
def test_rest_on_weekends_and_bank_holidays(day):
    assert not is_working_day(day)


@pytest.mark.parametrize("day", WORKING_DAYS.values(), ids=WORKING_DAYS)
def test_work_on_every_other_day(day):
    assert is_working_day(day)


def london(*parts):
    return datetime(*parts, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (london(2026, 11, 20, 9), london(2026, 11, 20, 17), 0),
        (london(2026, 11, 20, 17), london(2026, 11, 23, 9), 1),  # Friday to Monday
        (london(2026, 11, 21, 12), london(2026, 11, 22, 12), 0),  # within a weekend
        (london(2026, 11, 21, 12), london(2026, 11, 23, 0), 1),  # Saturday to Monday's first moment
        (london(2026, 12, 24, 9), london(2026, 12, 29, 9), 1),  # over Christmas
        (london(2026, 4, 2, 9), london(2026, 4, 7, 9), 1),  # over Easter
        (london(2026, 12, 31, 23, 59), london(2027, 1, 4, 0), 1),  # over the new year
        (london(2026, 11, 20), london(2026, 11, 13), 0),  # backwards
        (london(2026, 1, 1), london(2027, 1, 1), 253),  # the working days of 2026
    ],
)
def test_count_days_that_began_in_between(start, end, days):
    assert working_days_between(start, end) == days


def test_day_begins_at_midnight_in_london_in_summer_time():
    before, after = datetime(2026, 6, 9, 22, 59, tzinfo=UTC), datetime(2026, 6, 9, 23, 1, tzinfo=UTC)
    assert (london_day(before), london_day(after)) == (date(2026, 6, 9), date(2026, 6, 10))
    assert working_days_between(before, after) == 1


def test_day_begins_at_midnight_in_london_in_winter():
    before, after = datetime(2026, 11, 24, 22, 59, tzinfo=UTC), datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
    assert working_days_between(before, after) == 0
    assert working_days_between(before, datetime(2026, 11, 25, 0, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize("night", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_clocks_that_change_neither_lose_nor_add_a_day(night):
    # Both nights belong to Sundays: Friday to Monday is one working day however long Sunday was.
    assert working_days_between(night - timedelta(days=2), night + timedelta(days=1, hours=3)) == 1
    for hour in range(27):
        assert working_days_between(night, night + timedelta(hours=hour)) == (
            1 if london_day(night + timedelta(hours=hour)).weekday() == 0 else 0
        )


@given(st.datetimes(datetime(2018, 7, 4), datetime(2030, 12, 31)), st.integers(0, 40))
def test_add_and_count_are_each_others_inverse(start, days):
    start = start.replace(tzinfo=UTC)
    due = add_working_days(start, days)
    assert working_days_between(start, datetime(due.year, due.month, due.day, 12, tzinfo=LONDON)) == days
    assert days == 0 or is_working_day(due)
