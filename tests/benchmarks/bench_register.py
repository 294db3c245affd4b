"""The list of signatories per second of CPU, beside less and less of a page, in one run on PostgreSQL.

CPU is that of the web processes, and with the database's beside it. Everything is asked over
connections that stay open. «Not kept» asks each time for a page that this process has not made since
the last change: an address with a parameter of its own. ``BENCH_SERVER="granian …"`` measures
another web server. The middle of three rounds counts. Signatories promise three things each at both
sizes, and each question fills its page at both: what differs is how many others there are.
"""

import contextlib
import itertools
import os
import re
import shlex
import socket
import statistics
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.bench_signing import tree_cpu_seconds
from tests.nginx import nginx_before
from tests.postgresql import shared_postgres
from tests.programs import LOOPBACK, Program, python
from tests.servers import Stack

CLIENTS = 4
SECONDS = float(os.environ.get("BENCH_REGISTER_SECONDS", "0.5"))
BROWSER = "Accept-Encoding: gzip\r\n"
SIZES = [(300, 900), (10_000, 30_000)]
COUNTER = itertools.count()
MOST = 20_000
ROUNDS = 3
LOAD = (
    "from tests.benchmarks.large_register import load_large; answer = load_large(organisations, commitments)"
)
COUNT = "from tests.benchmarks.register_queries import queries_of; answer = queries_of(paths)"
PAGES = (
    "/",
    "/signatories/",
    "/signatories/?q=housing&region=London&sort=name",
    "/signatories.csv",
    "/signatories.json?page=1",
    "/signatories.atom",
    "/commitments/",
    "/coverage/",
)


class Connection:
    """Asks over one connection, with as little work as can be."""

    def __init__(self, port):
        self.port = port

    def __enter__(self):
        self.socket = socket.create_connection((LOOPBACK, self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def __exit__(self, *error):
        self.socket.close()

    def get(self, path, headers=""):
        """Return the status, the head and the length of the body."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\n{headers}\r\n"
        try:
            return self._answer(request.encode())
        except ConnectionError:  # the server ended it between two questions
            self.__exit__()
            return self.__enter__()._answer(request.encode())

    def _answer(self, request):
        self.socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        status = int(head[9:12])
        if status == 304:
            return status, head, 0
        if found := re.search(rb"(?i)content-length: (\d+)", head):
            length = int(found[1])
            while len(body) < length:
                body += self._more()
            return status, head, length
        while not body.endswith(b"\r\n0\r\n\r\n"):
            body += self._more()
        return status, head, len(body)

    def _more(self):
        received = self.socket.recv(262_144)
        if not received:
            raise ConnectionError("closed")
        return received


class Measured:
    """A running web server, with the database's CPU beside its own."""

    def __init__(self, port, pid):
        self.port, self.pid = port, pid
        self.database = shared_postgres().program.pid
        self.enough = {}

    def rate(self, path, headers="", expect=200, unique=False):
        """Return requests per second of web CPU, and of web and database CPU together.

        The first few say how many take about the time to measure; later rounds know.
        """
        asked = (path, headers)
        if not unique:
            self._ask((path, headers, expect, unique, 1))  # that it is kept
        requests = self.enough.get(asked, 4)
        while True:
            start = self._spent()
            with ThreadPoolExecutor(CLIENTS) as clients:
                each = itertools.repeat((path, headers, expect, unique, requests // CLIENTS), CLIENTS)
                list(clients.map(self._ask, each))
            web, database = (now - then for now, then in zip(self._spent(), start, strict=True))
            if web > SECONDS / 2 or requests >= MOST:
                self.enough[asked] = requests
                answered = requests // CLIENTS * CLIENTS
                return answered / web, answered / (web + database)
            requests = min(MOST, max(2 * requests, int(requests * SECONDS / max(web, 0.02))))

    def _ask(self, question):
        path, headers, expect, unique, times = question
        with Connection(self.port) as connection:
            for _ in range(times):
                own = f"{path}{'&' if '?' in path else '?'}x={next(COUNTER)}" if unique else path
                status, _, _ = connection.get(own, headers)
                assert status == expect, (path, status)

    def _spent(self):
        return tree_cpu_seconds(self.pid), tree_cpu_seconds(self.database)


def server_command(port):
    if asked := os.environ.get("BENCH_SERVER"):
        return [*python(*shlex.split(asked)), "--host", LOOPBACK, "--port", port]
    return python("gunicorn", "--config", "config/gunicorn.py", "--bind", f"{LOOPBACK}:{port}")


@contextlib.contextmanager
def service(organisations, commitments):
    production = {
        "DEBUG": "false",
        "SECRET_KEY": "bench-" * 12,
        "ALLOWED_HOSTS": "localhost",
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "4",
    }
    with Stack("postgres", env=production, web=False, worker=False) as stack:
        stack.python(LOAD, organisations=organisations, commitments=commitments)
        stack.python("from django.db import connection; connection.cursor().execute('ANALYZE'); answer = 1")
        command = [*server_command(stack.port), "tests.benchmarks.register_beside:application"]
        web = Program(command, stack.folder / "web.log", env=stack.env)
        try:
            web.wait_for_port(stack.port)
            yield Measured(stack.port, web.pid), stack
        finally:
            web.kill()


ROWS = {
    "bare WSGI": ("/bench/wsgi/", "", 200, False),
    "bare Django view": ("/bench/bare/", "", 200, False),
    "minimal Django and Jinja": ("/bench/minimal/", "", 200, False),
    "list, not kept": ("/signatories/", "", 200, True),
    "list, kept": ("/signatories/", "", 200, False),
    "list, kept, compressed": ("/signatories/", BROWSER, 200, False),
    "list, not modified": ("/signatories/", "{known}", 304, False),
    "filtered, not kept": ("/signatories/?nation=England&status=on-track&principle=1", "", 200, True),
    "search, not kept": ("/signatories/?q=simpler", "", 200, True),
    "search for a part, not kept": ("/signatories/?q=impler", "", 200, True),
    "search misspelt, not kept": ("/signatories/?q=simplr", "", 200, True),
    "check of one name": ("/check/?who=Camden&on=2024-03-31", "", 200, True),
    "JSON of fifty, not kept": ("/signatories.json?page=1", "", 200, True),
    "Atom of fifty, not kept": ("/signatories.atom", "", 200, True),
    "API of fifty, not kept": ("/api/v1/signatories/", "", 200, True),
    "API of fifty, kept": ("/api/v1/signatories/", "", 200, False),
    "coverage, not kept": ("/coverage/", "", 200, True),
    "CSV of everything, not kept": ("/signatories.csv", "", 200, True),
    "CSV of everything, kept": ("/signatories.csv", "", 200, False),
    "the same, compressed": ("/signatories.csv", BROWSER, 200, False),
    "JSON of everything, not kept": ("/signatories.json", "", 200, True),
    "JSON of everything, kept": ("/signatories.json", "", 200, False),
}


def test_register():
    """Measure both sizes in turns, row after row, so that a busy moment of the machine hits all alike."""
    with contextlib.ExitStack() as stacks:
        services = [stacks.enter_context(service(*size)) for size in SIZES]
        known = [_known(server) for server, _ in services]
        rounds = [
            {
                name: [
                    server.rate(path, headers.format(known=etag), expect, unique)
                    for (server, _), etag in zip(services, known, strict=True)
                ]
                for name, (path, headers, expect, unique) in ROWS.items()
            }
            for _ in range(ROUNDS)
        ]
        for place, (organisations, commitments) in enumerate(SIZES):
            print(f"\n{organisations:,} organisations and {commitments:,} commitments")
            for name in ROWS:
                web, both = (statistics.median(one[name][place][n] for one in rounds) for n in (0, 1))
                beside = [
                    statistics.median(one[name][place][0] / one[other][place][0] for one in rounds)
                    for other in ("bare Django view", "minimal Django and Jinja")
                ]
                beside.append(statistics.median(one[name][place][0] / one[name][0][0] for one in rounds))
                of_bare, of_minimal, of_small = beside
                print(
                    f"{name:28}{web:7.4g} by web CPU-second{both:7.4g} with the database's; {of_bare:5.2f} of"
                    f" bare, {of_minimal:5.2f} of minimal, {of_small:5.2f} of {SIZES[0][0]} organisations"
                )
        print("\nqueries of a page made anew, and of the page kept, at each size")
        counted = [stack.python(COUNT, paths=PAGES) for _, stack in services]
        for path in PAGES:
            print(f"{path:48}", *(f"{made:4} {kept:4}" for made, kept in (one[path] for one in counted)))
        _, stack = services[-1]
        with nginx_before(stack.port, stack.folder) as nginx:
            [pid] = [int(p) for p in os.listdir("/proc") if p.isdigit() and _is_nginx(p, stack.folder)]
            front = Measured(nginx.port, pid)
            for name, headers in {"plain": "", "compressed": BROWSER}.items():
                rate = statistics.median(front.rate("/signatories/", headers)[0] for _ in range(ROUNDS))
                print(f"behind nginx, {name:14}{rate:7.0f} by nginx CPU-second")


def _known(server):
    """Return the header of a client that has the list, after a look at its weight."""
    with Connection(server.port) as first:
        _, head, length = first.get("/signatories/", BROWSER)
    print(f"the list weighs {length:,} bytes compressed")
    return f"If-None-Match: {re.search(rb'(?i)etag: (.*)', head)[1].decode().strip()}\r\n"


def _is_nginx(pid, folder):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            command = file.read()
    except OSError:
        return False
    return "nginx: master" in command and str(folder) in command
