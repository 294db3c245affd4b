"""A date in three boxes, as people type it."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from signatories.models import Signature
from tests.html import assert_good_page
from tests.signatories.asking import page_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
DATES = [
    (("31", "3", "2027"), date(2027, 3, 31)),
    (("31", "March", "2027"), date(2027, 3, 31)),
    (("31", "mar", "2027"), date(2027, 3, 31)),
    ((" 01 ", "03", "2027"), date(2027, 3, 1)),
    (("29", "2", "2028"), date(2028, 2, 29)),
    (("22", "11", "2026"), date(2026, 11, 22)),
    (("", "", ""), "Enter the date by which you will deliver"),
    (("31", "", "2027"), "The date must include a month"),
    (("", "", "2027"), "The date must include a day and month"),
    (("31", "3", ""), "The date must include a year"),
    (("31", "3", "27"), "The year must have 4 numbers"),
    (("31", "3", "20277"), "The year must have 4 numbers"),
    (("31", "2", "2027"), "Enter a real date, like 31 3 2027"),
    (("29", "2", "2027"), "Enter a real date, like 31 3 2027"),
    (("0", "3", "2027"), "Enter a real date, like 31 3 2027"),
    (("31", "13", "2027"), "Enter a real date, like 31 3 2027"),
    (("x", "3", "2027"), "Enter a real date, like 31 3 2027"),
    (("1", "Sept.", "2027"), date(2027, 9, 1)),
    (("1", "maybe", "2027"), "Enter a real date, like 31 3 2027"),
    (("1", "Mud", "2027"), "Enter a real date, like 31 3 2027"),
    (("1", "3", "year"), "Enter a real date, like 31 3 2027"),
    (("9" * 50, "3", "2027"), "Enter a real date, like 31 3 2027"),
    (("-1", "3", "2027"), "Enter a real date, like 31 3 2027"),
    (("1", "3", "0000"), "Enter a real date, like 31 3 2027"),
    (("21", "11", "2026"), "The date must be in the future"),
    (("1", "1", "2020"), "The date must be in the future"),
    (("1", "1", "2030"), "The date must be within two years. A commitment is about a year's work"),
]


def parts(response):
    soup = BeautifulSoup(response.content, "html5lib")
    return [box["name"] for box in soup.select(".govuk-date-input input")], [
        box.get("value", "") for box in soup.select(".govuk-date-input input")
    ]


@pytest.mark.parametrize(("typed", "outcome"), DATES)
def test_read_a_date_in_three_boxes(typed, outcome, draft, signed_in, time_machine):
    time_machine.move_to(f"{TODAY} 12:00+00:00", tick=False)
    officer = signed_in(draft.started_by)
    names, _ = parts(officer.get(page_of(draft, "target-date")))
    response = officer.post(page_of(draft, "target-date"), dict(zip(names, typed, strict=True)))
    if isinstance(outcome, date):
        assert response.status_code == 302
        assert draft.commitments.get().target_date == outcome
        again = parts(officer.get(page_of(draft, "target-date")))[1]
        assert again == [str(outcome.day), str(outcome.month), str(outcome.year)]
    else:
        soup = assert_good_page(response.content.decode())
        [error] = soup.select(".govuk-error-message")
        assert error.get_text(" ", strip=True) == f"Error: {outcome}"
        assert [value.strip() for value in parts(response)[1]] == [value.strip() for value in typed]


@pytest.mark.parametrize("days", [0, 1])
def test_decision_may_be_of_today_but_not_of_tomorrow(days, officer, draft):
    day = timezone.localdate() + timedelta(days=days)
    names, _ = parts(officer.get(page_of(draft, "decision")))
    typed = dict(zip(names, map(str, (day.day, day.month, day.year)), strict=True))
    response = officer.post(page_of(draft, "decision"), typed)
    assert response.status_code == (302 if days == 0 else 200)
    assert Signature.objects.get(pk=draft.pk).decided_on == (day if days == 0 else None)
