"""Send an issue while workers, clock, broker, mail server and database die, and ask the sink who got what.

`python -m tests.outbox.torture --mails 20000 --kills 30 --seed 1`, or `./run torture`. The same seed kills
the same things at the same numbers of mails. Nothing of our own records is believed but which emails are
held back as uncertain, cancelled or failed.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg

from tests.postgresql import postgres
from tests.programs import PATIENCE, ROOT, Program, python, smtp_sink, wait_until
from tests.servers import KINDS, Stack

SHORT = {"MAIL_TIMEOUT_SECONDS": "0.5", "MAIL_LEASE_SECONDS": "4", "WEB_CONCURRENCY": "1"}
# As many as there are connections of one sender to the mail server.
WIDTH = 16
WORKERS = 2
SECONDS_IN_FLIGHT = 1.0
BEGIN = """
from datetime import timedelta
from django.utils import timezone
from declaration.accounts.models import User
from declaration.newsletter.models import NewsletterIssue, Subscriber
now = timezone.now()
readers = [
    Subscriber(email=f"r{n}@example.gov.uk", consent_at=now, consent_wording=1, confirmed_at=now)
    for n in range(mails)
]
Subscriber.objects.bulk_create(readers, batch_size=2000)
editor = User.objects.create_user("editor@communities.gov.uk", role="editor")
issue = NewsletterIssue.objects.create(
    subject="News", slug="news", body="Hello\\n\\n" + "A line of the issue.\\n\\n" * 20,
    approved_at=now, approved_by=editor, send_at=now, scheduled_by=editor,
)
"""
LEAVING = """
import sys, time
import django
django.setup()
from django.db import connection
from declaration.newsletter import subscribing
from declaration.newsletter.models import Subscriber
for line in sys.stdin:
    while True:
        try:
            subscribing.leave(subscriber=Subscriber.objects.get(email=line.strip()))
            break
        except Exception:
            connection.close()
            time.sleep(0.2)
    print(time.time(), flush=True)
"""
UNFINISHED = "SELECT count(*) FROM outbox_mailing WHERE finished_at IS NULL"
DATABASE_ERRORS = (psycopg.Error,)


@dataclass
class Found:
    """What came of it: `lost` and the rest are numbers of readers, `kills` of what was killed."""

    seed: int
    kills: Counter = field(default_factory=Counter)
    sent: int = 0
    lost: int = 0
    duplicate: int = 0
    uncertain: int = 0
    uncertain_at_most: int = 0
    after_leaving: int = 0
    left: int = 0
    failed: int = 0
    miscounted: dict = field(default_factory=dict)
    seconds: float = 0.0


class Torture:
    def __init__(self, stack, sink, server, *, mails, kills, seed):
        self.stack, self.sink, self.server = stack, sink, server
        self.mails, self.kills = mails, kills
        self.chance = random.Random(seed)
        self.found = Found(seed)
        self.workers = []
        self.left_at = {}

    def run(self):
        started = time.monotonic()
        self.stack.python(BEGIN, mails=self.mails)
        self.leaver = self._leaver()
        self.workers = [self._worker(number) for number in range(WORKERS)]
        self.beat = self._beat()
        steps = ["worker"] * 6 + ["beat", "broker", "sink", "sink", "database", "pause", "leave", "leave"]
        for number in range(1, self.kills + 1):
            enough = self.mails * number // (self.kills + 2)
            what = self.chance.choice(steps)
            wait_until(
                lambda enough=enough: self.sink.begun() >= enough or self._is_over(),
                seconds=10 * PATIENCE,
                what=f"{enough} mails before «{what}»",
            )
            if self._is_over():
                break
            getattr(self, f"_hurt_{what}")()
            self.found.kills[what] += 1
        wait_until(self._is_over, seconds=10 * PATIENCE, every=0.5, what="the end of the issue")
        for program in (*self.workers, self.beat):
            program.kill()
        with self.leaver:  # waits, and closes what was written to and read from it
            self.leaver.kill()
        self.found.seconds = time.monotonic() - started
        return self._count()

    # What is done to it.

    def _hurt_worker(self):
        number = self.chance.randrange(WORKERS)
        self.workers[number].kill()
        self.workers[number] = self._worker(number)

    def _hurt_beat(self):
        self.beat.kill()
        self.beat = self._beat()

    def _hurt_broker(self):
        self.stack.stop_broker()
        time.sleep(self.chance.random())
        self.stack.start_broker()

    def _hurt_sink(self):
        self.sink.program.kill()
        time.sleep(self.chance.random())
        self.sink.start()

    def _hurt_database(self):
        if self.server is None:  # SQLite has no server; its worker dies with its file open
            self._hurt_worker()
            return
        self.server.stop()
        time.sleep(self.chance.random())
        self.server.start()

    def _hurt_pause(self):
        self._change("UPDATE outbox_mailing SET state = 'paused' WHERE state = 'sending'")
        time.sleep(1 + self.chance.random())
        self._change("UPDATE outbox_mailing SET state = 'sending' WHERE state = 'paused'")

    def _hurt_leave(self):
        for _ in range(20):
            address = f"r{self.chance.randrange(self.mails)}@example.gov.uk"
            if address not in self.left_at:
                self.leaver.stdin.write(f"{address}\n")
                self.leaver.stdin.flush()
                self.left_at[address] = float(self.leaver.stdout.readline())

    def _change(self, statement):
        wait_until(lambda: self._try(lambda: self.stack.rows(statement) or True), what="the database")

    def _is_over(self):
        return self._try(lambda: self.stack.rows(UNFINISHED) == [(0,)] and self._has_begun())

    def _has_begun(self):
        return self.stack.rows("SELECT count(*) FROM outbox_mailing") == [(1,)]

    def _try(self, ask):
        try:
            return ask()
        except DATABASE_ERRORS:
            return False

    # What runs.

    def _worker(self, number):
        celery = python("celery", "--app=config", "worker", "--loglevel=WARNING", "--without-mingle")
        options = ["--without-gossip", f"--hostname=w{number}@%h", "--queues=transactional,newsletter"]
        return Program(
            [*celery, *options, "--concurrency=1"],
            self.stack.folder / f"worker-{number}.log",
            env=self.stack.env,
        )

    def _beat(self):
        celery = python("celery", "--app=config", "beat", "--loglevel=WARNING", "--pidfile=")
        return Program(celery, self.stack.folder / "beat.log", env=self.stack.env)

    def _leaver(self):
        return subprocess.Popen(
            [sys.executable, "-c", LEAVING],
            cwd=ROOT,
            env={**self.stack.env, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    # What came of it.

    def _count(self):
        found = self.found
        rows = self.stack.rows('SELECT reference, "to", state FROM outbox_email WHERE mailing_id IS NOT NULL')
        owed = {str(reference).replace("-", ""): (to, state) for reference, to, state in rows}
        accepted = self.sink.accepted_at()
        taken = Counter(reference.replace("-", "") for reference, _ in accepted)
        assert set(taken) <= set(owed)
        found.sent = len(taken)
        found.duplicate = taken.total() - len(taken)
        states = Counter(state for _, state in owed.values())
        found.uncertain, found.failed = states["uncertain"], states["failed"]
        excused = {"uncertain", "cancelled", "failed"}
        found.lost = sum(one not in taken and state not in excused for one, (_, state) in owed.items())
        found.lost += self.mails - len(owed) - self._left_before_the_beginning(owed)
        found.left = len(self.left_at)
        found.after_leaving = sum(
            at > self.left_at.get(owed[reference.replace("-", "")][0], float("inf")) + SECONDS_IN_FLIGHT
            for reference, at in accepted
        )
        hurt = found.kills["worker"] + found.kills["database"] * WORKERS + found.kills["sink"] * WORKERS
        found.uncertain_at_most = hurt * WIDTH
        counted = ["sent", "failed", "uncertain", "cancelled", "delivered", "bounced"]
        [counters] = self.stack.rows(f"SELECT {', '.join(counted)} FROM outbox_mailing")  # noqa: S608
        found.miscounted = {
            name: (number, states[name])
            for name, number in zip(counted, counters, strict=True)
            if number != states[name]
        }
        return found

    def _left_before_the_beginning(self, owed):
        addresses = {to for to, _ in owed.values()}
        return len(set(self.left_at) - addresses)


def torture(kind, *, mails, kills, seed):
    """Return what came of an issue to so many readers."""
    with smtp_sink() as sink:
        if kind == "sqlite":
            with Stack(kind, web=False, worker=False, smtp=sink.port, env=SHORT) as stack:
                return Torture(stack, sink, None, mails=mails, kills=kills, seed=seed).run()
        with postgres() as server:
            with Stack(kind, web=False, worker=False, smtp=sink.port, server=server, env=SHORT) as stack:
                return Torture(stack, sink, server, mails=mails, kills=kills, seed=seed).run()


def main():
    parser = argparse.ArgumentParser(description="Send an issue while everything dies.")
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, action="append")
    asked = parser.parse_args()
    kinds = asked.kind or KINDS
    with ThreadPoolExecutor(len(kinds)) as pool:
        jobs = {
            kind: pool.submit(torture, kind, mails=asked.mails, kills=asked.kills, seed=asked.seed)
            for kind in kinds
        }
    for kind, job in jobs.items():
        found = job.result()
        said = {**vars(found), "kills": dict(found.kills), "seconds": round(found.seconds)}
        sys.stdout.write(f"{kind}: {json.dumps(said)}\n")


if __name__ == "__main__":
    main()
