"""The complete signing POST, 100 a second for 30 seconds, on PostgreSQL and Redis, beside a bare view.

Every POST checks CSRF, locks the signature, writes the signature, the history and two emails, and
publishes. The worker is not on this machine, as in production; ``BENCH_WORKER=here`` puts it there.
"""

import os
import re
import socket
import statistics
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers import Stack, smtp_sink

RATE = 100
SECONDS = int(os.environ.get("BENCH_SECONDS", "30"))
CLIENTS = 32

PREPARE = """
from django.utils import timezone
from declaration.models import DeclarationVersion, Principle, ServiceArea
from signatories.links import approver_token
from signatories.models import Commitment, Organisation, Representative, Signature
from signatories.reference import load_reference

load_reference()
now = timezone.now()
organisations = Organisation.objects.bulk_create(
    Organisation(slug=f"bench-{n}", name=f"Bench {n} Council", short_name=f"Bench {n}", kind="unitary")
    for n in range(count)
)
officers = Representative.objects.bulk_create(
    Representative(organisation=o, email=f"officer@{o.slug}.test", full_name="Sam", job_title="Lead")
    for o in organisations
)
signatures = Signature.objects.bulk_create(
    Signature(
        organisation=o, status="awaiting_approver", started_by=officer,
        submitted_by=officer, submitted_at=now,
        approver_is_officer=False, approver_name="Chris Chief", approver_job_title="Chief executive",
        approver_email=f"chief@{o.slug}.test", approver_capacity="chief-executive", accepted_at=now,
        approver_asked_at=now, approver_last_mailed_at=now, consents_given_at=now,
    )
    for o, officer in zip(organisations, officers)
)
commitments = Commitment.objects.bulk_create(
    Commitment(signature=s, title="A commitment", mission="What we will do. " * 20,
               impact="Who gains. " * 20, target_date=now.date(), open_to_others=True)
    for s in signatures
)
principle, area = Principle.objects.first(), ServiceArea.objects.first()
Commitment.principles.through.objects.bulk_create(
    Commitment.principles.through(commitment_id=c.pk, principle_id=principle.pk) for c in commitments)
Commitment.service_areas.through.objects.bulk_create(
    Commitment.service_areas.through(commitment_id=c.pk, servicearea_id=area.pk) for c in commitments)
answer = [approver_token(s) for s in signatures]
"""


class Load:
    """Sends requests at their times over connections that stay open, and notes every answer.

    Bare sockets, because a client of the standard library would use the cores that are measured.
    """

    def __init__(self, port):
        self.port = port
        self.local = threading.local()
        self.connections = []
        self.seconds, self.statuses = [], {}

    def send(self, due, method, path, body="", headers=None):
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        request = "\r\n".join([*lines, "", body]).encode()
        time.sleep(max(0, due - time.perf_counter()))
        begun = time.perf_counter()
        try:
            status = self._ask(request)
        except (OSError, ValueError) as error:
            status = type(error).__name__
            self.local.connection = None
        self.seconds.append(time.perf_counter() - begun)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def close(self):
        for connection in self.connections:
            connection.close()

    def _ask(self, request):
        """Send one request and return the status; no answer here is chunked."""
        if getattr(self.local, "connection", None) is None:
            self.local.connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self.connections.append(self.local.connection)
        self.local.connection.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._received()
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", answer[:end])
        if not length:
            raise ValueError("The answer does not say how long it is.")
        missing = end + 4 + int(length[1]) - len(answer)
        while missing > 0:
            missing -= len(self._received())
        return int(answer[9:12])

    def _received(self):
        received = self.local.connection.recv(65536)
        if not received:
            raise ConnectionError("The server hung up.")
        return received


def tree_cpu_seconds(root):
    """Return the CPU time that a process and its children have used, in seconds."""
    ticks = os.sysconf("SC_CLK_TCK")
    parents, spent = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(name)], spent[int(name)] = int(fields[1]), (int(fields[11]) + int(fields[12])) / ticks

    def belongs(pid):
        while pid:
            if pid == root:
                return True
            pid = parents.get(pid, 0)
        return False

    return sum(seconds for pid, seconds in spent.items() if belongs(pid))


@pytest.fixture
def stack():
    production = {
        "DEBUG": "false",
        "SECRET_KEY": "bench-" * 12,
        "ALLOWED_HOSTS": "localhost",
        "WEB_CONCURRENCY": "4",
        "WEB_THREADS": "2",
    }
    here = os.environ.get("BENCH_WORKER") == "here"
    with smtp_sink() as sink, Stack("postgres", env=production, worker=here, smtp=sink.port) as running:
        yield running


def test_signing_a_hundred_times_a_second(stack):
    count = RATE * SECONDS
    tokens = stack.python(PREPARE, count=count)
    load = Load(stack.port)
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda _: load.send(0, "GET", "/health/live"), range(200)))
        before, begun = tree_cpu_seconds(stack.web.pid), time.perf_counter()
        list(clients.map(lambda _: load.send(0, "GET", "/health/live"), range(2000)))
        bare = (tree_cpu_seconds(stack.web.pid) - before) / 2000
        rate = 2000 / (time.perf_counter() - begun)
        print(f"\nbare view: {rate:.0f} a second, {bare * 1000:.2f} ms of web CPU each")

        secret = "a" * 32
        form = {"name": "Chris Chief", "job_title": "Chief", "capacity": "director", "confirmed": "on"}
        body = urllib.parse.urlencode({**form, "version": "1", "csrfmiddlewaretoken": secret})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrf={secret}"}
        load.close()
        load = Load(stack.port)
        before, begun = tree_cpu_seconds(stack.web.pid), time.perf_counter()
        futures = [
            clients.submit(load.send, begun + n / RATE, "POST", f"/approve/{token}/", body, headers)
            for n, token in enumerate(tokens)
        ]
        for future in futures:
            future.result()
        took = time.perf_counter() - begun
        load.close()
        signing = (tree_cpu_seconds(stack.web.pid) - before) / count
    [(published,)] = stack.rows("SELECT count(*) FROM signatories_signature WHERE status = 'published'")
    [(owed,)] = stack.rows("SELECT count(*) FROM outbox_email")
    [(sent,)] = stack.rows("SELECT count(*) FROM outbox_email WHERE state = 'sent'")
    cuts = statistics.quantiles(load.seconds, n=100)
    print(f"signing: {count} POSTs in {took:.1f} s, {count / took:.0f} a second, answers {load.statuses}")
    print(f"median {cuts[49]:.3f} s, 95 % under {cuts[94]:.3f} s, slowest {max(load.seconds):.3f} s")
    print(f"{signing * 1000:.1f} ms of web CPU each, {signing / bare:.1f} times a bare view")
    print(f"{published} published, {owed} emails owed, {sent} sent by then")
    assert load.statuses == {302: count}
    assert (published, owed) == (count, 2 * count)
