"""How a run with several processes (`-n 3`) shares the tests out: a pytest plugin.

A file stays in one process, so that what its tests share is made once; journeys stay together by
database as well, because the stack they share is the dearest. Files that take longest go first, or
one process would end the run alone.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys/"
LONGEST_FIRST = [
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
    return "journeys on postgres" if file.startswith(JOURNEYS) and "postgres" in test else file


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
