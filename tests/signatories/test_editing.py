"""An edit of a published commitment is public only when it is accepted; nothing is lost on the way."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from declaration import switches
from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import editing, moderation, releasing, signing
from signatories.comparing import changes_in, text_of
from signatories.models import (
    Commitment,
    CommitmentEdit,
    EditDecision,
    EditStatus,
    ImpossibleEdit,
    ImpossibleTransition,
    RegisterChange,
    Status,
)
from signatories.models.edit import EDIT_TRANSITIONS, OPEN
from signatories.signing import AnswersAreMissing
from tests.factories import (
    OrganisationFactory,
    ReasonFactory,
    RepresentativeFactory,
    ServiceAreaFactory,
    SignatureFactory,
    UserFactory,
    signature_that_is,
)

pytestmark = pytest.mark.django_db

TABLE = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "accept"): "accepted",
    ("submitted", "request changes"): "changes_requested",
    ("submitted", "reject"): "rejected",
    ("submitted", "withdraw"): "withdrawn",
    ("changes_requested", "resubmit"): "submitted",
    ("changes_requested", "reject"): "rejected",
    ("changes_requested", "withdraw"): "withdrawn",
}
VERBS = sorted({verb for _, verb in TABLE})
MAILS = {
    ("draft", "submit"): ["tell_officer_edit_received"],
    ("draft", "withdraw"): [],
    ("submitted", "accept"): ["tell_officer_edit_accepted", "tell_signer_edit_accepted"],
    ("submitted", "request changes"): ["tell_officer_edit_needs_changes"],
    ("submitted", "reject"): ["tell_officer_edit_rejected"],
    ("submitted", "withdraw"): ["tell_officer_edit_withdrawn"],
    ("changes_requested", "resubmit"): ["tell_officer_edit_received"],
    ("changes_requested", "reject"): ["tell_officer_edit_rejected"],
    ("changes_requested", "withdraw"): ["tell_officer_edit_withdrawn"],
}


@pytest.fixture
def signature():
    return SignatureFactory(published=True)


def edit_of(signature, status=EditStatus.DRAFT, **words):
    """Return an edit in one status that changes the title, or these words."""
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    for name, value in (words or {"title": "Something clearer"}).items():
        setattr(edit, name, value)
    edit.status = status
    if status != EditStatus.DRAFT:
        edit.submitted_at, edit.submitted_by = timezone.now(), signature.started_by
    edit.save()
    return CommitmentEdit.objects.get(pk=edit.pk)


def do(verb, edit, moderator):
    officer = edit.started_by
    about = {"edit": edit, "by": moderator, "seen": edit.submitted_at}
    why = {"reasons": [ReasonFactory(title="Too wide")], "note": "Say for whom."}
    activities = {
        "submit": lambda: editing.submit_edit(edit=edit, by=officer),
        "resubmit": lambda: editing.submit_edit(edit=edit, by=officer),
        "withdraw": lambda: editing.withdraw_edit(edit=edit, by=officer),
        "accept": lambda: editing.accept_edit(**about, note="Good."),
        "request changes": lambda: editing.request_changes_to_edit(**about, **why),
        "reject": lambda: editing.reject_edit(**about, **why),
    }
    return activities[verb]()


def public_text(signature):
    return text_of(Commitment.objects.get(signature=signature))


def written():
    rows = [list(model.objects.order_by("pk").values()) for model in (CommitmentEdit, Commitment)]
    return rows, AuditEvent.objects.count(), Email.objects.count(), EditDecision.objects.count()


def test_table_is_the_one_that_was_agreed():
    assert {(t.source, t.verb): t.target for t in EDIT_TRANSITIONS} == TABLE
    assert {source for source, _ in TABLE} == set(OPEN)


@pytest.mark.parametrize(("source", "verb"), TABLE)
def test_move_along_the_table_writes_status_history_and_mails_together(source, verb, signature, moderator):
    edit = edit_of(signature, source)
    before = public_text(signature)
    seen_events = AuditEvent.objects.count()
    do(verb, edit, moderator)
    edit.refresh_from_db()
    target = TABLE[source, verb]
    assert edit.status == target
    assert (edit.ended_at is not None) == (target in {"accepted", "rejected", "withdrawn"})
    [event] = AuditEvent.objects.about(signature).order_by("pk")[seen_events:]
    assert (event.verb, event.after["edit status"], event.after["edit"]) == (f"{verb} edit", target, edit.pk)
    assert (public_text(signature) != before) == (verb == "accept")
    assert [mail.message for mail in Email.objects.order_by("pk")] == MAILS[source, verb]
    assert RegisterChange.objects.filter(what="edited").count() == (verb == "accept")


NO_WAYS = {(status, verb) for status in EditStatus.values for verb in VERBS} - set(TABLE)
# One activity sends an edit the first time and again.
NO_WAYS -= {("draft", "resubmit"), ("changes_requested", "submit")}


@pytest.mark.parametrize(("status", "verb"), sorted(NO_WAYS))
def test_refuse_what_is_not_in_the_table(status, verb, signature, moderator):
    edit = edit_of(signature, status)
    before = written()
    with pytest.raises(ImpossibleEdit):
        do(verb, edit, moderator)
    assert written()[1:] == before[1:]
    assert CommitmentEdit.objects.get().status == status


def test_begin_with_the_public_text_and_share_it(signature):
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    assert text_of(edit) == public_text(signature)
    assert changes_in(edit) == []
    colleague = RepresentativeFactory(organisation=signature.organisation)
    assert editing.start_edit(signature=signature, by=colleague) == edit
    assert CommitmentEdit.objects.count() == 1


@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_edit_nothing_that_is_not_public(status):
    signature = signature_that_is(status)
    with pytest.raises(ImpossibleTransition):
        editing.start_edit(signature=signature, by=signature.started_by)


def test_accept_replaces_everything_and_keeps_what_was(signature, moderator):
    partner, area = OrganisationFactory(), ServiceAreaFactory()
    before = public_text(signature)
    edit = edit_of(signature, "submitted", title="New title", open_to_others=False)
    edit.partner_organisations.set([partner])
    edit.service_areas.set([area])
    earlier = Commitment.objects.get(signature=signature).public_change_at
    do("accept", edit, moderator)
    after = public_text(signature)
    assert (after["Title"], after["Open to others"]) == ("New title", "No")
    assert (after["Partners from the register"], after["Service areas"]) == ([partner.name], [area.name])
    edit.refresh_from_db()
    assert edit.replaced == before
    assert [change.question for change in changes_in(edit)] == [
        "Title",
        "Partners from the register",
        "Service areas",
        "Open to others",
    ]
    commitment = Commitment.objects.get(signature=signature)
    assert commitment.public_change_at > earlier
    second = edit_of(signature, "submitted", title="Newest title")
    do("accept", second, moderator)
    assert [edit.replaced["Title"] for edit in commitment.edits.accepted()] == [before["Title"], "New title"]
    event = AuditEvent.objects.about(signature).filter(verb="accept edit").first()
    assert (event.before["answers"]["Title"], event.after["answers"]["Title"]) == (
        before["Title"],
        "New title",
    )


def test_accept_tells_officer_and_signer_what_reads_differently(signature, moderator):
    do("accept", edit_of(signature, "submitted", title="Only fewer bins"), moderator)
    officer, signer = Email.objects.order_by("pk")
    assert (officer.to, signer.to) == (signature.submitted_by.email, signature.signed_by.email)
    for mail in (officer, signer):
        for text in (mail.text, mail.html):
            assert "Only fewer bins" in text
            assert f"/signatories/{signature.organisation.slug}/" in text


def test_accept_tells_one_person_once(moderator, version):
    signature = SignatureFactory(awaiting_approver=True, own_approver=True)
    signing.sign(
        signature=signature, name="Kim", job_title="Leader", capacity="leader", version=version.number
    )
    do("accept", edit_of(signature, "submitted"), moderator)
    about_edits = Email.objects.filter(message__contains="edit")
    assert [mail.message for mail in about_edits] == ["tell_officer_edit_accepted"]


@pytest.mark.parametrize("verb", ["request changes", "reject"])
def test_say_why_in_the_words_of_the_reasons_and_the_note(verb, signature, moderator):
    do(verb, edit_of(signature, "submitted"), moderator)
    [mail] = Email.objects.all()
    decision = EditDecision.objects.get()
    assert (decision.decided_by, [r.title for r in decision.reasons.all()]) == (moderator, ["Too wide"])
    for words in ("Too wide", "Say for whom."):
        assert words in decision.told and words in mail.text and words in mail.html


@pytest.mark.parametrize("decide", [editing.request_changes_to_edit, editing.reject_edit])
def test_decide_nothing_without_saying_why(decide, signature, moderator):
    edit = edit_of(signature, "submitted")
    for reasons in ([], [ReasonFactory(internal=True)]):
        with pytest.raises(moderation.ReasonIsMissing):
            decide(edit=edit, by=moderator, seen=edit.submitted_at, reasons=reasons)
    assert not EditDecision.objects.exists()


@pytest.mark.parametrize("verb", ["accept", "request changes", "reject"])
def test_decide_nothing_about_another_version_or_ones_own(verb, signature, moderator):
    edit = edit_of(signature, "submitted")
    before = written()
    stale = CommitmentEdit.objects.get(pk=edit.pk)
    stale.submitted_at -= timedelta(minutes=5)
    with pytest.raises(moderation.SubmissionHasChanged):
        do(verb, stale, moderator)
    with pytest.raises(moderation.OwnSubmission):
        do(verb, edit, signature.started_by.user)
    assert written() == before


@pytest.mark.parametrize("verb", ["accept", "request changes", "reject"])
def test_decide_nothing_while_the_signature_is_not_public(verb, signature, moderator):
    edit = edit_of(signature, "submitted")
    assert list(CommitmentEdit.objects.awaiting_review()) == [edit]
    signing.withdraw(signature=signature, by=signature.started_by)
    assert list(CommitmentEdit.objects.awaiting_review()) == []
    with pytest.raises(ImpossibleEdit):
        do(verb, edit, moderator)


def test_accept_nothing_while_publication_is_paused(signature, moderator):
    switches.change(by=None, quiet_until=timezone.localdate() + timedelta(days=9))
    edit = edit_of(signature, "submitted")
    with pytest.raises(releasing.PublicationIsPaused):
        do("accept", edit, moderator)
    do("request changes", edit, moderator)


def test_send_nothing_that_changes_nothing(signature):
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    with pytest.raises(editing.NothingChanges):
        editing.submit_edit(edit=edit, by=signature.started_by)


def test_send_nothing_without_what_a_commitment_needs(signature):
    edit = edit_of(signature, title="", target_date=date(2020, 1, 1), open_to_others=None)
    edit.service_areas.clear()
    edit.principles.clear()
    with pytest.raises(AnswersAreMissing) as error:
        editing.submit_edit(edit=edit, by=signature.started_by)
    assert error.value.questions == ["title", "principles", "service-areas", "target-date", "open-to-others"]


def test_let_a_date_that_has_passed_stand(signature):
    Commitment.objects.filter(signature=signature).update(target_date=date(2024, 3, 31))
    edit = edit_of(signature)
    assert edit.target_date == date(2024, 3, 31)
    editing.submit_edit(edit=edit, by=signature.started_by)


def test_oldest_waits_first(signature):
    others = [SignatureFactory(published=True) for _ in range(2)]
    edits = [edit_of(one, "submitted") for one in (signature, *others)]
    edits[2].submitted_at -= timedelta(days=1)
    edits[2].save()
    edit_of(SignatureFactory(published=True))
    assert list(CommitmentEdit.objects.awaiting_review()) == [edits[2], edits[0], edits[1]]


SECRET = "Wording that nobody has accepted"


@pytest.mark.parametrize("status", [status for status in EditStatus.values if status != "accepted"])
def test_show_nothing_of_an_edit_in_public(status, signature):
    words = dict.fromkeys(("title", "mission", "impact", "partners"), SECRET)
    edit_of(signature, status, **words)
    public = Client()
    addresses = ["/", "/signatories/", signature.organisation.get_absolute_url()]
    shown = "".join(public.get(address).content.decode() for address in addresses)
    assert signature.commitment.title in shown
    assert SECRET not in shown
    # A search repeats what was asked for, and finds nothing.
    found = public.get("/signatories/", {"q": SECRET}).content.decode()
    assert signature.organisation.get_absolute_url() not in found
    assert signature.organisation.get_absolute_url() in public.get("/signatories/").content.decode()


def test_one_edit_at_a_time_is_the_databases_rule(database):
    signature = SignatureFactory(published=True)
    edit = edit_of(signature, "submitted")
    match = "one_open_edit_per_commitment|UNIQUE constraint failed"
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        CommitmentEdit.objects.create(commitment=signature.commitment, started_by=signature.started_by)
    do("withdraw", edit, None)
    edit_of(signature)


def test_accept_on_both_databases(database):
    signature = SignatureFactory(published=True)
    edit = edit_of(signature, "submitted", title="Accepted here")
    do("accept", edit, UserFactory(moderator=True))
    assert public_text(signature)["Title"] == "Accepted here"
