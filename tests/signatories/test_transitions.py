"""Every status and every verb: the activity takes the way of the table, or nothing at all is written."""

from datetime import date

import pytest
from django.forms.models import model_to_dict

from declaration.audit.models import AuditEvent
from declaration.models import Switches
from declaration.outbox.models import Email
from signatories import asking, chasing, moderation, restoring, signing
from signatories.forms.questions import TitleForm
from signatories.locking import lock
from signatories.models import ImpossibleTransition, ModerationDecision, Signature, Status
from signatories.models.signature import EDITABLE, LIVE, TRANSITIONS, Transition
from tests.factories import ReasonFactory, RepresentativeFactory, SignatureFactory, signature_that_is

pytestmark = pytest.mark.django_db

TABLE = {
    ("draft", "submit"): ("submitted", "officer"),
    ("draft", "withdraw"): ("withdrawn", "officer"),
    ("submitted", "accept"): ("awaiting_approver", "moderator"),
    ("submitted", "request changes"): ("changes_requested", "moderator"),
    ("submitted", "reject"): ("rejected", "moderator"),
    ("submitted", "withdraw"): ("withdrawn", "officer"),
    ("changes_requested", "resubmit"): ("submitted", "officer"),
    ("changes_requested", "reject"): ("rejected", "moderator"),
    ("changes_requested", "withdraw"): ("withdrawn", "officer"),
    ("awaiting_approver", "sign"): ("published", "approver"),
    ("awaiting_approver", "sign for later"): ("signed", "approver"),
    ("signed", "publish"): ("published", "system"),
    ("signed", "withdraw"): ("withdrawn", "officer"),
    ("signed", "take down"): ("taken_down", "moderator"),
    ("awaiting_approver", "decline"): ("declined", "approver"),
    ("awaiting_approver", "expire"): ("expired", "system"),
    ("awaiting_approver", "withdraw"): ("withdrawn", "officer"),
    ("published", "withdraw"): ("withdrawn", "officer"),
    ("published", "take down"): ("taken_down", "moderator"),
    ("taken_down", "restore"): ("published", "moderator"),
    ("withdrawn", "restore"): ("published", "moderator"),
}
VERBS = sorted({verb for _, verb in TABLE})

# Who is told by which mail. The approver is «chief», the person who submitted «officer».
MAILS = {
    ("draft", "submit"): {("officer", "tell_officer_submission_received")},
    ("draft", "withdraw"): set(),
    ("submitted", "accept"): {("chief", "ask_approver_to_sign"), ("officer", "tell_officer_accepted")},
    ("submitted", "request changes"): {("officer", "tell_officer_changes_are_needed")},
    ("submitted", "reject"): {("officer", "tell_officer_rejected")},
    ("submitted", "withdraw"): {("officer", "tell_officer_withdrawn")},
    ("changes_requested", "resubmit"): {("officer", "tell_officer_submission_received")},
    ("changes_requested", "reject"): {("officer", "tell_officer_rejected")},
    ("changes_requested", "withdraw"): {("officer", "tell_officer_withdrawn")},
    ("awaiting_approver", "sign"): {
        ("chief", "send_approver_signed_copy"),
        ("officer", "send_officer_signed_copy"),
    },
    ("awaiting_approver", "sign for later"): {
        ("chief", "send_approver_signed_copy"),
        ("officer", "send_officer_signed_copy"),
    },
    ("signed", "publish"): {
        ("chief", "tell_people_it_is_public"),
        ("officer", "tell_people_it_is_public"),
    },
    ("signed", "withdraw"): {
        ("officer", "tell_officer_withdrawn"),
        ("chief", "tell_approver_withdrawn"),
    },
    ("signed", "take down"): {("officer", "tell_officer_taken_down")},
    ("awaiting_approver", "decline"): {("officer", "tell_officer_approver_declined")},
    ("awaiting_approver", "expire"): {("officer", "tell_officer_waiting_expired")},
    ("awaiting_approver", "withdraw"): {
        ("officer", "tell_officer_withdrawn"),
        ("chief", "tell_approver_withdrawn"),
    },
    ("published", "withdraw"): {
        ("officer", "tell_officer_withdrawn"),
        ("chief", "tell_approver_withdrawn"),
    },
    ("published", "take down"): {("officer", "tell_officer_taken_down")},
    ("taken_down", "restore"): {("officer", "tell_people_restored"), ("chief", "tell_people_restored")},
    ("withdrawn", "restore"): {("officer", "tell_people_restored"), ("chief", "tell_people_restored")},
}
WAYS = [pytest.param(source, verb, id=f"{source}-{verb}") for source, verb in TABLE]
NO_WAYS = [
    pytest.param(status, verb, id=f"{status}-{verb}")
    for status in Status.values
    for verb in VERBS
    if (status, verb) not in TABLE
]


def made(source, verb):
    """Return a signature in a status from which this verb leads on."""
    signed = {"signed": True} if (source, verb) == ("withdrawn", "restore") else {}
    return signature_that_is(source, **signed)


def do(verb, signature, moderator, version):
    """Call the activity of a verb as its page would."""
    decision = {"signature": signature, "by": moderator, "seen": signature.submitted_at}
    why = {"reasons": [ReasonFactory()], "note": "As we said on the telephone."}
    officer = signature.started_by
    activities = {
        "submit": lambda: signing.submit(signature=signature, by=officer),
        "resubmit": lambda: signing.submit(signature=signature, by=officer),
        "withdraw": lambda: signing.withdraw(signature=signature, by=officer),
        "accept": lambda: moderation.accept(**decision, note="Good."),
        "request changes": lambda: moderation.request_changes(**decision, **why),
        "reject": lambda: moderation.reject(**decision, **why),
        "take down": lambda: moderation.take_down(**decision, **why),
        "restore": lambda: restoring.restore(signature=signature, by=moderator, note="A mistake."),
        "sign": lambda: sign(signature, version),
        "sign for later": lambda: sign_for_later(signature, version),
        "publish": lambda: publish(signature),
        "decline": lambda: signing.decline(signature=signature, reason="Not this year."),
        "expire": lambda: expire(signature),
    }
    return activities[verb]()


def sign(signature, version):
    signing.sign(
        signature=signature,
        name="Ada Lovelace",
        job_title="Leader",
        capacity="leader",
        version=version.number,
    )


def sign_for_later(signature, version):
    Switches.objects.update_or_create(pk=1, defaults={"quiet_until": date(2999, 1, 1)})
    sign(signature, version)


def publish(signature):
    with signing.transaction.atomic():
        signature = lock(signature)
        signing.move(signature, "publish", by=None, role="system")
        chasing.emails.tell_people_it_is_public(signature)


def expire(signature):
    with signing.transaction.atomic():
        signature = lock(signature)
        signing.move(signature, "expire", by=None, role="system")
        chasing.emails.tell_officer_waiting_expired(signature)


def written(signature):
    """Return everything an activity could have written."""
    return {
        "signature": model_to_dict(Signature.objects.get(pk=signature.pk)),
        "row": Signature.objects.filter(pk=signature.pk).values().get(),
        "audit": AuditEvent.objects.count(),
        "emails": Email.objects.count(),
        "decisions": ModerationDecision.objects.count(),
    }


def test_table_is_the_one_that_was_agreed():
    assert {Transition(s, v, t, a) for (s, v), (t, a) in TABLE.items()} == set(TRANSITIONS)
    assert len(TRANSITIONS) == len(TABLE)


def test_statuses_are_live_or_editable_as_the_public_list_and_the_pages_need():
    assert set(LIVE) == {"submitted", "changes_requested", "awaiting_approver", "signed", "published"}
    assert set(EDITABLE) == {"draft", "changes_requested"}
    sources, targets = {s for s, _ in TABLE}, {t for t, _ in TABLE.values()}
    assert sources | targets == set(Status.values)
    assert set(Status.values) - sources == {"rejected", "declined", "expired"}


@pytest.mark.parametrize(("source", "verb"), WAYS)
def test_move_along_the_table_writes_status_history_and_mails_together(source, verb, moderator, version):
    signature = made(source, verb)
    target, actor = TABLE[source, verb]
    do(verb, signature, moderator, version)
    signature.refresh_from_db()
    assert signature.status == target
    assert (signature.ended_at is not None) == (
        target in {"rejected", "declined", "expired", "withdrawn", "taken_down"}
    )
    [event] = AuditEvent.objects.about(signature)
    who = {"officer": signature.started_by.user_id, "moderator": moderator.pk}.get(actor)
    assert (event.verb, event.actor_role, event.actor_id) == (verb, actor, who)
    assert (event.before["status"], event.after["status"]) == (source, target)
    people = {signature.started_by.email: "officer", signature.approver_email: "chief"}
    told = [(people[email.to], email.message) for email in Email.objects.about(signature)]
    assert sorted(told) == sorted(MAILS[source, verb])
    assert Email.objects.count() == len(told)


@pytest.mark.parametrize(("status", "verb"), NO_WAYS)
def test_move_off_the_table_raises_and_writes_nothing(status, verb, moderator, version):
    signature = signature_that_is(status)
    before = written(signature)
    if (status, verb) in {("draft", "resubmit"), ("changes_requested", "submit")}:
        # One activity does both: it chooses the verb by the status.
        with pytest.raises(ImpossibleTransition):
            signature.transition(verb)
    else:
        with pytest.raises(ImpossibleTransition) as error:
            do(verb, signature, moderator, version)
        assert error.value.signature.pk == signature.pk
    assert written(signature) == before


@pytest.mark.parametrize(("source", "verb"), WAYS)
def test_move_that_fails_at_its_last_step_leaves_nothing(source, verb, moderator, version, monkeypatch):
    signature = made(source, verb)
    before = written(signature)
    name = "record" if (source, verb) == ("draft", "withdraw") else "send_about"
    module = "signatories.signing" if name == "record" else "signatories.emails"
    module += "_after_publication" if verb == "restore" else ""
    done = []

    def fail(*args, **kwargs):
        done.append(Signature.objects.get(pk=signature.pk).status)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(f"{module}.{name}", fail)
    with pytest.raises(RuntimeError):
        do(verb, signature, moderator, version)
    assert done == [TABLE[source, verb][0]], "the failure came too early to prove anything"
    assert written(signature) == before


@pytest.mark.parametrize("status", ["submitted", "awaiting_approver"])
def test_officer_who_is_the_approver_gets_one_mail_instead_of_two(status, moderator, version):
    signature = signature_that_is(status, own_approver=True)
    do({"submitted": "accept", "awaiting_approver": "sign"}[status], signature, moderator, version)
    [email] = Email.objects.about(signature)
    message = {"submitted": "ask_approver_to_sign", "awaiting_approver": "send_approver_signed_copy"}[status]
    assert (email.to, email.message) == (signature.started_by.email, message)


def test_sign_keeps_version_hash_capacity_time_and_the_person(version):
    signature = SignatureFactory(awaiting_approver=True)
    signing.sign(
        signature=signature,
        name="Ada Lovelace",
        job_title="Leader",
        capacity="leader",
        version=version.number,
    )
    signature.refresh_from_db()
    signer = signature.signed_by
    assert (signature.version, signature.wording_hash) == (version, version.wording_hash)
    assert signature.signed_capacity == "leader"
    assert signature.signed_at is not None
    assert (signer.full_name, signer.job_title, signer.email, signer.organisation) == (
        "Ada Lovelace",
        "Leader",
        signature.approver_email,
        signature.organisation,
    )
    [event] = AuditEvent.objects.about(signature)
    kept = {name: event.after[name] for name in ("version", "wording_hash", "name", "capacity")}
    assert kept == {
        "version": version.number,
        "wording_hash": version.wording_hash,
        "name": "Ada Lovelace",
        "capacity": "leader",
    }
    assert event.after["answers"]["Title"] == signature.commitment.title


def test_copy_goes_to_the_submitter_when_a_colleague_made_themselves_the_approver(version):
    signature = SignatureFactory(awaiting_approver=True)
    colleague = RepresentativeFactory(organisation=signature.organisation)
    asking.correct_approver(
        signature=signature,
        by=colleague,
        name="Kim",
        job_title="Director",
        email=colleague.email,
        capacity="director",
    )
    signing.sign(
        signature=signature, name="Kim", job_title="Director", capacity="director", version=version.number
    )
    assert {(e.to, e.message) for e in Email.objects.all()} == {
        (colleague.email, "ask_approver_to_sign"),
        (colleague.email, "send_approver_signed_copy"),
        (signature.submitted_by.email, "send_officer_signed_copy"),
    }


def test_resubmit_keeps_both_answers_in_the_history(moderator):
    signature = SignatureFactory()
    signing.submit(signature=signature, by=signature.started_by)
    signature.refresh_from_db()
    do("request changes", signature, moderator, None)
    commitment = signature.commitment
    first = commitment.title
    form = {"title": "Something narrower"}
    signing.save_answers(signature=signature, read=lambda: TitleForm(form, instance=commitment))
    signing.submit(signature=signature, by=signature.started_by)
    events = AuditEvent.objects.about(signature).filter(verb__in=["submit", "resubmit"])
    assert [event.after["answers"]["Title"] for event in events] == [first, "Something narrower"]
