"""A signatory adds a further commitment: staff decide, nobody signs again, and it counts from that day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from declaration import switches
from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import (
    adding,
    editing,
    finishing,
    moderation,
    registering,
    releasing,
    reporting,
    restoring,
    signing,
)
from signatories.checking_in import check_in
from signatories.comparing import text_of
from signatories.models import (
    Commitment,
    CommitmentEdit,
    EditStatus,
    ImpossibleEdit,
    ImpossibleTransition,
    RegisterChange,
    Status,
)
from signatories.models.edit import EDIT_TRANSITIONS
from tests.factories import (
    CommitmentFactory,
    OrganisationFactory,
    ReasonFactory,
    RepresentativeFactory,
    SignatureFactory,
    signature_that_is,
)
from tests.signatories.additions import addition_to

pytestmark = pytest.mark.django_db

WAYS = {(way.source, way.verb): way.target for way in EDIT_TRANSITIONS}
MAILS = {
    ("draft", "submit"): ["tell_officer_addition_received"],
    ("draft", "withdraw"): [],
    ("submitted", "accept"): ["tell_officer_addition_accepted", "tell_signer_addition_accepted"],
    ("submitted", "request changes"): ["tell_officer_addition_needs_changes"],
    ("submitted", "reject"): ["tell_officer_addition_rejected"],
    ("submitted", "withdraw"): ["tell_officer_addition_withdrawn"],
    ("changes_requested", "resubmit"): ["tell_officer_addition_received"],
    ("changes_requested", "reject"): ["tell_officer_addition_rejected"],
    ("changes_requested", "withdraw"): ["tell_officer_addition_withdrawn"],
}


@pytest.fixture
def signature():
    return SignatureFactory(published=True)


def do(verb, addition, moderator):
    about = {"edit": addition, "by": moderator, "seen": addition.submitted_at}
    why = {"reasons": [ReasonFactory(title="Too wide")], "note": "Which libraries?"}
    activities = {
        "submit": lambda: editing.submit_edit(edit=addition, by=addition.started_by),
        "resubmit": lambda: editing.submit_edit(edit=addition, by=addition.started_by),
        "withdraw": lambda: editing.withdraw_edit(edit=addition, by=addition.started_by),
        "accept": lambda: adding.accept_addition(**about, note="Good."),
        "request changes": lambda: editing.request_changes_to_edit(**about, **why),
        "reject": lambda: editing.reject_edit(**about, **why),
    }
    return activities[verb]()


@pytest.mark.parametrize(("source", "verb"), WAYS)
def test_move_along_the_table_of_edits(source, verb, signature, moderator):
    addition = addition_to(signature, source)
    seen = AuditEvent.objects.count()
    do(verb, addition, moderator)
    addition.refresh_from_db()
    assert addition.status == WAYS[source, verb]
    [event] = AuditEvent.objects.about(signature).order_by("pk")[seen:]
    assert (event.verb, event.after["edit"]) == (f"{verb} addition", addition.pk)
    assert [mail.message for mail in Email.objects.order_by("pk")] == MAILS[source, verb]
    for mail in Email.objects.all():
        for words in (mail.text, mail.html):
            assert "Warmer libraries" in words and signature.reference in words
    assert signature.commitments.count() == (2 if verb == "accept" else 1)
    assert RegisterChange.objects.filter(what="committed").count() == (verb == "accept")


def test_accepted_one_stands_beside_the_first(signature, moderator):
    first = signature.commitment
    said, signed = text_of(first), signature.signed_at
    partner = OrganisationFactory()
    addition = addition_to(signature, "submitted")
    addition.partner_organisations.set([partner])
    do("accept", addition, moderator)
    addition.refresh_from_db()
    second = signature.commitments.get(title="Warmer libraries")
    assert (addition.commitment, second.partner_organisations.get()) == (second, partner)
    assert text_of(second) == text_of(addition)
    assert second.added_at == second.public_change_at > signed
    assert text_of(Commitment.objects.get(pk=first.pk)) == said
    assert signature.reference_of(second) == f"{signature.reference}.2"
    signature.refresh_from_db()
    assert (signature.signed_at, signature.status) == (signed, "published")
    # It is no earlier wording of anything, and may be edited like the first.
    assert list(second.edits.accepted()) == []
    edit = editing.start_edit(signature=signature, by=signature.started_by, commitment=second)
    assert (edit.title, edit.is_addition) == ("Warmer libraries", False)


def test_begin_once_for_all_colleagues(signature):
    addition = adding.start_addition(signature=signature, by=signature.started_by)
    colleague = RepresentativeFactory(organisation=signature.organisation)
    assert adding.start_addition(signature=signature, by=colleague) == addition
    assert addition.title == "" and not addition.principles.exists()
    assert AuditEvent.objects.about(signature).get(verb="start addition").actor == addition.started_by.user


def test_next_one_may_follow_when_the_first_is_decided(signature, moderator):
    for number in range(2):
        do("accept", addition_to(signature, "submitted", title=f"Number {number}"), moderator)
    assert signature.commitments.count() == 3


def test_begin_again_with_what_was_rejected_and_not_with_what_was_dropped(signature, moderator):
    for verb, kept in (("reject", True), ("withdraw", False)):
        addition = addition_to(signature, "submitted")
        do(verb, addition, moderator)
        again = adding.start_addition(signature=signature, by=signature.started_by)
        assert again != addition
        assert (text_of(again) == text_of(addition)) == kept
        editing.withdraw_edit(edit=again, by=again.started_by)


def test_it_rests_while_the_signature_is_down(signature, moderator):
    addition = addition_to(signature, "submitted")
    why = {"seen": signature.submitted_at, "reasons": [], "note": "Was it them?"}
    moderation.take_down(signature=signature, by=moderator, **why)
    assert list(CommitmentEdit.objects.awaiting_review()) == []
    restoring.restore(signature=signature, by=moderator, note="It was.")
    assert list(CommitmentEdit.objects.awaiting_review()) == [addition]
    do("accept", addition, moderator)
    assert signature.commitments.count() == 2


@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_add_nothing_to_what_is_not_public(status):
    signature = signature_that_is(status)
    with pytest.raises(ImpossibleTransition):
        adding.start_addition(signature=signature, by=signature.started_by)


def test_organisation_that_has_ended_promises_nothing_more(signature):
    signature.organisation.end_date = date(2026, 3, 31)
    signature.organisation.save()
    with pytest.raises(registering.OrganisationHasEnded):
        adding.start_addition(signature=signature, by=signature.started_by)


def test_finish_one_before_there_are_too_many(signature):
    for _ in range(finishing.MAXIMUM_UNFINISHED - 1):
        CommitmentFactory(signature=signature)
    with pytest.raises(finishing.TooManyUnfinished):
        adding.start_addition(signature=signature, by=signature.started_by)
    officer = signature.started_by
    reporting.report_progress(
        signature=signature, by=officer, stage="stopped", happened="No money.", learned=""
    )
    assert adding.start_addition(signature=signature, by=officer).adds_to == signature


def test_take_one_up_again_and_send_no_more_than_may_be_unfinished(signature, moderator):
    for _ in range(finishing.MAXIMUM_UNFINISHED - 1):
        CommitmentFactory(signature=signature)
    officer = signature.started_by

    def report(stage):
        reporting.report_progress(signature=signature, by=officer, stage=stage, happened=f"It is {stage}.")

    report("stopped")
    addition = addition_to(signature)
    report("on-track")
    with pytest.raises(finishing.TooManyUnfinished):
        editing.submit_edit(edit=addition, by=officer)
    addition.refresh_from_db()
    assert (addition.status, addition.title) == ("draft", "Warmer libraries")
    report("done")
    sent = editing.submit_edit(edit=addition, by=officer)
    report("delayed")
    with pytest.raises(finishing.TooManyUnfinished):
        adding.accept_addition(edit=sent, by=moderator, seen=sent.submitted_at)
    assert signature.commitments.count() == finishing.MAXIMUM_UNFINISHED
    report("stopped")
    adding.accept_addition(edit=sent, by=moderator, seen=sent.submitted_at)
    assert len(finishing.unfinished(signature)) == finishing.MAXIMUM_UNFINISHED


def test_send_nothing_without_what_a_commitment_needs(signature):
    addition = adding.start_addition(signature=signature, by=signature.started_by)
    with pytest.raises(signing.AnswersAreMissing) as error:
        editing.submit_edit(edit=addition, by=signature.started_by)
    asked = ["title", "mission", "impact", "principles", "service-areas", "target-date", "open-to-others"]
    assert error.value.questions == asked


@pytest.mark.parametrize("verb", ["accept", "request changes", "reject"])
def test_decide_nothing_about_another_version_ones_own_or_what_is_not_public(verb, signature, moderator):
    addition = addition_to(signature, "submitted")
    stale = CommitmentEdit.objects.get(pk=addition.pk)
    stale.submitted_at -= timedelta(minutes=5)
    with pytest.raises(moderation.SubmissionHasChanged):
        do(verb, stale, moderator)
    with pytest.raises(moderation.OwnSubmission):
        do(verb, addition, signature.started_by.user)
    assert list(CommitmentEdit.objects.awaiting_review()) == [addition]
    signing.withdraw(signature=signature, by=signature.started_by)
    assert list(CommitmentEdit.objects.awaiting_review()) == []
    with pytest.raises(ImpossibleEdit):
        do(verb, addition, moderator)
    assert signature.commitments.count() == 1


def test_accept_nothing_while_publication_is_paused(signature, moderator):
    switches.change(by=None, quiet_until=timezone.localdate() + timedelta(days=9))
    addition = addition_to(signature, "submitted")
    with pytest.raises(releasing.PublicationIsPaused):
        do("accept", addition, moderator)
    do("request changes", addition, moderator)


@pytest.mark.parametrize("status", [status for status in EditStatus.values if status != "accepted"])
def test_show_nothing_of_it_in_public_before(status, signature):
    addition_to(signature, status, title="Wording that nobody has accepted")
    public = Client()
    addresses = ["/", "/signatories/", "/signatories.csv", signature.organisation.get_absolute_url()]
    shown = "".join(public.get(address).getvalue().decode() for address in addresses)
    assert signature.commitment.title in shown
    assert "Wording that nobody has accepted" not in shown


def test_show_both_in_public_everywhere(signature, moderator):
    public = Client()
    assert "Warmer libraries" not in public.get("/signatories/?q=libraries").getvalue().decode()
    addition = addition_to(signature, "submitted")
    do("accept", addition, moderator)
    slug = signature.organisation.slug
    lists = ["/signatories/?q=libraries", "/signatories.csv", "/signatories.json", "/signatories.atom"]
    whole = [signature.organisation.get_absolute_url(), f"/api/v1/signatories/{slug}/"]
    for address in [*lists, *whole, f"/commitments/?area={addition.service_areas.get().slug}"]:
        assert "Warmer libraries" in public.get(address).getvalue().decode(), address
    for address in ["/signatories.csv", *whole]:
        assert signature.commitment.title in public.get(address).getvalue().decode(), address
    page = public.get(whole[0]).getvalue().decode()
    assert page.count("after the Declaration was signed") == 1 and "What it said before" not in page
    [change] = public.get("/api/v1/changes/").json()["changes"][-1:]
    assert (change["what"], change["organisation"]["slug"]) == ("committed", slug)


def test_ask_how_it_goes_from_the_day_it_was_added():
    london = ZoneInfo("Europe/London")
    signature = SignatureFactory(published=True, signed_at=datetime(2026, 3, 3, 15, tzinfo=london))
    added = datetime(2026, 7, 7, 15, tzinfo=london)
    second = CommitmentFactory(signature=signature, title="Warmer libraries", added_at=added)
    third = CommitmentFactory(signature=signature, title="Fewer potholes", added_at=added + timedelta(days=7))
    acted, now = {}, datetime(2026, 5, 4, 10, tzinfo=london)
    while now < datetime(2027, 9, 1, tzinfo=london):
        if check_in(now=now):
            acted[now.date()] = Email.objects.about(signature).order_by("pk").last().text
        now += timedelta(days=1)
    assert list(acted) == [
        date(2026, 6, 3),
        date(2026, 9, 3),
        date(2026, 10, 7),
        date(2026, 10, 14),
        date(2027, 1, 7),
        date(2027, 1, 14),
        date(2027, 3, 3),
        date(2027, 7, 7),
        date(2027, 7, 14),
    ]
    for day, text in acted.items():
        titles = [one.title for one in (signature.commitment, second, third) if one.title in text]
        assert titles == [{3: signature.commitment, 7: second, 14: third}[day.day].title]
        assert ("added a further commitment" in text) == (day.day != 3)


def test_two_open_additions_cannot_be_stored(signature):
    adding.start_addition(signature=signature, by=signature.started_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        CommitmentEdit.objects.create(adds_to=signature, started_by=signature.started_by)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"status": "accepted", "adds_to": True}, {"commitment": True, "adds_to": True}],
)
def test_row_says_what_it_is_of(wrong, signature):
    rows = {"commitment": signature.commitment, "adds_to": signature}
    fields = {name: rows.get(name, value) for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        CommitmentEdit.objects.create(started_by=signature.started_by, **fields)
