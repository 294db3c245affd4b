"""Staff take one commitment of several down, or one text of the past, and everything public follows."""

import json

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.fresh_pages import forget_pages
from declaration.outbox.models import Email
from signatories import editing, finishing, moderation, reporting, taking_down
from signatories.models import (
    Commitment,
    CommitmentEdit,
    ImpossibleEdit,
    ImpossibleForCommitment,
    ImpossibleTransition,
    RegisterChange,
    Signature,
)
from signatories.register.similarity import similar_to
from tests.factories import (
    CommitmentFactory,
    ProgressFactory,
    ServiceAreaFactory,
    SignatureFactory,
    UserFactory,
)
from tests.html import assert_good_page
from tests.signatories.desk_pages import error_in, form_in, soup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]
WORDS = "Zebra crossings that glow"
NOTICE = "Another commitment of"


@pytest.fixture
def second():
    """Return the second commitment of a signature, alone in its service area, with an update."""
    signature = SignatureFactory(published=True)
    commitment = CommitmentFactory(signature=signature, title=WORDS, added_at=timezone.now())
    commitment.service_areas.set([ServiceAreaFactory(slug="zebras", name="Zebras")])
    ProgressFactory(commitment=commitment, happened="The first zebra glows.")
    return Commitment.objects.get(pk=commitment.pk)


def take_down(commitment, moderator, **how):
    seen = commitment.signature.submitted_at
    told = {"reasons": [], "text": "It names a resident.", **how}
    return taking_down.take_commitment_down(commitment=commitment, by=moderator, seen=seen, **told)


def public_page(signature):
    forget_pages()
    return Client().get(signature.organisation.get_absolute_url()).content.decode()


def everything_public(commitment):
    """Return by its name whether each thing the public reads tells of this commitment."""
    signature, client = commitment.signature, Client()
    organisation = signature.organisation
    forget_pages()

    def read(path):
        answer = client.get(path)
        return b"".join(answer) if answer.streaming else answer.content

    def tells(path):
        return WORDS in read(path).decode()

    return {
        "page": tells(organisation.get_absolute_url()),
        "home": tells("/"),
        "list": tells("/signatories/"),
        "search": organisation.name in read("/signatories/?q=zebra+crossings").decode(),
        "facet": organisation.name in read("/signatories/?area=zebras").decode(),
        "csv": tells("/signatories.csv"),
        "json": tells("/signatories.json"),
        "atom": tells("/signatories.atom"),
        "commitments": tells("/commitments/?area=zebras"),
        "api signatory": tells(reverse("api:signatory", args=[organisation.slug])),
        "api commitments": tells(reverse("api:commitments")),
        "api commitment": client.get(reverse("api:commitment", args=[commitment.pk])).status_code == 200,
    }


def test_one_of_several_leaves_everything_public_and_comes_back(second, moderator):
    signature = second.signature
    before = everything_public(second)
    assert all(before.values()), before
    number = json.loads(Client().get(reverse("api:api-root")).content)["newest_change"]
    other = SignatureFactory(published=True).commitment
    other.service_areas.set(second.service_areas.all())
    assert second in [one.commitment for one in similar_to(other)]

    decision = take_down(second, moderator)
    gone = everything_public(second)
    assert not any(gone.values()), gone
    assert second not in [one.commitment for one in similar_to(other)]
    assert (
        signature.commitment.title in Client().get(signature.organisation.get_absolute_url()).content.decode()
    )
    assert Client().get(reverse("certificate", args=[signature.reference])).status_code == 200
    feed = json.loads(Client().get(reverse("api:changes"), {"since": number}).content)
    assert [change["what"] for change in feed["changes"]] == ["commitment_removed"]
    event = AuditEvent.objects.about(signature).get(verb="take commitment down")
    assert (event.note, event.before["answers"]["Title"]) == ("It names a resident.", WORDS)
    assert (decision.decided_by, decision.text) == (moderator, "It names a resident.")

    second.refresh_from_db()
    taking_down.restore_commitment(commitment=second, by=moderator, note="She agreed.")
    back = everything_public(second)
    assert all(back.values()), back
    assert [c.what for c in RegisterChange.objects.order_by("number")] == [
        "commitment_removed",
        "commitment_restored",
    ]
    mails = Email.objects.filter(message="tell_people_commitment_restored")
    assert {mail.to for mail in mails} == {signature.submitted_by.email, signature.signed_by.email}
    assert all("She agreed." in mail.text and "She agreed." in mail.html for mail in mails)


@pytest.mark.parametrize("is_public", [True, False])
def test_page_says_so_only_with_a_notice(is_public, second, moderator):
    take_down(second, moderator, public_notice=is_public)
    page = public_page(second.signature)
    assert_good_page(page)
    assert (NOTICE in page) == is_public and WORDS not in page
    taking_down.restore_commitment(commitment=second, by=moderator, note="Oh.")
    page = public_page(second.signature)
    assert NOTICE not in page and WORDS in page


def test_first_of_several_leaves_the_second_in_its_place(second, moderator):
    signature = second.signature
    first = signature.commitment
    take_down(first, moderator)
    signature = Signature.objects.get(pk=signature.pk)
    assert signature.commitment == second
    assert signature.reference_of(second) == f"{signature.reference}.2"
    assert (
        f"Its commitment: {WORDS}" in Client().get(signature.organisation.get_absolute_url()).content.decode()
    )
    assert first.title not in Client().get("/").content.decode()


def test_last_one_is_not_taken_down_alone(second, moderator, staff):
    take_down(second, moderator)
    first = Signature.objects.get().commitment
    with pytest.raises(taking_down.LastCommitment):
        take_down(first, moderator)
    record = soup_of(staff.get(reverse("admin:signatories_commitment_change", args=[first.pk])))
    assert "take the whole signature down" in record.get_text() and not record.select(".record-buttons")
    asked = soup_of(staff.get(reverse("admin:signatories_commitment_decide", args=[first.pk, "take-down"])))
    assert "Take the whole signature down in its place" in error_in(asked)
    first.refresh_from_db()
    assert first.is_public


def test_nothing_twice_of_ones_own_stale_or_of_what_is_not_public(second, moderator):
    with pytest.raises(moderation.OwnSubmission):
        take_down(second, second.signature.started_by.user)
    with pytest.raises(moderation.ReasonIsMissing):
        take_down(second, moderator, text="")
    reporting.report_progress(
        signature=second.signature,
        commitment=second,
        by=second.signature.started_by,
        stage="done",
        happened="All.",
    )
    with pytest.raises(moderation.RecordHasChanged):
        take_down(second, moderator, version=0)
    with pytest.raises(ImpossibleForCommitment):
        taking_down.restore_commitment(commitment=second, by=moderator, note="Oh.")
    take_down(second, moderator)
    with pytest.raises(ImpossibleForCommitment):
        take_down(second, moderator)
    moderation.take_down(
        signature=second.signature,
        by=moderator,
        seen=second.signature.submitted_at,
        reasons=[],
        text="All of it.",
    )
    second.refresh_from_db()
    with pytest.raises(ImpossibleForCommitment):
        taking_down.restore_commitment(commitment=second, by=moderator, note="Oh.")
    assert not Commitment.objects.public().exists()


def test_officer_reads_why_and_can_do_nothing_with_it(second, moderator, signed_in):
    signature, place = second.signature, f"{second.signature.reference}.2"
    edit = editing.start_edit(signature=signature, commitment=second, by=signature.started_by)
    CommitmentEdit.objects.filter(pk=edit.pk).update(title="Brighter zebras")
    sent = editing.submit_edit(edit=edit, by=signature.started_by)
    assert list(CommitmentEdit.objects.awaiting_review()) == [sent]
    take_down(second, moderator)
    told = Email.objects.get(message="tell_officer_commitment_taken_down")
    assert told.to == signature.officer.email and WORDS in told.text and "names a resident" in told.html
    officer = signed_in(signature.started_by)
    board = assert_good_page(officer.get("/dashboard/").content.decode())
    assert "took this commitment down" in board.get_text() and "It names a resident." in board.get_text()
    assert not board.select(f'a[href*="{place}/"]')
    for name in ("report_progress", "edit_commitment"):
        answer = officer.get(reverse(name, args=[place]))
        assert answer.headers["Location"].endswith("?too-late")
    with pytest.raises(ImpossibleTransition):
        editing.start_edit(signature=signature, commitment=second, by=signature.started_by)
    assert not CommitmentEdit.objects.awaiting_review().exists()
    with pytest.raises(ImpossibleEdit):
        editing.accept_edit(edit=sent, by=moderator, seen=sent.submitted_at)
    assert second not in finishing.unfinished(Signature.objects.get())


def test_take_down_and_restore_on_the_pages(second, staff):
    record = reverse("admin:signatories_commitment_change", args=[second.pk])
    decide = reverse("admin:signatories_commitment_decide", args=[second.pk, "take-down"])
    restore = reverse("admin:signatories_commitment_restore", args=[second.pk])
    signature_page = staff.get(reverse("admin:signatories_signature_change", args=[second.signature_id]))
    assert record in signature_page.content.decode()
    assert decide in staff.get(record).content.decode()
    typed = form_in(soup_of(staff.get(decide)), text="It names a resident.", public_notice="True")
    shown = soup_of(staff.post(decide, {**typed, "action": "preview"})).select_one(".email-preview")
    assert not Email.objects.exists()
    staff.post(decide, {**typed, "action": "save"})
    assert "A decision is saved and not sent" in soup_of(staff.get(record)).get_text()
    assert Commitment.objects.get(pk=second.pk).is_public
    answer = staff.post(decide, {**typed, "action": "send"})
    assert answer.headers["Location"] == record
    [sent] = Email.objects.all()
    assert shown.pre.get_text().strip() == sent.text.strip()
    second.refresh_from_db()
    assert (second.status, second.public_notice) == ("taken_down", True)
    assert "A decision is saved" not in soup_of(staff.get(record)).get_text()

    typed = form_in(soup_of(staff.get(restore)), note="She agreed.")
    pages = soup_of(staff.post(restore, {**typed, "action": "preview"})).select(".email-preview pre")
    html = staff.post(restore, {**typed, "action": "html-1"})
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert staff.post(restore, {**typed, "action": "send"}).headers["Location"] == record
    sent = Email.objects.filter(message="tell_people_commitment_restored")
    assert {page.get_text().strip() for page in pages} == {mail.text.strip() for mail in sent}
    assert "too late" not in error_in(soup_of(staff.get(restore))) and second.signature.is_public


def test_stale_restore_keeps_what_was_typed(second, staff, moderator):
    take_down(second, moderator)
    restore = reverse("admin:signatories_commitment_restore", args=[second.pk])
    typed = form_in(soup_of(staff.get(restore)), note="She agreed.")
    colleague = UserFactory(moderator=True)
    first = second.signature.commitments.first()
    ProgressFactory(commitment=first)
    reporting.take_progress_down(progress=first.progress.get(), by=colleague, reason="Wrong.")
    refused = soup_of(staff.post(restore, {**typed, "action": "send"}))
    assert "Something happened to this record" in error_in(refused)
    assert "take progress down" in error_in(refused)
    again = form_in(refused)
    assert again["note"] == ["She agreed."]
    assert staff.post(restore, {**again, "action": "send"}).status_code == 302
    assert Commitment.objects.get(pk=second.pk).is_public


def test_take_down_and_restore_on_both_databases(database):
    further = CommitmentFactory(signature=SignatureFactory(published=True))
    moderator = UserFactory(moderator=True)
    take_down(further, moderator)
    taking_down.restore_commitment(commitment=further, by=moderator, note="Oh.")
    with pytest.raises(DatabaseError, match="taken_down_and_when"), transaction.atomic():
        Commitment.objects.filter(pk=further.pk).update(status="taken_down")
