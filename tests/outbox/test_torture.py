"""An issue goes out while everything dies: nobody is left out, none comes twice, who left gets nothing."""

from concurrent.futures import ThreadPoolExecutor

from tests.outbox.torture import torture
from tests.servers import KINDS

MAILS, KILLS, SEED = 1_500, 5, 7


def test_survives_whatever_dies():
    """Both kinds at once, because most of the time something is starting."""
    with ThreadPoolExecutor(len(KINDS)) as both:
        jobs = {kind: both.submit(torture, kind, mails=MAILS, kills=KILLS, seed=SEED) for kind in KINDS}
    for kind, job in jobs.items():
        found = job.result()
        assert (found.lost, found.duplicate, found.after_leaving, found.failed) == (0, 0, 0, 0), (kind, found)
        assert found.uncertain <= found.uncertain_at_most, (kind, found)
        assert found.miscounted == {}, (kind, found)
        assert found.kills.total() >= 3, (kind, found)
