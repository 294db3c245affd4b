"""Labelled example data, so that every page on a machine of one's own has something to show."""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.models import DeclarationVersion, Principle, ServiceArea
from signatories.checking_in import MONTHS
from signatories.models import (
    Actor,
    Capacity,
    Commitment,
    ModerationDecision,
    Organisation,
    Outcome,
    Progress,
    Reason,
    Representative,
    Signature,
    Stage,
    Status,
)
from signatories.reference import DATA

# How many signatures of each status; together with their ages they fill every page.
HOW_MANY = {
    Status.PUBLISHED: 290,
    Status.DRAFT: 12,
    Status.SUBMITTED: 15,
    Status.CHANGES_REQUESTED: 8,
    Status.AWAITING_APPROVER: 14,
    Status.REJECTED: 6,
    Status.DECLINED: 5,
    Status.EXPIRED: 4,
    Status.WITHDRAWN: 5,
    Status.TAKEN_DOWN: 2,
}
FIRST_DAY = datetime(2018, 7, 4, 9, tzinfo=timezone.get_default_timezone())
# Verbs that led to a status, after «start» and «submit».
VERBS = {
    Status.PUBLISHED: ["accept", "sign"],
    Status.CHANGES_REQUESTED: ["request changes"],
    Status.AWAITING_APPROVER: ["accept"],
    Status.REJECTED: ["reject"],
    Status.DECLINED: ["accept", "decline"],
    Status.EXPIRED: ["accept", "expire"],
    Status.WITHDRAWN: ["withdraw"],
    Status.TAKEN_DOWN: ["accept", "sign", "take down"],
}
OUTCOMES = {
    "accept": Outcome.ACCEPTED,
    "request changes": Outcome.CHANGES_REQUESTED,
    "reject": Outcome.REJECTED,
    "take down": Outcome.TAKEN_DOWN,
}
ACTORS = {"submit": Actor.OFFICER, "withdraw": Actor.OFFICER, "start": Actor.OFFICER, "expire": Actor.SYSTEM}
# How the stories of commitments go; the first words of a story are its oldest report.
STORIES = [
    [],
    [],
    [Stage.NOT_STARTED],
    [Stage.ON_TRACK],
    [Stage.NOT_STARTED, Stage.ON_TRACK],
    [Stage.ON_TRACK, Stage.DELAYED],
    [Stage.ON_TRACK, Stage.DELAYED, Stage.DONE],
    [Stage.ON_TRACK, Stage.DONE],
    [Stage.NOT_STARTED, Stage.STOPPED],
]
SIGNED = {"sign": Actor.APPROVER, "decline": Actor.APPROVER}


class NotOnAMachineOfOnesOwn(Exception):
    """Raised when example data is asked for where DEBUG is off."""


class SignaturesExist(Exception):
    """Raised when there are signatures already: examples never mix with anything else."""


@dataclass
class Example:
    """One example signature with the rows that belong to it, before they are stored."""

    signature: Signature
    commitment: Commitment
    text: dict[str, Any]


def load_demo(*, seed: int = 2018) -> int:
    """Fill an empty service with examples and return how many signatures there are.

    The same seed gives the same examples, but for their days, which count back from today.
    Raises NotOnAMachineOfOnesOwn or SignaturesExist.
    """
    if not settings.ON_OWN_MACHINE:
        raise NotOnAMachineOfOnesOwn
    with transaction.atomic():
        if Signature.objects.exists():
            raise SignaturesExist
        examples = _Examples(random.Random(seed))  # noqa: S311 - examples, not secrets
        count = examples.store()
    (settings.VAR_DIR / "demo-data").touch()
    return count


def are_examples() -> bool:
    """Tell whether the signatures of this machine are examples."""
    return settings.ON_OWN_MACHINE and (settings.VAR_DIR / "demo-data").exists()


class _Examples:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.now = timezone.now()
        self.texts = json.loads((DATA / "demo_commitments.json").read_text(encoding="utf-8"))
        version = DeclarationVersion.objects.current()
        if version is None:
            raise DeclarationVersion.DoesNotExist("Load the reference data first.")
        self.version = version
        self.moderator, _ = User.objects.get_or_create(
            email="example.moderator@example.invalid",
            defaults={"full_name": "Example moderator", "is_active": False},
        )

    def store(self) -> int:
        organisations = [
            o
            for o in Organisation.objects.listed().order_by("slug")
            if o.start_date is None or o.start_date <= self.now.date()
        ]
        self.rng.shuffle(organisations)
        # Those that exist today may stand anywhere in the process; the others only have signed.
        organisations.sort(key=lambda o: o.end_date is not None and o.end_date < self.now.date())
        statuses: list[Status] = [
            status for status, number in HOW_MANY.items() if status != Status.PUBLISHED for _ in range(number)
        ]
        statuses += [Status.PUBLISHED] * HOW_MANY[Status.PUBLISHED]
        pairs = list(zip(organisations, statuses, strict=False))
        people = self._people([organisation for organisation, _ in pairs])
        examples = [self._example(o, status, *people[o.pk]) for o, status in pairs]
        Signature.objects.bulk_create([example.signature for example in examples])
        Commitment.objects.bulk_create([example.commitment for example in examples])
        self._link(examples)
        self._tell_history(examples)
        self._report_progress(examples)
        self._promise_more(examples)
        return len(examples)

    def _people(self, organisations: list[Organisation]) -> dict[int, tuple[Representative, Representative]]:
        people = {}
        for o in organisations:
            officer = Representative(
                organisation=o,
                email=f"officer@{o.slug}.example.invalid",
                full_name="Example officer",
                job_title="Digital lead",
                is_verified=True,
            )
            approver = Representative(
                organisation=o,
                email=f"approver@{o.slug}.example.invalid",
                full_name="Example approver",
                job_title="Chief executive",
                is_verified=True,
            )
            people[o.pk] = (officer, approver)
        Representative.objects.bulk_create([person for pair in people.values() for person in pair])
        return people

    def _example(
        self, organisation: Organisation, status: Status, officer: Representative, approver: Representative
    ) -> Example:
        started = self._start(organisation, status)
        text = self.rng.choice(self.texts)
        signature = Signature(
            organisation=organisation,
            status=status,
            is_shared=True,
            started_at=started,
            started_by=officer,
            approver_is_officer=False,
            approver_name=approver.full_name,
            approver_job_title=approver.job_title,
            approver_email=approver.email,
            approver_capacity=self.rng.choice(Capacity.values),
            publish_signer_name=self.rng.random() < 0.5,
            consents_given_at=started,
            contact_confirmed_at=self.now if status == Status.PUBLISHED else None,
        )
        verbs = VERBS.get(status, [])
        at = started + timedelta(days=1)
        if status != Status.DRAFT:
            signature.submitted_at, signature.submitted_by = at, officer
        if "accept" in verbs:
            at += timedelta(days=2)
            signature.accepted_at = signature.approver_asked_at = signature.approver_last_mailed_at = at
        if "sign" in verbs:
            at += timedelta(days=4)
            signature.signed_at, signature.signed_by = at, approver
            signature.signed_capacity = signature.approver_capacity
            signature.version, signature.wording_hash = self.version, self.version.wording_hash
        if status not in {Status.PUBLISHED, Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED}:
            signature.ended_at = None if status == Status.AWAITING_APPROVER else at + timedelta(days=3)
        if status == Status.DECLINED:
            signature.decline_reason = "Example: we want to agree the budget first."
        commitment = self._commitment(signature, text, begun=started)
        commitment.public_change_at = signature.signed_at
        return Example(signature, commitment, text)

    def _commitment(self, signature: Signature, text: dict[str, Any], *, begun: datetime) -> Commitment:
        return Commitment(
            signature=signature,
            title=f"Example: {text['title']}"[:150],
            mission=text["mission"],
            impact=text["impact"],
            partners="\n".join(text["partners"]),
            target_date=(begun + timedelta(days=self.rng.randrange(200, 360))).date(),
            open_to_others=self.rng.random() < 0.7,
            check_ins_sent=len(MONTHS),
        )

    def _start(self, organisation: Organisation, status: Status) -> datetime:
        """Return when it began: over the years for what is over, in the last weeks for what waits."""
        if status in {Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED}:
            return self.now - timedelta(days=self.rng.uniform(1.2, 8))
        if status == Status.AWAITING_APPROVER:
            return self.now - timedelta(days=self.rng.uniform(5, 30))
        last = self.now - timedelta(days=20)
        if organisation.end_date and organisation.end_date < last.date():
            last = last.replace(
                year=organisation.end_date.year, month=organisation.end_date.month, day=1
            ) - timedelta(days=40)
        first = FIRST_DAY
        if organisation.start_date and organisation.start_date > first.date():
            first = first.replace(year=organisation.start_date.year, month=organisation.start_date.month)
            first = max(first + timedelta(days=40), FIRST_DAY)
        # More signed in the first years than since.
        span = max((last - first).total_seconds(), 0)
        return min(first + timedelta(seconds=span * self.rng.random() ** 1.6), last)

    def _link(self, examples: list[Example]) -> None:
        principles = {p.number: p for p in Principle.objects.filter(version=self.version)}
        areas = {a.slug: a for a in ServiceArea.objects.all()}
        Commitment.principles.through.objects.bulk_create(
            Commitment.principles.through(commitment_id=e.commitment.pk, principle_id=principles[n].pk)
            for e in examples
            for n in e.text["principles"]
        )
        Commitment.service_areas.through.objects.bulk_create(
            Commitment.service_areas.through(commitment_id=e.commitment.pk, servicearea_id=areas[slug].pk)
            for e in examples
            for slug in e.text["service_areas"]
        )

    def _tell_history(self, examples: list[Example]) -> None:
        events, decisions = [], []
        reasons = list(Reason.objects.filter(is_public=True)[:3])
        for example in examples:
            signature = example.signature
            verbs = ["start"]
            if signature.status != Status.DRAFT:
                verbs += ["submit", *VERBS.get(Status(signature.status), [])]
            for day, verb in enumerate(verbs):
                at = min(signature.started_at + timedelta(days=2 * day), self.now)
                role = ACTORS.get(verb) or SIGNED.get(verb) or Actor.MODERATOR
                events.append(
                    AuditEvent(
                        at=at,
                        actor=self.moderator if role == Actor.MODERATOR else None,
                        actor_role=role,
                        verb=verb,
                        record_type="signatories.signature",
                        record_id=str(signature.pk),
                        record_label=signature.reference,
                        note="Example",
                    )
                )
                if verb in OUTCOMES:
                    decisions.append(
                        ModerationDecision(
                            signature=signature,
                            outcome=OUTCOMES[verb],
                            note="" if verb == "accept" else "Example: please say by when.",
                            decided_at=at,
                            decided_by=self.moderator,
                        )
                    )
        AuditEvent.objects.bulk_create(events)
        ModerationDecision.objects.bulk_create(decisions)
        ModerationDecision.reasons.through.objects.bulk_create(
            ModerationDecision.reasons.through(
                moderationdecision_id=d.pk, reason_id=self.rng.choice(reasons).pk
            )
            for d in decisions
            if d.outcome != Outcome.ACCEPTED
        )

    def _report_progress(self, examples: list[Example]) -> None:
        """Let published commitments go on as such things go, up to three reports each."""
        words = json.loads((DATA / "demo_progress.json").read_text(encoding="utf-8"))
        reports, told = [], []
        for example in examples:
            signature, commitment = example.signature, example.commitment
            if signature.status != Status.PUBLISHED or signature.signed_at is None:
                continue
            story = self.rng.choice(STORIES)
            days = max((self.now - signature.signed_at).days, 1)
            for number, stage in enumerate(story, start=1):
                after = min(days * number / (len(story) + 1), 110 * number)
                at = signature.signed_at + timedelta(days=after)
                commitment.stage, commitment.stage_reported_at, commitment.public_change_at = stage, at, at
                reports.append(
                    Progress(
                        commitment=commitment,
                        reported_at=at,
                        reported_by=signature.started_by,
                        stage=stage,
                        **self.rng.choice(words[stage]),
                    )
                )
            told.append(commitment)
        Progress.objects.bulk_create(reports)
        Commitment.objects.bulk_update(told, ["stage", "stage_reported_at", "public_change_at"])

    def _promise_more(self, examples: list[Example]) -> None:
        """Let some of those that have delivered add a further commitment since."""
        more = []
        for example in [one for one in examples if one.commitment.stage == Stage.DONE][::3]:
            delivered = example.commitment.stage_reported_at or self.now
            at, text = delivered + (self.now - delivered) * self.rng.random(), self.rng.choice(self.texts)
            further = self._commitment(example.signature, text, begun=at)
            further.added_at = further.public_change_at = at
            more.append(Example(example.signature, further, text))
        Commitment.objects.bulk_create([one.commitment for one in more])
        self._link(more)
