"""The worker is killed in mid-send, again and again: nobody is left out, repeats are rarer than kills."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.programs import smtp_sink, wait_until
from tests.servers import KINDS, Stack

ROUNDS = 20
MAILS = 2_000
SHORT = {"MAIL_TIMEOUT_SECONDS": "0.25", "MAIL_LEASE_SECONDS": "2"}
QUEUE = """
from declaration.outbox.models import Email
words = {"message": "x", "subject": "Hello", "text": "Hello", "html": "<p>Hello</p>"}
emails = [Email(key=f"k{i}", to=f"p{i}@example.gov.uk", **words) for i in range(mails)]
Email.objects.bulk_create(emails)
answer = [str(email.reference) for email in emails]
"""
UNSENT = "SELECT count(*) FROM outbox_email WHERE state <> 'sent'"


@dataclass
class Count:
    kills_in_mid_send: int
    lost: set
    repeats: int


def test_loses_nobody_through_twenty_kills():
    """Both kinds at once, because most of the time a worker is starting."""
    with ThreadPoolExecutor(len(KINDS)) as both:
        counts = dict(zip(KINDS, both.map(kill_again_and_again, KINDS), strict=True))

    for kind, count in counts.items():
        assert count.lost == set(), kind
        assert count.kills_in_mid_send >= ROUNDS / 2, (kind, count)
        assert count.repeats <= count.kills_in_mid_send, (kind, count)


def kill_again_and_again(kind):
    with smtp_sink() as sink, Stack(kind, web=False, worker=False, smtp=sink.port, env=SHORT) as stack:
        owed = set(stack.python(QUEUE, mails=MAILS))
        kills_in_mid_send = 0
        for _ in range(ROUNDS):
            enough = min(sink.begun() + 40, MAILS)
            stack.start_worker()
            wait_until(lambda enough=enough: sink.begun() >= enough, every=0.01, what="forty more mails")
            stack.kill_worker()
            kills_in_mid_send += stack.rows(UNSENT) != [(0,)]
        stack.start_worker()
        wait_until(lambda: stack.rows(UNSENT) == [(0,)], seconds=60, what="the rest")
        stack.stop_worker()

        taken = Counter(sink.accepted())
        assert set(taken) <= owed
        return Count(kills_in_mid_send, owed - set(taken), taken.total() - len(taken))
