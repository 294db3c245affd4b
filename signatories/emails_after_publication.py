"""Every email about what is public already. A function's name is the sentence the email says."""

from typing import Any

from django.urls import reverse

from declaration.outbox.queue import queue
from signatories.comparing import changes_in
from signatories.emails import send_about
from signatories.links import absolute
from signatories.models import (
    Commitment,
    CommitmentDecision,
    CommitmentEdit,
    EditDecision,
    Organisation,
    Outcome,
    Progress,
    Representative,
    Signature,
)
from signatories.previewing import Post, Preview, preview


def _still_acting(person: Representative, signature: Signature) -> Representative:
    """Return this person, or who looks after the signature now if they act for nobody any more."""
    return person if person.user_id else signature.officer


def tell_officer_progress_taken_down(
    signature: Signature, progress: Progress, reason: str, *, post: Post = queue
) -> None:
    """To whoever reported it."""
    send_about(
        signature,
        post=post,
        to=_still_acting(progress.reported_by, signature).email,
        message="tell_officer_progress_taken_down",
        key=str(progress.pk),
        commitment=progress.commitment,
        progress=progress,
        reason=reason,
    )


def ask_for_update(signature: Signature, *, months: int, commitments: list[Commitment]) -> None:
    """To the officer, and to the team's mailbox, which outlives an officer who has moved on.

    The commitments were signed with, or it is one that was added later.
    """
    asked = [
        (one, absolute(reverse("report_progress", args=[signature.reference_of(one)]))) for one in commitments
    ]
    # Each that was added later has three emails of its own.
    which = f"{months}:{commitments[0].pk}" if commitments[0].added_at else str(months)
    officer = signature.officer
    for to in dict.fromkeys(filter(None, (officer.email, officer.team_mailbox.lower()))):
        send_about(
            signature,
            to=to,
            message="ask_for_update",
            key=f"{which}:{'officer' if to == officer.email else 'team'}",
            months=months,
            asked=asked,
        )


def tell_officer_edit_received(edit: CommitmentEdit) -> None:
    assert edit.submitted_at is not None  # noqa: S101
    message = "tell_officer_addition_received" if edit.is_addition else "tell_officer_edit_received"
    _tell_of_edit(edit, message, key=edit.submitted_at.isoformat())


def tell_officer_edit_withdrawn(edit: CommitmentEdit) -> None:
    message = "tell_officer_addition_withdrawn" if edit.is_addition else "tell_officer_edit_withdrawn"
    _tell_of_edit(edit, message, key=str(edit.pk))


def tell_officer_edit_needs_changes(decision: EditDecision, *, post: Post = queue) -> None:
    edit = decision.edit
    message = "tell_officer_addition_needs_changes" if edit.is_addition else "tell_officer_edit_needs_changes"
    _tell_of_edit(edit, message, post=post, key=str(decision.pk), told=decision.told)


def tell_officer_edit_rejected(decision: EditDecision, *, post: Post = queue) -> None:
    edit = decision.edit
    message = "tell_officer_addition_rejected" if edit.is_addition else "tell_officer_edit_rejected"
    _tell_of_edit(edit, message, post=post, key=str(decision.pk), told=decision.told)


def tell_edit_accepted(edit: CommitmentEdit, *, post: Post = queue) -> None:
    """To the officer, and to whoever signed, for whom a text was replaced or one more was promised."""
    said: dict[str, Any] = {"public_url": absolute(edit.signature.organisation.get_absolute_url())}
    if edit.is_addition:
        to_officer, to_signer = "tell_officer_addition_accepted", "tell_signer_addition_accepted"
    else:
        to_officer, to_signer = "tell_officer_edit_accepted", "tell_signer_edit_accepted"
        said["changes"] = changes_in(edit)
    _tell_of_edit(edit, to_officer, post=post, key=str(edit.pk), **said)
    signer = edit.signature.signed_by
    if signer and edit.submitted_by and signer.email != edit.submitted_by.email:
        send_about(
            edit.signature,
            post=post,
            to=signer.email,
            message=to_signer,
            key=str(edit.pk),
            commitment=edit.commitment or edit,
            signer=signer,
            officer=edit.submitted_by,
            **said,
        )


def tell_of_edit_decision(decision: EditDecision, *, post: Post = queue) -> None:
    """Owe what follows from a decision about an edit or addition."""
    match decision.outcome:
        case Outcome.ACCEPTED:
            tell_edit_accepted(decision.edit, post=post)
        case Outcome.CHANGES_REQUESTED:
            tell_officer_edit_needs_changes(decision, post=post)
        case Outcome.REJECTED:
            tell_officer_edit_rejected(decision, post=post)


def preview_edit_decision(decision: EditDecision) -> list[Preview]:
    """Return the emails a decision about an edit or addition would owe. It need not be saved."""
    return preview(lambda post: tell_of_edit_decision(decision, post=post))


def _tell_of_edit(edit: CommitmentEdit, message: str, *, key: str, **context: Any) -> None:
    assert edit.submitted_by is not None  # noqa: S101 - only what was sent is told of
    signature = edit.signature
    officer = _still_acting(edit.submitted_by, signature)
    page, place = "add_commitment", signature.reference
    if not edit.is_addition:
        page, place = "edit_commitment", signature.reference_of(edit.edited)
    send_about(
        signature,
        to=officer.email,
        message=message,
        key=key,
        commitment=edit.commitment or edit,
        officer=officer,
        edit_url=absolute(reverse(page, args=[place])),
        **context,
    )


def tell_people_restored(signature: Signature, note: str, *, occasion: str, post: Post = queue) -> None:
    """To the officer and to whoever signed. ``occasion`` tells one restoring from the next."""
    for person in _officer_and_signer(signature):
        send_about(
            signature,
            post=post,
            to=person.email,
            message="tell_people_restored",
            key=f"{occasion}:{person.pk}",
            person=person,
            note=note,
            public_url=absolute(signature.organisation.get_absolute_url()),
        )


def tell_officer_organisation_merged(signature: Signature, merged: Organisation) -> None:
    """To whoever looks after a signature that now stands under the name of another organisation."""
    officer = signature.officer
    send_about(
        signature,
        to=officer.email,
        message="tell_officer_organisation_merged",
        key=str(merged.pk),
        officer=officer,
        merged=merged,
    )


def tell_officer_commitment_taken_down(decision: CommitmentDecision, *, post: Post = queue) -> None:
    """To whoever looks after the signature, of which the rest stays public."""
    commitment = decision.commitment
    signature = commitment.signature
    send_about(
        signature,
        post=post,
        to=signature.officer.email,
        message="tell_officer_commitment_taken_down",
        key=str(decision.pk),
        commitment=commitment,
        told=decision.told,
        public_url=absolute(signature.organisation.get_absolute_url()),
    )


def tell_people_commitment_restored(
    commitment: Commitment, note: str, *, occasion: str, post: Post = queue
) -> None:
    """To the officer and to whoever signed. ``occasion`` tells one restoring from the next."""
    signature = commitment.signature
    for person in _officer_and_signer(signature):
        send_about(
            signature,
            post=post,
            to=person.email,
            message="tell_people_commitment_restored",
            key=f"{occasion}:{person.pk}",
            commitment=commitment,
            person=person,
            note=note,
            public_url=absolute(signature.organisation.get_absolute_url()),
        )


def tell_officer_text_hidden(edit: CommitmentEdit, reason: str, *, post: Post = queue) -> None:
    """To whoever looks after the signature: an earlier text is out of the public history."""
    signature = edit.signature
    send_about(
        signature,
        post=post,
        to=signature.officer.email,
        message="tell_officer_text_hidden",
        key=str(edit.pk),
        commitment=edit.edited,
        edit=edit,
        reason=reason,
        public_url=absolute(signature.organisation.get_absolute_url()),
    )


def _officer_and_signer(signature: Signature) -> list[Representative]:
    """Return both, or one where they are the same person by their address."""
    people = [person for person in (signature.officer, signature.signed_by) if person is not None]
    return list({person.email: person for person in reversed(people)}.values())


def preview_restored(signature: Signature, note: str) -> list[Preview]:
    return preview(lambda post: tell_people_restored(signature, note, occasion="", post=post))


def preview_commitment_decision(decision: CommitmentDecision) -> list[Preview]:
    """Return the email that taking a commitment down would owe. The decision need not be saved."""
    return preview(lambda post: tell_officer_commitment_taken_down(decision, post=post))


def preview_commitment_restored(commitment: Commitment, note: str) -> list[Preview]:
    return preview(lambda post: tell_people_commitment_restored(commitment, note, occasion="", post=post))


def preview_progress_taken_down(progress: Progress, reason: str) -> list[Preview]:
    signature = progress.commitment.signature
    return preview(lambda post: tell_officer_progress_taken_down(signature, progress, reason, post=post))


def preview_text_hidden(edit: CommitmentEdit, reason: str) -> list[Preview]:
    return preview(lambda post: tell_officer_text_hidden(edit, reason, post=post))
