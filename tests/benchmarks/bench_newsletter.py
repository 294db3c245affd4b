"""How fast an issue goes out, held against what a mail server can take and against Django's own way.

NEWSLETTER_MAILS and NEWSLETTER_MEMORY (numbers separated by commas) change how much is sent. PostgreSQL
runs with fsync off, as in all tests: what a disk costs comes on top, once for each round of a sender.
"""

import json
import os
import resource
import smtplib  # noqa: TID251 (what the newsletter is held against)
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: TID251

from tests.programs import LOOPBACK, ROOT, Program, python, smtp_sink, wait_until
from tests.servers import Stack

MAILS = int(os.environ.get("NEWSLETTER_MAILS", "100000"))
# What is held against it keeps no record: fewer are enough.
OTHERS = min(MAILS, 10_000)
AUDIENCES = [int(one) for one in os.environ.get("NEWSLETTER_MEMORY", "1000,100000,1000000").split(",")]
# How long a sender is watched: what could grow is what it claimed or keeps.
WATCHED_SECONDS = 60
CODES = 60
# With quoted-printable, two parts and headers about 12 KB.
LINES = 42
BODY = "\n\n".join(f"{n} A line of an issue that somebody wrote, {'word ' * 10}." for n in range(LINES))

MAKE = """
from django.db import connection
from django.utils import timezone
from declaration.newsletter.models import NewsletterIssue, Subscriber
from declaration.newsletter import rendering, sending
from declaration.outbox import mailings
from declaration.outbox.models import Email
now = timezone.now()
first = {"consent_at": now, "consent_wording": 1, "confirmed_at": now}
Subscriber.objects.get_or_create(email="r0@example.gov.uk", defaults=first)
names = [field.column for field in Subscriber._meta.concrete_fields if field.name not in ("id", "email")]
have = Subscriber.objects.count()
if have < mails:
    with connection.cursor() as cursor:
        # The others are copies of the first: a million would take Python minutes.
        cursor.execute(
            f"WITH RECURSIVE n(n) AS (SELECT {have} UNION ALL SELECT n + 1 FROM n WHERE n < {mails} - 1)"
            f" INSERT INTO newsletter_subscriber (email, {', '.join(names)})"
            f" SELECT 'r' || n || '@example.gov.uk', {', '.join(names)} FROM n, newsletter_subscriber"
            " WHERE email = 'r0@example.gov.uk'"
        )
issue = NewsletterIssue.objects.create(subject="News", slug=name, summary="What is new", body=body)
mail = rendering.mail_of(issue)
mailing = mailings.open_mailing(
    key=name, name=name, subject=mail.subject, text=mail.text, html=mail.html, list_id="newsletter.localhost",
    archive_url=rendering.archive_url(issue), leave_url=rendering.leave_prefix(),
)
import time
started = time.perf_counter()
readers = Subscriber.objects.subscribed().filter(pk__lte=Subscriber.objects.order_by("pk")[mails - 1].pk)
while not mailings.add_readers(mailing=mailing, readers=readers):
    pass
freezing = time.perf_counter() - started
mailings.start(mailing=mailing)
mailing.refresh_from_db()
answer = {"audience": mailing.audience, "freezing": freezing, "bytes": len(bytes(mailing.template))}
"""
# One sender as the worker's task is, without the broker: until nothing is left to claim.
SEND = """
import json, re, sys, time
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.DEBUG = False
from declaration.outbox import mass_delivery
from declaration.outbox.models import Mailing
from declaration.outbox.transports import transport
def most():
    # What getrusage says begins with the program that started this one.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
at_first = most()
Mailing.objects.update(canary=0)
print("ready", flush=True)
sys.stdin.readline()
wall, cpu = time.perf_counter(), time.process_time()
until = wall + float(sys.argv[1])
while mass_delivery.send_mailings(transport()) and time.perf_counter() < until:
    pass
print(json.dumps({
    "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "at_first": at_first,
    "memory": most(),
}), flush=True)
"""
CODE = """
import time
from django.db import transaction
from declaration.outbox.models import Email, Mailing
from declaration.outbox.queue import queue
keys = []
for n in range(codes):
    with transaction.atomic():
        queue(to=f"officer{n}@example.gov.uk", message="sign_in_code", key=f"code:{n}", context={"code": "1"},
              secret=True)
    time.sleep(0.25)
time.sleep(8)
rows = Email.objects.filter(key__startswith="code:").values_list("queued_at", "sent_at")
waits = [(sent - queued).total_seconds() if sent else 60.0 for queued, sent in rows]
answer = {"waits": waits, "still_going": Mailing.objects.filter(finished_at=None).exists()}
"""


def senders(stack, number, seconds=3600):
    """Run so many senders together; return the seconds from first to last, and what each says of itself."""
    env = {**stack.env, "DJANGO_SETTINGS_MODULE": "config.settings"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SEND, str(seconds)],
            cwd=ROOT,
            env=env,
            text=True,
            stdin=-1,
            stdout=-1,
            bufsize=1,
        )
        for _ in range(number)
    ]
    for one in running:
        assert one.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for one in running:
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [json.loads(one.communicate()[0]) for one in running]
    return time.perf_counter() - started, said


def sent(stack):
    [[number]] = stack.rows(
        "SELECT count(*) FROM outbox_email WHERE mailing_id IS NOT NULL AND state = 'sent'"
    )
    return number


def by_smtplib(port, message):
    with smtplib.SMTP(LOOPBACK, port) as connection:
        connection.noop()
        started = time.perf_counter()
        for number in range(OTHERS):
            connection.sendmail("a@example.gov.uk", f"r{number}@example.gov.uk", message)
        return OTHERS / (time.perf_counter() - started)


def by_pipelined_socket(port, message):
    """The least that SMTP allows: one connection, commands together, nothing across the final dot."""
    with smtplib.SMTP(LOOPBACK, port) as connection:
        connection.ehlo()
        line, heard = connection.sock, connection.file
        started = time.perf_counter()
        for number in range(OTHERS):
            line.sendall(b"MAIL FROM:<a@example.gov.uk>\r\nRCPT TO:<r%d@example.gov.uk>\r\nDATA\r\n" % number)
            for _ in range(3):
                heard.readline()
            line.sendall(message + b".\r\n")
            heard.readline()
        return OTHERS / (time.perf_counter() - started)


def by_django(port, text, html):
    connection = get_connection("django.core.mail.backends.smtp.EmailBackend", host=LOOPBACK, port=port)
    connection.open()
    number = max(OTHERS // 4, 1)
    started = time.perf_counter()
    for one in range(number):
        mail = EmailMultiAlternatives("News", text, "a@example.gov.uk", [f"r{one}@example.gov.uk"])
        mail.attach_alternative(html, "text/html")
        connection.send_messages([mail])
    taken = number / (time.perf_counter() - started)
    connection.close()
    return taken


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_mails_per_second(kind):
    with smtp_sink(keep=False) as sink, Stack(kind, web=False, worker=False, smtp=sink.port) as stack:
        made = stack.manage("check") and stack.python(MAKE, mails=10, name="warm", body=BODY)
        senders(stack, 1)
        message = b"Subject: News\r\n\r\n" + b"A line of an issue that somebody wrote.\r\n" * (
            made["bytes"] // 41
        )
        text, html = BODY, f"<p>{BODY}</p>"
        found = {
            "raw pipelined socket": by_pipelined_socket(sink.port, message),
            "smtplib, ready bytes": by_smtplib(sink.port, message),
            "Django, kept connection": by_django(sink.port, text, html),
        }
        lines, before = [], sent(stack)
        for number in (1, 2) if kind == "postgres" else (1,):
            frozen = stack.python(MAKE, mails=MAILS, name=f"issue-{number}", body=BODY)
            wall, said = senders(stack, number)
            now = sent(stack)
            assert now - before == MAILS
            before = now
            found[f"newsletter, {number} sender{'s' * (number > 1)}"] = MAILS / wall
            cpu = sum(one["cpu"] for one in said) / MAILS * 1e6
            lines.append(
                f"{number}: {cpu:.0f} µs CPU of ours a mail;"
                f" readers frozen {MAILS / frozen['freezing']:,.0f} a second"
            )
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\n{MAILS:,} mails of {made['bytes']:,} bytes on {kind}; load {load}")
    for name, rate in found.items():
        print(f"{name:28}{rate:>10,.0f} a second")
    print("\n".join(lines))
    assert all(found.values())


@pytest.mark.parametrize("audience", AUDIENCES)
def test_memory_of_a_sender(audience):
    """Freeze an audience, and send to it until all are served or a minute has passed."""
    with smtp_sink(keep=False) as sink, Stack("postgres", web=False, worker=False, smtp=sink.port) as stack:
        made = stack.python(MAKE, seconds=900, mails=audience, name="issue", body=BODY)
        wall, [said] = senders(stack, 1, WATCHED_SECONDS)
        number = sent(stack)
        print(
            f"\n{audience:>9,} readers, frozen at {audience / made['freezing']:,.0f} a second:"
            f" {said['at_first'] // 1024} MB before, {said['memory'] // 1024} MB at most,"
            f" {number:,} sent at {number / wall:,.0f} a second"
        )
        assert made["audience"] == audience
        assert number == audience or wall >= WATCHED_SECONDS


def test_sign_in_codes_while_an_issue_goes_out():
    with ExitStack() as opened:
        sink = opened.enter_context(smtp_sink(keep=False))
        stack = opened.enter_context(Stack("postgres", web=False, worker=False, smtp=sink.port))
        stack.python(MAKE, mails=MAILS, name="issue", body=BODY)
        # The two workers of compose.yaml.
        celery = python("celery", "--app=config", "worker", "--queues=newsletter", "--concurrency=2")
        newsletter = Program(
            [*celery, "--hostname=newsletter@%h"], stack.folder / "newsletter.log", env=stack.env
        )
        opened.callback(newsletter.kill)
        stack.start_worker(concurrency=4, queues="transactional")
        wait_until(lambda: sent(stack) > 100, what="the issue to go out")
        found = stack.python(CODE, codes=CODES)
    waits = sorted(found["waits"])
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99) - 1]
    print(
        f"\n{CODES} sign-in codes while an issue goes out:"
        f" p50 {p50:.2f} s, p99 {p99:.2f} s, slowest {max(waits):.2f} s"
    )
    print(
        f"the issue was {'still going out' if found['still_going'] else 'over'} at the end;"
        f" memory of this test {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    assert len(waits) == CODES
