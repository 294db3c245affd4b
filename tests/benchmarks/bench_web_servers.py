"""gunicorn as it is shipped beside granian: the same process count, threads, pages and database, in one run.

Per second of CPU of the serving processes, over connections that stay open. Bare answers show what a
server costs; the pages show what is left of that once there is work to do. The middle of three rounds
counts. Memory is what the processes share out among them (PSS) after the run.
"""

import os
import re
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.benchmarks.bench_register import BROWSER, CLIENTS, LOAD, Connection, Measured
from tests.benchmarks.bench_signing import PREPARE, Load, tree_cpu_seconds
from tests.programs import LOOPBACK, Program, free_port, python
from tests.servers import Stack

PROCESSES, THREADS = "2", "4"
SIGNINGS = int(os.environ.get("BENCH_SIGNINGS", "400"))
TARGET = "tests.benchmarks.register_beside:application"
# Over so many connections every process has answered each question before it counts.
WARM_UP = 24
SECRET = "a" * 32
FORM = {"name": "Chris Chief", "job_title": "Chief", "capacity": "director", "confirmed": "on"}


def gunicorn(port):
    return [*python("gunicorn", "--config", "config/gunicorn.py", "--bind", f"{LOOPBACK}:{port}"), TARGET]


def granian(port):
    size = ["--workers", PROCESSES, "--blocking-threads", THREADS]
    address = ["--interface", "wsgi", "--http", "1", "--host", LOOPBACK, "--port", port]
    return [*python("granian", *size, *address, "--no-ws", "--log-level", "warning"), TARGET]


SERVERS = {"gunicorn": gunicorn, "granian": granian}


@pytest.fixture(scope="module")
def stack():
    production = {
        "DEBUG": "false",
        "SECRET_KEY": "bench-" * 12,
        "ALLOWED_HOSTS": "localhost",
        "WEB_CONCURRENCY": PROCESSES,
        "WEB_THREADS": THREADS,
    }
    with Stack("postgres", env=production, web=False, worker=False) as stack:
        stack.python(LOAD, organisations=300, commitments=300)
        yield stack


def sign(server, tokens):
    """Return signatures per second of CPU: each checks CSRF, locks, writes, publishes and owes emails."""
    load = Load(server.port)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrf={SECRET}"}
    body = urllib.parse.urlencode({**FORM, "version": "1", "csrfmiddlewaretoken": SECRET})
    before = tree_cpu_seconds(server.pid)
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda t: load.send(0, "POST", f"/approve/{t}/", body, headers), tokens))
    spent = tree_cpu_seconds(server.pid) - before
    load.close()
    assert load.statuses == {302: len(tokens)}
    return len(tokens) / spent


def memory(pid):
    """Return the megabytes that a process and its children hold, what they share counted once."""
    family, found = {pid}, 0
    for name in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        try:
            parent = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            if int(name) in family or parent in family:
                family.add(int(name))
                found += int(re.search(r"Pss: +(\d+)", Path(f"/proc/{name}/smaps_rollup").read_text())[1])
        except OSError:
            continue
    return found / 1024


def measure(server, tokens):
    """Return what was found for each kind of answer."""
    with Connection(server.port) as first:
        _, head, _ = first.get("/signatories/", BROWSER)
    etag = re.search(rb"(?i)etag: (.*)", head)[1].decode().strip()
    asked = {
        "bare WSGI": ("/bench/wsgi/", "", 200, False),
        "bare Django view": ("/bench/bare/", "", 200, False),
        "list, not kept": ("/signatories/", "", 200, True),
        "list, kept, compressed": ("/signatories/", BROWSER, 200, False),
        "list, not modified": ("/signatories/", f"If-None-Match: {etag}\r\n", 304, False),
    }
    for path, headers, _, _ in asked.values():
        for _ in range(WARM_UP):
            with Connection(server.port) as one:
                one.get(path, headers)
    found = {name: server.rate(*one)[0] for name, one in asked.items()}
    return found | {"signing (POST)": sign(server, tokens), "memory, MB": memory(server.pid)}


def test_web_servers(stack):
    tokens = stack.python(PREPARE, count=SIGNINGS * len(SERVERS))
    results = {}
    for number, (name, command) in enumerate(SERVERS.items()):
        port = free_port()
        web = Program(command(port), stack.folder / f"{name}.log", env=stack.env)
        try:
            web.wait_for_port(port)
            results[name] = measure(Measured(port, web.pid), tokens[number :: len(SERVERS)])
        finally:
            web.kill()
    print(f"\n{'per second of web CPU':24}" + "".join(f"{name:>10}" for name in SERVERS) + "     ratio")
    for kind, shipped in results["gunicorn"].items():
        other = results["granian"][kind]
        print(f"{kind:24}{shipped:10.0f}{other:10.0f}{other / shipped:10.2f}")
