"""Every email of a signature's life. A function's name is the sentence the email says."""

from datetime import date
from typing import Any

from django.urls import reverse

from declaration.outbox.queue import owed, queue, queue_together
from declaration.switches import publication_paused_until
from signatories.links import APPROVER_LINK_DAYS, absolute, approver_url
from signatories.models import CorrectionRequest, ModerationDecision, Outcome, Signature
from signatories.previewing import Post, Preview, preview


def _officer_email(signature: Signature) -> str:
    assert signature.submitted_by is not None  # noqa: S101 - only submitted signatures have emails
    return signature.officer.email


def send_about(
    signature: Signature, *, to: str, message: str, key: str, post: Post = queue, **context: Any
) -> Any:
    """Owe one email about a signature, once for each key. It knows the way to the dashboard."""
    return post(
        to=to,
        message=message,
        key=f"{message}:{signature.reference}:{key}",
        about=signature,
        context={
            "signature": signature,
            "commitment": signature.commitment,
            "dashboard_url": absolute(reverse("dashboard")),
            **context,
        },
    )


def tell_officer_submission_received(signature: Signature) -> None:
    assert signature.submitted_at is not None  # noqa: S101
    send_about(
        signature,
        to=_officer_email(signature),
        message="tell_officer_submission_received",
        key=signature.submitted_at.isoformat(),
    )


def tell_officer_changes_are_needed(
    signature: Signature, decision: ModerationDecision, *, post: Post = queue
) -> None:
    send_about(
        signature,
        post=post,
        to=_officer_email(signature),
        message="tell_officer_changes_are_needed",
        key=str(decision.pk),
        told=decision.told,
        change_url=absolute(reverse("check_answers", args=[signature.reference])),
    )


def tell_officer_accepted(signature: Signature, decision: ModerationDecision, *, post: Post = queue) -> None:
    send_about(
        signature,
        post=post,
        to=_officer_email(signature),
        message="tell_officer_accepted",
        key=str(decision.pk),
        public_from=publication_paused_until(),
    )


def tell_officer_rejected(signature: Signature, decision: ModerationDecision, *, post: Post = queue) -> None:
    send_about(
        signature,
        post=post,
        to=_officer_email(signature),
        message="tell_officer_rejected",
        key=str(decision.pk),
        told=decision.told,
    )


def ask_approver_to_sign(signature: Signature, *, occasion: str, post: Post = queue) -> None:
    """``occasion`` tells one asking from the next, so that each happens once."""
    send_about(
        signature,
        post=post,
        to=signature.approver_email,
        message="ask_approver_to_sign",
        key=f"{signature.approver_link_key}:{occasion}",
        sign_url=approver_url(signature),
        link_days=APPROVER_LINK_DAYS,
        public_from=publication_paused_until(),
    )


def remind_approver_to_sign(signature: Signature, *, days_waiting: int, is_last: bool) -> None:
    send_about(
        signature,
        to=signature.approver_email,
        message="remind_approver_to_sign",
        key=f"{signature.approver_link_key}:{signature.reminders_sent}",
        sign_url=approver_url(signature),
        link_days=APPROVER_LINK_DAYS,
        days_waiting=days_waiting,
        is_last=is_last,
    )


def tell_officer_approver_was_reminded(signature: Signature, *, days_waiting: int) -> None:
    send_about(
        signature,
        to=_officer_email(signature),
        message="tell_officer_approver_was_reminded",
        key=f"{signature.approver_link_key}:{signature.reminders_sent}",
        days_waiting=days_waiting,
    )


def tell_officer_approver_not_reached(signature: Signature, *, occasion: str) -> None:
    """``occasion`` is the email that did not arrive."""
    send_about(
        signature,
        to=_officer_email(signature),
        message="tell_officer_approver_not_reached",
        key=occasion,
    )


def send_signed_copies(signature: Signature, *, public_from: date | None) -> None:
    """To the approver and to the officer; to both at once when they are the same person.

    ``public_from`` is the day on which it will be published, None when it is public now.
    """
    assert signature.version is not None  # noqa: S101
    copy: dict[str, Any] = {
        "version": signature.version,
        "principles": list(signature.version.principles.all()),
        "public_url": absolute(signature.organisation.get_absolute_url()),
        "public_from": public_from,
        "certificate_url": absolute(reverse("certificate", args=[signature.reference])),
    }
    readers = {"send_approver_signed_copy": signature.approver_email}
    if not signature.approver_looks_after_it:
        readers["send_officer_signed_copy"] = _officer_email(signature)
    queue_together(
        [
            send_about(signature, post=owed, to=to, message=message, key="signed", **copy)
            for message, to in readers.items()
        ]
    )


def tell_people_it_is_public(signature: Signature) -> None:
    """To the approver and to the officer, after a pause; to one when they are the same person."""
    public_url = absolute(signature.organisation.get_absolute_url())
    for to in dict.fromkeys([signature.approver_email, _officer_email(signature)]):
        send_about(signature, to=to, message="tell_people_it_is_public", key=to, public_url=public_url)


def tell_officer_approver_declined(signature: Signature) -> None:
    send_about(
        signature,
        to=_officer_email(signature),
        message="tell_officer_approver_declined",
        key="declined",
        reason=signature.decline_reason,
    )


def tell_officer_waiting_expired(signature: Signature) -> None:
    send_about(
        signature,
        to=_officer_email(signature),
        message="tell_officer_waiting_expired",
        key="expired",
    )


def tell_officer_withdrawn(signature: Signature) -> None:
    send_about(
        signature,
        to=_officer_email(signature),
        message="tell_officer_withdrawn",
        key="withdrawn",
    )


def tell_approver_withdrawn(signature: Signature) -> None:
    send_about(
        signature,
        to=signature.approver_email,
        message="tell_approver_withdrawn",
        key="withdrawn",
    )


def tell_officer_taken_down(
    signature: Signature, decision: ModerationDecision, *, post: Post = queue
) -> None:
    send_about(
        signature,
        post=post,
        to=_officer_email(signature),
        message="tell_officer_taken_down",
        key=str(decision.pk),
        told=decision.told,
    )


def thank_for_correction(correction: CorrectionRequest) -> None:
    _tell_reader(correction, "thank_for_correction")


def answer_correction(correction: CorrectionRequest, answer: str, *, post: Post = queue) -> None:
    _tell_reader(correction, "answer_correction", post=post, answer=answer)


def _tell_reader(correction: CorrectionRequest, message: str, *, post: Post = queue, **context: Any) -> None:
    organisation = correction.organisation
    post(
        to=correction.email,
        message=message,
        key=f"{message}:{correction.pk}",
        about=correction,
        context={
            "organisation": organisation,
            "public_url": absolute(organisation.get_absolute_url()),
            **context,
        },
    )


def tell_of_decision(decision: ModerationDecision, *, post: Post = queue) -> None:
    """Owe what follows from a decision: to the officer, and to the approver who is asked to sign."""
    signature = decision.signature
    match decision.outcome:
        case Outcome.ACCEPTED:
            ask_approver_to_sign(signature, occasion="accepted", post=post)
            if not signature.approver_looks_after_it:
                tell_officer_accepted(signature, decision, post=post)
        case Outcome.CHANGES_REQUESTED:
            tell_officer_changes_are_needed(signature, decision, post=post)
        case Outcome.REJECTED:
            tell_officer_rejected(signature, decision, post=post)
        case Outcome.TAKEN_DOWN:
            tell_officer_taken_down(signature, decision, post=post)


def preview_decision(decision: ModerationDecision) -> list[Preview]:
    """Return the emails a decision would owe. It need not be saved."""
    return preview(lambda post: tell_of_decision(decision, post=post))


def preview_answer(correction: CorrectionRequest, answer: str) -> list[Preview]:
    """Return the email that an answer to a reader would be: none without one, or without an address."""
    if not answer or not correction.email:
        return []
    return preview(lambda post: answer_correction(correction, answer, post=post))
