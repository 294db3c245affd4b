"""Programs of the service on free ports, waited for and ended."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(condition, seconds=30):
    """Return what ``condition`` returns once that is true; fail when it never is."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)
    return result


def ask(port, path="/health/live", host="localhost", method="GET", body=None, headers=None):
    """Return status, headers and body of one request; None where nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    except OSError:
        return None
    finally:
        connection.close()


@contextlib.contextmanager
def running(command, **options):
    """Run a program in a session of its own; end it and all it started on the way out."""
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)
