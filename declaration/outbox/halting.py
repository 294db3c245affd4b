"""When a mailing stops by itself and asks a person: too many fail, or mail servers distrust the sender."""

import logging

from declaration.outbox import mailings
from declaration.outbox.models import Mailing

log = logging.getLogger(__name__)

# Above this share of failures, once a canary of emails has an answer.
FAILURES_AT_MOST = 0.02
# A refusal because of who sends (RFC 3463, 5.7.x) makes the next one likelier, on that server and on those
# that share its lists. So no canary is waited for: a handful is enough, or this share of many answers.
REFUSALS_AT_LEAST = 5
REFUSALS_AT_MOST = 0.005
REFUSED = (
    "It stopped by itself: mail servers refused {refused} of {answered} because of who sends them, and not"
    " because of their addresses. To go on makes it worse. Check the sender’s domain (SPF, DKIM, DMARC) and"
    " ask whoever runs the mail server whether it is on a blocklist. Resume when the cause is gone. The last"
    " errors below say what was answered."
)


LOST = (
    "It stopped by itself: of {uncertain} of the first {answered} nobody knows whether the mail server took"
    " them, because its answers did not come. Ask whoever runs it whether it is slow; it may need a larger"
    " MAIL_TIMEOUT_SECONDS and MAIL_LEASE_SECONDS. Resume when the cause is gone."
)


def stop_when_too_much_goes_wrong(mailing: Mailing) -> None:
    """Pause a mailing that should not go on before somebody has looked at it."""
    mailing.refresh_from_db(
        fields=["audience", "canary", "failures_accepted", "refused", "refusals_accepted", *mailings.COUNTED]
    )
    answered = mailing.settled - mailing.cancelled
    why = _refusals(mailing, answered) or _failures(mailing, answered) or _lost_answers(mailing, answered)
    if not why:
        return
    try:
        mailings.pause(mailing=mailing, why=why)
    except mailings.NotPossible:
        log.info("Mailing %s had been stopped already.", mailing.pk)


def _refusals(mailing: Mailing, answered: int) -> str:
    new = mailing.refused - mailing.refusals_accepted
    if new < REFUSALS_AT_LEAST or new <= REFUSALS_AT_MOST * answered:
        return ""
    return REFUSED.format(refused=mailing.refused, answered=answered)


def _failures(mailing: Mailing, answered: int) -> str:
    """Of what an SMTP relay or Notify takes at first, much can come back later: both count."""
    wrong = mailing.failed + mailing.bounced
    enough = min(mailing.canary, mailing.audience)
    if mailing.failures_accepted or answered < enough or wrong <= FAILURES_AT_MOST * answered:
        return ""
    what = "failed or came back" if mailing.bounced else "failed"
    return f"It stopped by itself: {wrong} of the first {answered} {what}."


def _lost_answers(mailing: Mailing, answered: int) -> str:
    """A server that takes every email and answers too late would leave nobody of whom we know."""
    if mailing.failures_accepted or answered < mailing.canary or mailing.uncertain * 2 <= answered:
        return ""
    return LOST.format(uncertain=mailing.uncertain, answered=answered)
