"""PostgreSQL goes away in mid-send and comes back: nobody is left out, repeats are those that had to be."""

from collections import Counter

from tests.postgresql import postgres
from tests.programs import smtp_sink, wait_until
from tests.servers import Stack

MAILS = 600
RESTARTS = 2
SENDERS = 2
SHORT = {"MAIL_TIMEOUT_SECONDS": "0.5", "MAIL_LEASE_SECONDS": "4"}
QUEUE = """
from declaration.outbox.models import Email
words = {"message": "x", "subject": "Hello", "text": "Hello", "html": "<p>Hello</p>"}
emails = [Email(key=f"k{i}", to=f"p{i}@example.gov.uk", **words) for i in range(mails)]
Email.objects.bulk_create(emails)
answer = [str(email.reference) for email in emails]
"""
UNSENT = "SELECT count(*) FROM outbox_email WHERE state <> 'sent'"


def test_loses_nobody_when_the_database_restarts_in_mid_send():
    with postgres() as server, smtp_sink() as sink:
        with Stack("postgres", web=False, worker=False, smtp=sink.port, server=server, env=SHORT) as stack:
            owed = set(stack.python(QUEUE, mails=MAILS))
            stack.start_worker(concurrency=SENDERS)
            for _ in range(RESTARTS):
                enough = min(sink.begun() + 60, MAILS - 1)
                wait_until(lambda enough=enough: sink.begun() >= enough, every=0.01, what="sixty more mails")
                server.stop()
                server.start()
            wait_until(lambda: stack.rows(UNSENT) == [(0,)], what="the rest")
            assert stack.worker.is_running()
            taken = Counter(sink.accepted())
            assert set(taken) == owed
            # What a sender had in hand when the database went: taken, and nothing to write it down on.
            assert taken.total() - len(taken) <= RESTARTS * SENDERS
            marked = "SELECT count(*) FROM outbox_email WHERE attempts > 1"
            assert stack.rows(marked)[0][0] >= taken.total() - len(taken)
