"""How gunicorn serves the pages; read by ``gunicorn --config config/gunicorn.py``.

``WEB_CONCURRENCY`` (processes) and ``WEB_THREADS`` (threads in each) are read here and nowhere else.
"""

import gc
import os
from pathlib import Path

from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Django is loaded once and shared; nothing is connected to before the fork.
preload_app = True
# A worker that has not reported for this many seconds is replaced.
timeout = 30
graceful_timeout = 20
keepalive = 75
# The longest address in bytes: a list of names to check travels in one.
limit_request_line = 8190
# Heartbeats on a disk can stall a worker; memory cannot.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Paths can hold the tokens of emailed links, so gunicorn writes no access log.
accesslog = None
errorlog = "-"
control_socket_disable = True


def when_ready(server: Arbiter) -> None:
    """Keep what was loaded once out of the garbage collector's way, in this process and its children."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
