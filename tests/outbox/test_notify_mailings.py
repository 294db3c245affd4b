"""An issue goes out by GOV.UK Notify: within its limits, over days, each reader once, told of each."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from declaration.accounts.models import User
from declaration.outbox import delivery, mailings, mass_delivery, mass_sweeping, quota, receipts, sweeping
from declaration.outbox.models import Email, LostAddress, Mailing
from declaration.outbox.transports.notify import NotifyTransport
from tests.outbox.notify_stand_in import KEY, PER_DAY, RATE, TEMPLATE, NotifyStandIn, receipt_of
from tests.outbox.test_mailings import counted, opened

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEAVE = "https://www.example.gov.uk/newsletter/leave/"
TOKEN = "a-token-of-the-callback-page"


@pytest.fixture
def notify():
    with NotifyStandIn() as server:
        yield server


@pytest.fixture
def transport(notify):
    transport = NotifyTransport(api_key=KEY, template_id=TEMPLATE, base_url=notify.url, timeout=0.5)
    yield transport
    transport.close()


def going(number):
    User.objects.bulk_create([User(email=f"p{n}@example.gov.uk") for n in range(number)])
    mailing = opened(leave_url=LEAVE)
    mailings.add_readers(mailing=mailing, readers=User.objects.order_by("pk"))
    mailings.start(mailing=mailing)
    return mailing


def send_what_may_leave(transport):
    mass_sweeping.look_after()
    while mass_delivery.send_mailings(transport):
        continue
    mass_sweeping.look_after()


def everybody_once(notify, number):
    got = Counter(one["email_address"] for one in notify.all)
    return got == Counter(f"p{n}@example.gov.uk" for n in range(number))


@pytest.mark.django_db
def test_keeps_within_the_limits_for_days_and_says_when_it_ends(notify, transport, settings, owe):
    settings.NEWSLETTERS_PER_MINUTE, settings.NEWSLETTERS_PER_DAY = 20, 50
    notify.rate, notify.per_day = 22, 55
    with time_machine.travel(NOON, tick=False) as clock:
        mailing = going(120)
        for left_today in (30, 10, 0, 0):
            send_what_may_leave(transport)
            mailing.refresh_from_db()
            assert quota.left_today() == left_today
            clock.shift(timedelta(seconds=73))
        # Today's are gone; tomorrow 50, and the day after the last 20 within a minute of its beginning.
        assert (mailing.sent, mailing.waiting, mailing.state) == (50, 70, "sending")
        assert quota.forecast(mailing.waiting, 100) == datetime(2026, 11, 24, 0, 1, tzinfo=UTC)
        # A sign-in code still finds room.
        code = owe(secret=True)
        delivery.send_chunk(transport)
        code.refresh_from_db()
        assert code.state == "sent"
        for _ in range(2):
            clock.move_to(quota.tomorrow() + timedelta(seconds=5))
            for _ in range(4):
                send_what_may_leave(transport)
                clock.shift(timedelta(seconds=73))
        mailing.refresh_from_db()
    [sent_code] = [one for one in notify.all if one["email_address"] == code.to]
    notify.all.remove(sent_code)
    code.delete()
    assert notify.refused == {}
    assert sorted(notify.sent_on.values()) == [20, 50, 51]
    assert (mailing.state, counted(mailing)) == ("sent", {"sent": 120})
    assert everybody_once(notify, 120)


def tomorrow(now):
    return datetime(now.year, now.month, now.day, 0, 1, tzinfo=UTC) + timedelta(days=1)


def in_a_minute(now):
    return now + timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "error", "goes_on"),
    [
        ({"per_day": 10}, "TooManyRequestsError", tomorrow),
        ({"rate": 10}, "RateLimitError", in_a_minute),
    ],
)
def test_waits_by_itself_when_notify_says_that_it_is_enough(notify, transport, limit, error, goes_on):
    for name, value in limit.items():
        setattr(notify, name, value)
    with time_machine.travel(NOON, tick=False) as clock:
        mailing = going(25)
        for number, sent in enumerate((10, 20), start=1):
            send_what_may_leave(transport)
            mailing.refresh_from_db()
            assert (mailing.sent, notify.refused) == (sent, {error: number})
            assert mailing.waits_until == goes_on(timezone.now())
            assert "Exceeded" in mailing.trouble
            clock.move_to(mailing.waits_until - timedelta(seconds=1))
            send_what_may_leave(transport)
            assert len(notify.all) == sent
            clock.shift(timedelta(seconds=2))
        send_what_may_leave(transport)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.trouble, counted(mailing)) == ("sent", "", {"sent": 25})
    assert everybody_once(notify, 25)


@pytest.mark.django_db
def test_meets_the_real_limits(notify, transport):
    with time_machine.travel(NOON, tick=False) as clock:
        mailing = going(4)
        notify.requests.extend([NOON.timestamp()] * (RATE - 1))
        send_what_may_leave(transport)
        clock.shift(timedelta(seconds=61))
        notify.sent_on[NOON.date()] = PER_DAY - 1
        send_what_may_leave(transport)
        mailing.refresh_from_db()
        assert notify.refused == {"RateLimitError": 1, "TooManyRequestsError": 1}
        assert (mailing.sent, mailing.waits_until) == (2, datetime(2026, 11, 23, 0, 1, tzinfo=UTC))
        assert mailing.trouble.endswith("Exceeded send limits (email: 250000) for today")


@pytest.mark.django_db
def test_settles_every_lost_answer_and_sends_nobody_twice(notify, transport):
    chance = random.Random(7)
    with time_machine.travel(NOON, tick=False) as clock:
        mailing = going(12)
        for _ in range(40):
            # Taken but never answered now and then, or not taken at all.
            notify.answer = chance.choice(
                [None, None, "swallow", (500, "Exception", "Internal server error")]
            )
            mass_delivery.send_chunk(mailing, transport)
            notify.answer = None
            clock.shift(delivery.ASK_AFTER + timedelta(minutes=11))
            sweeping.sweep(transport)
            for _ in range(3):
                mass_sweeping.look_after()
                clock.shift(timedelta(seconds=3))
            mailing.refresh_from_db()
            if mailing.state == Mailing.State.SENT:
                break
    assert counted(mailing) == {"sent": 12}
    assert everybody_once(notify, 12)


@pytest.mark.django_db
def test_stops_when_notify_will_not_have_the_message(notify, transport):
    mailing = going(3)
    notify.answer = (400, "BadRequestError", "Missing personalisation: body")
    send_what_may_leave(transport)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.failed) == ("paused", 3)
    assert Email.objects.first().last_error == "GOV.UK Notify answered: 400 Missing personalisation: body"


@pytest.mark.django_db(transaction=True)
def test_is_told_of_every_reader_over_http(notify, transport, live_server, settings):
    settings.NOTIFY_CALLBACK_TOKEN = TOKEN
    mailing = going(8)
    send_what_may_leave(transport)
    statuses = ["delivered"] * 5 + ["permanent-failure", "temporary-failure", "technical-failure"]
    told = [receipt_of(made, status) for made, status in zip(notify.all, statuses, strict=True)]
    random.Random(3).shuffle(told)
    for receipt in [*told, *told[:4]]:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        where = live_server.url + reverse("mail_receipts")
        with urlopen(Request(where, json.dumps(receipt).encode(), headers)) as answer:  # noqa: S310
            assert answer.status == 204
    receipts.apply_all()
    assert counted(mailing) == {"delivered": 5, "bounced": 2, "failed": 1}
    assert [one.address for one in LostAddress.objects.all()] == [notify.all[5]["email_address"]]
    assert all(one["one_click_unsubscribe_url"].startswith(LEAVE) for one in notify.all)
    assert Email.objects.filter(state="delivered", receipt_at__lte=timezone.now()).count() == 5
