"""What is reported is public at once, repeated on the commitment, and never altered."""

import pytest
from django.db import DatabaseError, connection, transaction

from declaration.audit.append_only import AppendOnly
from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import moderation, reporting
from signatories.models import Commitment, ImpossibleTransition, Progress, ProgressTakeDown, Status
from tests.factories import ProgressFactory, SignatureFactory, UserFactory, signature_that_is


def report(signature, stage="on-track", happened="Half of the wards have it.", **fields):
    return reporting.report_progress(
        signature=signature, by=signature.started_by, stage=stage, happened=happened, **fields
    )


def stage_of(signature):
    commitment = Commitment.objects.get(signature=signature)
    return commitment.stage, commitment.stage_reported_at


@pytest.mark.django_db
def test_report_shows_at_once_and_is_repeated_on_the_commitment():
    signature = SignatureFactory(published=True)
    assert stage_of(signature) == ("unreported", None)
    for stage in ("not-started", "delayed"):
        entry = report(signature, stage=stage, learned="Begin earlier.")
        assert stage_of(signature) == (stage, entry.reported_at)
    assert [e.stage for e in signature.commitment.progress.shown()] == ["delayed", "not-started"]
    assert Commitment.objects.get(signature=signature).public_change_at >= entry.reported_at
    events = AuditEvent.objects.about(signature)
    assert [(e.verb, e.actor, e.before, e.after["stage"]) for e in events] == [
        ("report progress", signature.started_by.user, {"stage": "unreported"}, "not-started"),
        ("report progress", signature.started_by.user, {"stage": "not-started"}, "delayed"),
    ]
    assert not Email.objects.exists()


@pytest.mark.django_db
def test_report_twice_the_same_is_one_entry():
    signature = SignatureFactory(published=True)
    assert report(signature) == report(signature)
    assert Progress.objects.count() == 1
    assert report(signature, happened="And now all of them.") != Progress.objects.earliest("pk")


@pytest.mark.django_db
@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_report_nothing_about_what_is_not_public(status):
    signature = signature_that_is(status)
    with pytest.raises(ImpossibleTransition):
        report(signature)
    assert not Progress.objects.exists()


@pytest.mark.django_db
def test_take_an_entry_down_and_the_one_before_counts_again(moderator):
    signature = SignatureFactory(published=True)
    first, second = report(signature), report(signature, stage="done", happened="Call me on 0113 496 0000.")
    reporting.take_progress_down(progress=second, by=moderator, reason="A telephone number is in it.")
    assert list(signature.commitment.progress.shown()) == [first]
    assert stage_of(signature) == ("on-track", first.reported_at)
    [mail] = Email.objects.all()
    assert mail.to == signature.started_by.email
    for words in ("A telephone number is in it.", "Call me on 0113 496 0000."):
        assert words in mail.text and words in mail.html
    event = AuditEvent.objects.about(signature).last()
    assert (event.verb, event.actor, event.note) == (
        "take progress down",
        moderator,
        "A telephone number is in it.",
    )
    with pytest.raises(reporting.AlreadyTakenDown):
        reporting.take_progress_down(progress=second, by=moderator, reason="Again.")
    reporting.take_progress_down(progress=first, by=moderator, reason="And this one.")
    assert stage_of(signature) == ("unreported", None)
    assert Progress.objects.count() == 2


@pytest.mark.django_db
def test_take_down_nothing_of_ones_own():
    entry = ProgressFactory()
    with pytest.raises(moderation.OwnSubmission):
        reporting.take_progress_down(progress=entry, by=entry.reported_by.user, reason="Oh.")
    assert not ProgressTakeDown.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: Progress.objects.update(stage="done"),
        lambda entry: entry.commitment.progress.all().delete(),
    ],
    ids=["save", "delete", "update all", "delete all"],
)
def test_refuse_in_code_to_alter_progress(change):
    with pytest.raises(AppendOnly), transaction.atomic():
        change(ProgressFactory())


STATEMENTS = {
    "signatories_progress": ["UPDATE {} SET happened = 'Nothing.'", "UPDATE {} SET stage = 'done'"],
    "signatories_progresstakedown": ["UPDATE {} SET reason = 'None.'"],
}


@pytest.mark.parametrize("table", STATEMENTS)
def test_refuse_in_the_database_to_alter_progress(table, database):
    entry = ProgressFactory()
    reporting.take_progress_down(progress=entry, by=UserFactory(moderator=True), reason="Wrong.")
    statements = [*STATEMENTS[table], "DELETE FROM {}"]
    if database == "postgres":
        statements.append("TRUNCATE {} CASCADE")
    for statement in statements:
        with pytest.raises(DatabaseError, match="never"), transaction.atomic():
            connection.cursor().execute(statement.format(table))
    assert ProgressTakeDown.objects.filter(progress=entry).exists()


def test_let_the_person_of_an_entry_be_another_row_of_theirs(database):
    entry = ProgressFactory()
    other = SignatureFactory().started_by
    Progress._base_manager.filter(pk=entry.pk).update(reported_by=other)
    entry.refresh_from_db()
    assert entry.reported_by == other
