"""How a run with several processes (`-n 3`) shares the tests out: a pytest plugin.

A file stays in one process, so that what its tests share is made once; journeys stay together by
the stack they are told on, because that stack, its browser and its signed-in people are the dearest.
What takes longest goes first, or one process would end the run alone.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys/"
LONGEST_FIRST = [
    "journeys on sqlite",
    "tests/security/test_generated_requests.py",
    "tests/outbox/test_killed_worker.py",
    "tests/signatories/test_races.py",
    "journeys on postgres",
    "tests/deployment/test_image.py",
    "tests/deployment/test_start.py",
    "tests/security/test_observatory.py",
    "tests/deployment/test_slow_clients.py",
    "tests/outbox/test_database_restarts.py",
    "tests/outbox/test_faults.py",
    "tests/security/test_http_abuse.py",
]


def share_of(nodeid):
    """Return the name of the share that a test belongs to."""
    file, _, test = nodeid.partition("::")
    if file.startswith(JOURNEYS):
        return f"journeys on {'postgres' if 'postgres' in test else 'sqlite'}"
    return file


class ByFileLongestFirst(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        return share_of(nodeid)

    def _assign_work_unit(self, node):
        longest = next((share for share in LONGEST_FIRST if share in self.workqueue), None)
        if longest:
            self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return ByFileLongestFirst(config, log)
