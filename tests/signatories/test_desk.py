"""The admin's home counts what waits, by the same clock as the queue."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from signatories.waiting import age_of, overdue_before
from tests.factories import SignatureFactory

LONDON = ZoneInfo("Europe/London")
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
def test_show_staff_what_waits(staff):
    SignatureFactory(submitted=True)
    SignatureFactory(awaiting_approver=True)

    page = BeautifulSoup(staff.get(reverse("admin:index")).content, "html5lib")

    said = [" ".join(item.get_text().split()) for item in page.select(".desk li")]
    assert said == [
        "1 waiting for review",
        "1 waiting for the approver",
        "0 proposed organisations to confirm",
        "0 emails failed or uncertain",
    ]
