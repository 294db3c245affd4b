"""Twenty people at the same moment, many times over, on both databases: one row, one mail."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import adding, asking, chasing, editing, handing_over, moderation, signing
from signatories.handing_over import HandoverIsOver, StillNeeded
from signatories.models import (
    CommitmentEdit,
    ImpossibleEdit,
    ImpossibleTransition,
    ModerationDecision,
    Representative,
    Signature,
)
from signatories.moderation import SubmissionHasChanged
from signatories.registering import become_representative
from signatories.signing import AnotherSignatureIsLive
from tests.factories import (
    OrganisationFactory,
    ReasonFactory,
    RepresentativeFactory,
    SignatureFactory,
    UserFactory,
    current_version,
)
from tests.signatories.additions import addition_to

pytestmark = pytest.mark.usefixtures("database")

AT_ONCE = 20
ROUNDS = int(os.environ.get("RACE_ROUNDS", "5"))
# SQLite lets the twenty wait in naps of a tenth of a second; the full number takes it most of a minute.
MANY_ROUNDS = {"postgres": 50, "sqlite": 15}
REFUSALS = (
    ImpossibleEdit,
    ImpossibleTransition,
    AnotherSignatureIsLive,
    SubmissionHasChanged,
    HandoverIsOver,
    StillNeeded,
)


@pytest.fixture(scope="module")
def together(database):
    """Return a function that makes all calls at the same moment and returns their answers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def make(calls):
            barrier = Barrier(len(calls))

            def one(call):
                barrier.wait(20)
                try:
                    return call()
                except REFUSALS as refusal:
                    return refusal
                finally:
                    connection.close()

            return list(pool.map(one, calls))

        yield make


@pytest.fixture(scope="module")
def version(database):
    return current_version()


def mails_about(signature):
    return sorted(Email.objects.about(signature).values_list("message", flat=True))


def verbs_about(signature):
    return sorted(AuditEvent.objects.about(signature).values_list("verb", flat=True))


def refused(answers):
    return [answer for answer in answers if isinstance(answer, Exception)]


def test_submit_of_one_shared_draft_by_two_officers_at_once_counts_once(database, together, version):
    for _ in range(max(ROUNDS, MANY_ROUNDS[database])):
        draft = SignatureFactory()
        officers = [draft.started_by, RepresentativeFactory(organisation=draft.organisation)]
        answers = together(
            [lambda o=o, d=draft: signing.submit(signature=d, by=o) for o in officers * (AT_ONCE // 2)]
        )
        assert len(refused(answers)) == AT_ONCE - 1
        assert mails_about(draft) == ["tell_officer_submission_received"]
        assert verbs_about(draft) == ["submit"]
        [email] = Email.objects.about(draft)
        assert email.to == Signature.objects.get(pk=draft.pk).submitted_by.email


def test_submit_of_separate_drafts_for_one_council_leaves_one_live(together, version):
    for _ in range(ROUNDS):
        organisation = OrganisationFactory()
        drafts = [
            SignatureFactory(
                organisation=organisation,
                started_by=RepresentativeFactory(organisation=organisation, unverified=True),
                private=True,
            )
            for _ in range(AT_ONCE)
        ]
        answers = together([lambda d=d: signing.submit(signature=d, by=d.started_by) for d in drafts])
        live = organisation.signatures.live().get()
        assert {type(answer) for answer in refused(answers)} == {AnotherSignatureIsLive}
        assert len(refused(answers)) == AT_ONCE - 1
        assert {answer.signature.pk for answer in refused(answers)} == {live.pk}
        assert organisation.signatures.filter(status="draft").count() == AT_ONCE - 1
        assert Email.objects.filter(about_id__in=[str(d.pk) for d in drafts]).count() == 1


def test_start_by_twenty_colleagues_at_once_makes_one_shared_draft(together, version):
    for _ in range(ROUNDS):
        organisation = OrganisationFactory()
        people = [UserFactory(email=f"p{n}@{organisation.slug}.gov.uk") for n in range(AT_ONCE)]

        def start(user, organisation=organisation):
            officer = become_representative(organisation=organisation, user=user)
            return signing.start_draft(representative=officer).pk

        answers = together([lambda p=p: start(p) for p in people])
        assert len(set(answers)) == 1
        assert organisation.signatures.count() == 1
        assert organisation.representatives.count() == AT_ONCE


def test_register_of_one_person_twenty_times_at_once_makes_one_representative(together):
    for _ in range(ROUNDS):
        organisation = OrganisationFactory()
        user = UserFactory()

        def register(organisation=organisation, user=user):
            return become_representative(organisation=organisation, user=user).pk

        answers = together([register] * AT_ONCE)
        assert len(set(answers)) == 1
        assert len(AuditEvent.objects.about(organisation.representatives.get())) == 1


def test_press_of_the_submit_button_twenty_times_at_once_submits_once_and_says_so(together, version):
    for _ in range(ROUNDS):
        draft = SignatureFactory()
        browser = Client()
        browser.force_login(draft.started_by.user)

        def press(draft=draft, session=browser.cookies["session"].value):
            copy = Client()
            copy.cookies["session"] = session
            answer = copy.post(f"/sign/{draft.reference}/check/")
            return answer.status_code, answer.headers.get("Location")

        assert set(together([press] * AT_ONCE)) == {(302, f"/sign/{draft.reference}/submitted/")}
        assert mails_about(draft) == ["tell_officer_submission_received"]


def test_sign_and_decline_at_once_leave_one_of_them(together, version):
    for _ in range(ROUNDS):
        signature = SignatureFactory(awaiting_approver=True)

        def sign(signature=signature):
            return signing.sign(
                signature=signature, name="Ada", job_title="Chief", capacity="leader", version=version.number
            )

        def decline(signature=signature):
            return signing.decline(signature=signature, reason="No.")

        answers = together([sign, decline] * (AT_ONCE // 2))
        signature.refresh_from_db()
        assert len(refused(answers)) == AT_ONCE - 1
        expected = {
            "published": (["sign"], ["send_approver_signed_copy", "send_officer_signed_copy"]),
            "declined": (["decline"], ["tell_officer_approver_declined"]),
        }
        assert (verbs_about(signature), mails_about(signature)) == expected[signature.status]


def test_sign_twenty_times_at_once_publishes_once(together, version):
    for _ in range(ROUNDS):
        signature = SignatureFactory(awaiting_approver=True)

        def sign(signature=signature):
            signing.sign(
                signature=signature, name="Ada", job_title="Chief", capacity="leader", version=version.number
            )

        assert len(refused(together([sign] * AT_ONCE))) == AT_ONCE - 1
        assert verbs_about(signature) == ["sign"]
        assert mails_about(signature) == ["send_approver_signed_copy", "send_officer_signed_copy"]


def test_accept_and_reject_by_moderators_at_once_leave_one_decision(together, version):
    reason = ReasonFactory()
    moderators = [UserFactory(moderator=True) for _ in range(2)]
    for _ in range(ROUNDS):
        signature = SignatureFactory(submitted=True)
        what = {"signature": signature, "seen": signature.submitted_at}
        answers = together(
            [
                lambda what=what: moderation.accept(by=moderators[0], **what),
                lambda what=what: moderation.reject(by=moderators[1], reasons=[reason], **what),
            ]
            * (AT_ONCE // 2)
        )
        decision = ModerationDecision.objects.get(signature=signature)
        assert len(refused(answers)) == AT_ONCE - 1
        expected = {
            "accepted": ("awaiting_approver", ["ask_approver_to_sign", "tell_officer_accepted"]),
            "rejected": ("rejected", ["tell_officer_rejected"]),
        }
        signature.refresh_from_db()
        assert (signature.status, mails_about(signature)) == expected[decision.outcome]


def test_resend_twenty_times_at_once_owes_one_mail(together):
    for _ in range(ROUNDS):
        signature = SignatureFactory(awaiting_approver=True, approver_last_mailed_at=None)
        answers = together(
            [lambda s=signature: asking.resend_to_approver(signature=s, by=s.started_by)] * AT_ONCE
        )
        assert sorted(answers) == [False] * (AT_ONCE - 1) + [True]
        assert mails_about(signature) == ["ask_approver_to_sign"]


def test_withdraw_and_sign_at_once_never_leave_a_withdrawn_signature_public(together, version):
    for _ in range(ROUNDS):
        signature = SignatureFactory(awaiting_approver=True)
        together(
            [
                lambda s=signature: signing.withdraw(signature=s, by=s.started_by),
                lambda s=signature: signing.sign(
                    signature=s, name="Ada", job_title="Chief", capacity="leader", version=version.number
                ),
            ]
            * (AT_ONCE // 2)
        )
        signature.refresh_from_db()
        # Whoever came first, the organisation's wish to withdraw is possible after signing too.
        assert signature.status == "withdrawn"
        assert verbs_about(signature) in (["withdraw"], ["sign", "withdraw"])


def test_further_commitment_by_twenty_at_once_is_one(together, version):
    for _ in range(ROUNDS // 2):
        signature, moderator = SignatureFactory(published=True), UserFactory(moderator=True)
        officers = [signature.started_by, RepresentativeFactory(organisation=signature.organisation)]
        both = officers * (AT_ONCE // 2)
        together([lambda o=o, s=signature: adding.start_addition(signature=s, by=o) for o in both])
        assert verbs_about(signature) == ["start addition"]
        addition = addition_to(signature)
        assert CommitmentEdit.objects.filter(adds_to=signature).count() == 1
        answers = together([lambda o=o, a=addition: editing.submit_edit(edit=a, by=o) for o in both])
        assert len(refused(answers)) == AT_ONCE - 1
        addition.refresh_from_db()
        what = {"edit": addition, "seen": addition.submitted_at, "by": moderator}
        answers = together([lambda what=what: adding.accept_addition(**what)] * AT_ONCE)
        assert len(refused(answers)) == AT_ONCE - 1
        assert signature.commitments.count() == 2
        assert mails_about(signature) == [
            "tell_officer_addition_accepted",
            "tell_officer_addition_received",
            "tell_signer_addition_accepted",
        ]


def test_reminders_by_several_workers_at_once_go_out_once(together):
    Signature.objects.awaiting_approver().update(status="expired")
    asked, at = datetime(2026, 11, 11, 10, tzinfo=UTC), datetime(2026, 11, 17, 10, tzinfo=UTC)
    for _ in range(ROUNDS):
        signature = SignatureFactory(awaiting_approver=True, approver_asked_at=asked)
        together([lambda: chasing.chase_approvers(now=at)] * AT_ONCE)
        assert mails_about(signature) == ["remind_approver_to_sign", "tell_officer_approver_was_reminded"]


def test_races_are_real(together):
    """The calls do overlap: were they made one by one, the waiting would add up."""
    began = time.monotonic()
    together([lambda: time.sleep(0.2)] * AT_ONCE)
    assert time.monotonic() - began < 0.2 * AT_ONCE / 2


def test_hand_over_to_two_colleagues_at_once_leaves_one_who_can_accept(database, together, version):
    for _ in range(ROUNDS):
        signature = SignatureFactory(published=True)
        names = [f"kim{n}@{signature.organisation.slug}.gov.uk" for n in range(4)]

        def ask(email, signature=signature):
            return handing_over.ask_to_take_over(
                signature=signature, by=signature.started_by, name="Kim", email=email
            )

        asked = together([lambda e=email: ask(e) for email in names])
        assert len(signature.handovers.open()) == 1
        accepting = [(one, UserFactory(email=one.email)) for one in asked]
        answers = together(
            [lambda h=one, u=user: handing_over.take_over(handover=h, user=u) for one, user in accepting]
        )
        assert len(refused(answers)) == len(asked) - 1
        officer = Signature.objects.get(pk=signature.pk).officer
        assert [answer for answer in answers if not isinstance(answer, Exception)] == [officer]
        assert mails_about(signature).count("tell_officer_taken_over") == 1


def test_everybody_stops_at_once_and_one_stays(database, together, version):
    for _ in range(ROUNDS):
        signature = SignatureFactory(published=True)
        officer, kim = signature.started_by, UserFactory(email=f"kim@{signature.organisation.slug}.gov.uk")
        handover = handing_over.ask_to_take_over(signature=signature, by=officer, name="Kim", email=kim.email)
        together(
            [
                lambda h=handover, k=kim: handing_over.take_over(handover=h, user=k),
                *[lambda s=signature, o=officer: handing_over.stop_acting(signature=s, by=o)] * 3,
            ]
        )
        looking_after = Signature.objects.get(pk=signature.pk).officer
        assert looking_after.user == kim
        acting = Representative.objects.filter(organisation=signature.organisation, user__isnull=False)
        assert looking_after in acting
