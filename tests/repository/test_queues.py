"""Every queue that anything is put on has a worker, and every task has a queue."""

import re

from config.celery import app
from declaration.management.commands.start import WORKERS
from tests.repository.tree import ROOMS, files, read


def test_put_nothing_on_a_queue_without_a_worker():
    code = "\n".join(read(name) for name in files(*ROOMS, ending=".py"))
    named = set(re.findall(r"queue[\"']?[=:]\s*[\"'](\w+)[\"']", code))
    assert named - set(WORKERS) == set()
    assert app.conf.task_default_queue in WORKERS


def test_tick_only_for_tasks_that_exist():
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted - set(app.tasks) == set()
    assert {entry["options"]["queue"] for entry in app.conf.beat_schedule.values()} <= set(WORKERS)


def test_leave_no_task_that_nothing_calls():
    app.loader.import_default_modules()
    code = "\n".join(read(name) for name in files(*ROOMS, ending=".py"))
    called = {entry["task"] for entry in app.conf.beat_schedule.values()}
    called |= set(re.findall(r"send_task\(\s*\"([\w.]+)\"", code))
    assert {name for name in app.tasks if not name.startswith("celery.")} - called == set()


def test_leave_the_times_of_retries_to_the_rows():
    code = "\n".join(read(name) for name in files(*ROOMS, ending=".py"))
    assert re.findall(r"\b(?:countdown|eta)=", code) == []
