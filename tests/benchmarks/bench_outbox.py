"""How fast the outbox sends, beside smtplib with ready bytes, in one run against Postfix's sink."""

import os
import smtplib  # noqa: TID251 (what the outbox is held against)
import statistics
import subprocess
import sys
import time

import pytest

from tests.programs import LOOPBACK, ROOT, smtp_sink
from tests.servers import KINDS, Stack

MAILS = 1_000
ROUNDS = 3

# Runs inside the service, in a process of its own: what one sender does, without the broker.
SEND = """
import json, sys, time
import django
django.setup()
from django.conf import settings
settings.DEBUG = False  # with it Django remembers every query
from declaration.outbox.delivery import send_chunk
from declaration.outbox.models import Email
from declaration.outbox.transports import transport

mails, start = int(sys.argv[1]), int(Email.objects.count())
words = {"message": "x", "subject": "Your commitment"}
words |= {"text": "A line.\\n" * 20, "html": "<p>A line.</p>\\n" * 20}
Email.objects.bulk_create(
    Email(key=f"k{start + i}", to=f"p{i}@example.gov.uk", **words) for i in range(mails)
)
transport().send(Email(to="warm@example.gov.uk", **words))
wall, cpu = time.perf_counter(), time.process_time()
while send_chunk(transport()):
    pass
took = time.perf_counter() - wall, time.process_time() - cpu
assert Email.objects.exclude(state="sent").count() == 0
print(json.dumps(took))
"""


def raw_smtplib(port):
    """Send ready bytes over one connection: three round trips a message and no record."""
    message = b"Subject: x\r\n\r\n" + b"A line.\r\n" * 100
    with smtplib.SMTP(LOOPBACK, port) as connection:
        connection.noop()
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(MAILS):
            connection.sendmail("a@example.gov.uk", f"p{number}@example.gov.uk", message)
        return time.perf_counter() - wall, time.process_time() - cpu


def through_the_outbox(stack):
    env = {**stack.env, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", SEND, str(MAILS)]
    ran = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if ran.returncode != 0:
        pytest.fail(ran.stderr)
    wall, cpu = ran.stdout.strip().strip("[]").split(",")
    return float(wall), float(cpu)


def test_outbox_throughput():
    with smtp_sink(keep=False) as sink:
        stacks = {kind: Stack(kind, web=False, worker=False, smtp=sink.port) for kind in KINDS}
        measured = {"smtplib, ready bytes": [], **{f"outbox on {kind}": [] for kind in KINDS}}
        try:
            for stack in stacks.values():
                stack.start()
            for _ in range(ROUNDS):
                measured["smtplib, ready bytes"].append(raw_smtplib(sink.port))
                for kind, stack in stacks.items():
                    measured[f"outbox on {kind}"].append(through_the_outbox(stack))
        finally:
            for stack in stacks.values():
                stack.stop()

    walls = {name: statistics.median(wall for wall, _ in rounds) for name, rounds in measured.items()}
    cpus = {name: statistics.median(cpu for _, cpu in rounds) for name, rounds in measured.items()}
    reference = walls["smtplib, ready bytes"]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\nOne sender, {MAILS} mails, median of {ROUNDS}; load {load}")
    print(f"{'':24}{'mails/s':>10}{'µs CPU/mail':>14}{'of smtplib':>12}")
    for name, wall in walls.items():
        cpu_each = cpus[name] / MAILS * 1e6
        print(f"{name:24}{MAILS / wall:>10.0f}{cpu_each:>14.0f}{reference / wall:>12.2f}")
    assert all(wall > 0 for wall in walls.values())
