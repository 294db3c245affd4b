"""Every change of what the public sees has a number, and numbers become visible in their order."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from declaration.audit.recording import OutsideTransaction
from declaration.freshness import freshness, move_on
from signatories import moderation, signing
from signatories.changes import record_change, record_changes
from signatories.models import RegisterChange, What
from signatories.models.change import RegisterIsAppendOnly
from tests.factories import OrganisationFactory, ReasonFactory, SignatureFactory, UserFactory, current_version

WRITERS = 6
EACH = 15


def write_changes(organisation):
    try:
        for turn in range(EACH):
            with transaction.atomic():
                record_change(organisation=organisation, what=What.EDITED)
                # Whoever took an earlier number commits later, unless the counter is held.
                time.sleep(0.003 * (turn % 3))
    finally:
        connection.close()


def follow(number, is_over):
    """Poll for changes after a number as a client would, until there is nothing left to read."""
    seen = []
    while True:
        over = is_over()
        found = [change.number for change in RegisterChange.objects.after(seen[-1] if seen else number)[:7]]
        seen += found
        if over and not found:
            return seen


def test_follow_changes_while_many_write(database):
    before = freshness().number
    organisations = [OrganisationFactory() for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write_changes, organisation) for organisation in organisations]
        seen = follow(before, lambda: all(one.done() for one in writing))
        for one in writing:
            one.result()
    assert seen == sorted(set(seen))
    assert seen == list(RegisterChange.objects.after(before).values_list("number", flat=True))
    assert len(seen) == WRITERS * EACH


def test_move_on_where_the_row_is_missing(database):
    with transaction.atomic():
        first = move_on()
        assert move_on().number == first.number + 1
    assert freshness().number == first.number + 1


def test_time_never_runs_backwards(db, time_machine):
    time_machine.move_to("2026-11-23 11:00+00:00", tick=False)
    first = move_on()
    time_machine.move_to("2026-11-23 10:59+00:00", tick=False)
    assert move_on().changed_at == first.changed_at


def test_take_back_a_number_with_the_change(db):
    before = freshness()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_change(organisation=OrganisationFactory(), what=What.EDITED)
        raise ZeroDivisionError
    assert freshness() == before
    assert not RegisterChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_refuse_a_change_outside_a_transaction():
    with pytest.raises(OutsideTransaction):
        record_change(organisation=OrganisationFactory(), what=What.EDITED)


def test_number_many_changes_at_once(db):
    organisations = [OrganisationFactory() for _ in range(3)]
    start = freshness().number
    record_changes(organisations=organisations, what=What.ADDED)
    record_changes(organisations=[], what=What.ADDED)
    changes = list(RegisterChange.objects.after(start))
    assert [change.number for change in changes] == [start + 1, start + 2, start + 3]
    assert [change.organisation for change in changes] == organisations
    assert freshness().number == start + 3


def test_refuse_to_alter_or_remove_a_change(db):
    change = record_change(organisation=OrganisationFactory(), what=What.EDITED)
    for attempt in (
        change.save,
        change.delete,
        RegisterChange.objects.all().delete,
        lambda: RegisterChange.objects.update(what=What.ADDED),
    ):
        with pytest.raises(RegisterIsAppendOnly):
            attempt()


def changes_of(organisation):
    return list(organisation.changes.values_list("what", flat=True))


def test_sign_and_withdraw_are_changes(waiting):
    signing.sign(
        signature=waiting,
        name="Ada Approver",
        job_title="Chief Executive",
        capacity="chief-executive",
        version=current_version().number,
    )
    signing.withdraw(signature=waiting, by=waiting.started_by)
    assert changes_of(waiting.organisation) == [What.PUBLISHED, What.WITHDRAWN]


def test_withdraw_before_publication_is_no_change(waiting):
    signing.withdraw(signature=waiting, by=waiting.started_by)
    assert changes_of(waiting.organisation) == []


def test_take_down_is_a_change(db):
    signature = SignatureFactory(published=True)
    moderation.take_down(
        signature=signature,
        by=UserFactory(moderator=True),
        seen=signature.submitted_at,
        reasons=[ReasonFactory()],
    )
    assert changes_of(signature.organisation) == [What.TAKEN_DOWN]
