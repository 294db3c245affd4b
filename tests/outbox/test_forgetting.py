"""Words and addresses go after 90 days, numbers stay, and nothing is written twice because of it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.outbox import forgetting, mailings, mass_delivery, mass_sweeping, receipts, settling
from declaration.outbox.models import Email, Mailing, Receipt
from declaration.outbox.queue import queue
from tests.outbox.test_mailings import FakeTransport, counted, opened
from tests.signatories.databases import KINDS, own_database

LATER = forgetting.KEPT_FOR + timedelta(days=1)
FINISHED = ["sent", "delivered", "bounced", "failed", "uncertain", "cancelled"]


@pytest.fixture(params=KINDS)
def database(request, tmp_path, django_db_blocker):
    with own_database(request.param, tmp_path, django_db_blocker):
        yield


def going(number, key):
    mailing = opened(key=key)
    addresses = [f"p{n}@example.gov.uk" for n in range(number)]
    mailings.add_readers(mailing=mailing, readers=User.objects.filter(email__in=addresses))
    mailings.start(mailing=mailing)
    return mailing


def send(mailing, transport):
    with time_machine.travel(timezone.now()) as clock:
        while mass_delivery.send_mailings(transport):
            continue
        clock.shift(timedelta(seconds=10))
        mass_sweeping.look_after()
    mailing.refresh_from_db()


def test_forgets_readers_and_words_and_keeps_the_numbers(database, note, owe):
    User.objects.bulk_create([User(email=f"p{n}@example.gov.uk") for n in range(5)])
    old = going(5, "issue:1")
    send(old, FakeTransport(lambda email: "250 Ok"))
    [bounced] = Email.objects.of(old)[:1]
    receipts.keep(email=bounced, outcome=Receipt.Outcome.GONE, at=timezone.now())
    receipts.apply_all()
    before = counted(old)
    assert before == {"sent": 4, "bounced": 1}
    ended = [owe(state=state, sent_at=timezone.now()) for state in FINISHED]
    waiting = owe(next_attempt_at=timezone.now() + timedelta(days=365))

    with time_machine.travel(timezone.now() + LATER):
        recent = going(2, "issue:2")
        send(recent, FakeTransport())
        new = owe(state="sent", sent_at=timezone.now())
        assert forgetting.forget_old(batch=2, batches=4) == 8
        assert forgetting.forget_old(batch=2) == 3
        assert forgetting.forget_old() == 0
        for email in ended:
            email.refresh_from_db()
            assert (email.to, email.subject, email.text, email.html, email.last_error) == ("",) * 5
        assert not Email.objects.filter(mailing=old).exists()
        for email in (waiting, new):
            email.refresh_from_db()
            assert email.text == "Hello\n"
        assert Email.objects.of(recent).count() == 2
        # Neither a count anew nor a late receipt nor a button makes the numbers untrue.
        Mailing.objects.update(recount_after=timezone.now())
        for _ in range(3):
            mass_sweeping.look_after()
            mailings.recount(Mailing.objects.get(pk=old.pk))
        old.refresh_from_db()
        assert {name: getattr(old, name) for name in before} == before
        assert (old.audience, old.waiting, old.forgotten_at is not None) == (5, 0, True)
        with pytest.raises(mailings.NotPossible, match="so old"):
            mailings.retry_failed(mailing=old, readers=User.objects.all())
        staff = User.objects.create_user("s@communities.gov.uk")
        failed = ended[FINISHED.index("failed")]
        with pytest.raises(settling.WordsAreGone, match="so old"):
            settling.send_again(email=failed, by=staff, role="moderator")
        assert not Email.objects.needing_staff().exists()
        # The key is what keeps an email from being written twice.
        with transaction.atomic():
            queue(to=new.to, message=note, key=ended[0].key, context={"name": "Jo"})
        assert not Email.objects.filter(key=ended[0].key).exclude(to="").exists()


@pytest.mark.parametrize("left_as", ["paused", "sending", "preparing"])
def test_forgets_readers_of_a_mailing_that_nobody_ended(database, left_as):
    """Paused by hand or by itself, waiting for a mail server for ever, or never begun."""
    User.objects.bulk_create([User(email=f"p{n}@example.gov.uk") for n in range(5)])
    mailing = going(5, "issue:1")
    [first] = Email.objects.of(mailing)[:1]
    Email.objects.filter(pk=first.pk).update(state="sent", sent_at=timezone.now())
    Mailing.objects.update(state=left_as, sent=1, trouble="It stopped by itself.")

    def a_day_of_the_clock():
        forgetting.forget_old()
        with time_machine.travel(timezone.now()) as clock:
            for _ in range(6):
                mass_sweeping.look_after()
                clock.shift(timedelta(seconds=3))
        forgetting.forget_old()

    with time_machine.travel(timezone.now() + forgetting.KEPT_FOR - timedelta(days=1)):
        a_day_of_the_clock()
        mailing.refresh_from_db()
        assert (mailing.state, Email.objects.count()) == (left_as, 5)
    with time_machine.travel(timezone.now() + LATER):
        a_day_of_the_clock()
        assert not Email.objects.exists()
        mailing.refresh_from_db()
        assert (mailing.state, mailing.trouble) == ("cancelled", forgetting.TOO_OLD)
        assert (mailing.audience, mailing.sent, mailing.cancelled, mailing.waiting) == (5, 1, 4, 0)
        assert mailing.forgotten_at is not None
        a_day_of_the_clock()
    [event] = AuditEvent.objects.all()
    assert (event.verb, event.record_id, event.actor_role) == ("cancelled", str(mailing.pk), "system")
