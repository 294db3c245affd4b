"""Merge an organisation that somebody proposed into the one it really is, without losing anything."""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from signatories import emails_after_publication as emails
from signatories.changes import record_change
from signatories.email_domains import works_for
from signatories.locking import lock
from signatories.models import (
    Commitment,
    CommitmentEdit,
    CorrectionRequest,
    Handover,
    Organisation,
    OrganisationAlias,
    OrganisationDomain,
    Origin,
    Progress,
    Representative,
    Signature,
    Status,
    What,
)
from signatories.signing import move


class CannotMerge(Exception):
    """Raised when these two are not to be merged; ``why`` names the reason, which a template says."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class PlanHasChanged(Exception):
    """Raised when what would move is no longer what the member of staff was shown."""


@dataclass(frozen=True)
class Plan:
    """What a merge would move from ``source`` to ``target``."""

    source: Organisation
    target: Organisation
    signatures: list[Signature]
    # Drafts of people who have a draft for the other one too: they end, and keep their text.
    drafts_ended: list[Signature]
    people: list[Representative]
    # People known at both: the first becomes the second.
    twins: list[tuple[Representative, Representative]]
    domains: list[OrganisationDomain]
    aliases: list[OrganisationAlias]
    partnerships: list[Commitment]
    corrections: list[CorrectionRequest]
    # Why it cannot be done, or nothing; and the two live signatures when that is why.
    refusal: str
    live: list[Signature]

    @property
    def people_count(self) -> int:
        return len(self.people) + len(self.twins)

    @property
    def fingerprint(self) -> str:
        """Stands for everything that would move, so that a stale confirmation is noticed."""
        lists = (
            self.signatures,
            self.people,
            self.domains,
            self.aliases,
            self.partnerships,
            self.corrections,
        )
        parts = [[row.pk for row in rows] for rows in lists]
        states = [signature.status for signature in self.signatures]
        pairs = [(one.pk, other.pk) for one, other in self.twins]
        said = repr((self.source.pk, self.target.pk, parts, states, pairs))
        return hashlib.sha256(said.encode()).hexdigest()


def plan_merge(*, source: Organisation, target: Organisation) -> Plan:
    """Return what would move, and what is in the way. Writes nothing."""
    signatures = list(source.signatures.select_related("started_by").order_by("pk"))
    live = [*source.signatures.live(), *target.signatures.live()]
    people, twins = [], []
    for person in source.representatives.order_by("pk"):
        twin = _twin(person, target)
        if twin:
            twins.append((person, twin))
        else:
            people.append(person)
    same = {person.pk: twin.pk for person, twin in twins}
    drafting = set(target.signatures.filter(status=Status.DRAFT).values_list("started_by", flat=True))
    return Plan(
        source=source,
        target=target,
        signatures=signatures,
        drafts_ended=[
            one
            for one in signatures
            if one.status == Status.DRAFT and same.get(one.started_by_id) in drafting
        ],
        people=people,
        twins=twins,
        domains=list(source.domains.all()),
        aliases=list(source.aliases.all()),
        partnerships=list(source.partner_in_commitments.order_by("pk")),
        corrections=list(source.correction_requests.order_by("pk")),
        refusal=_refusal(source, target, live),
        live=live if len(live) > 1 else [],
    )


def _refusal(source: Organisation, target: Organisation, live: list[Signature]) -> str:
    if source.pk == target.pk:
        return "the same"
    if source.merged_into_id or target.merged_into_id:
        return "merged before"
    if source.origin == Origin.REGISTER or source.gss_code:
        return "from the register"
    if target.is_awaiting_confirmation:
        return "target is not confirmed"
    return "two live" if len(live) > 1 else ""


def _twin(person: Representative, target: Organisation) -> Representative | None:
    is_same = Q(email__iexact=person.email)
    if person.user_id:
        is_same |= Q(user=person.user_id)
    twins = target.representatives.filter(is_same).order_by("pk")
    return next((one for one in twins if one.email.lower() == person.email.lower()), twins.first())


@transaction.atomic
def merge(*, source: Organisation, target: Organisation, by: User, seen: str) -> Organisation:
    """Move everything of one organisation to another, and let its address lead there for good.

    ``seen`` is the fingerprint of the plan that was confirmed. Raises CannotMerge or PlanHasChanged.
    """
    rows = Organisation.objects.select_for_update().in_bulk(sorted({source.pk, target.pk}))
    source, target = rows[source.pk], rows[target.pk]
    plan = plan_merge(source=source, target=target)
    if plan.refusal:
        raise CannotMerge(plan.refusal)
    if plan.fingerprint != seen:
        raise PlanHasChanged
    was_listed = not source.is_awaiting_confirmation
    for draft in plan.drafts_ended:
        note = f"Its officer has a draft for {target} too, and the two organisations are one."
        move(lock(draft), "withdraw", by=by, role=by.role, note=note)
    _move_people(plan)
    _move_signatures(plan)
    _move_names(plan)
    _move_links(plan)
    source.merged_into, source.merged_at, source.merged_by = target, timezone.now(), by
    source.save()
    moved = [signature.reference for signature in plan.signatures]
    record(verb="merge", on=source, by=by, role=by.role, after={"into": target.name, "signatures": moved})
    record(verb="absorb", on=target, by=by, role=by.role, after={"merged": source.name, "signatures": moved})
    for signature in Signature.objects.filter(pk__in=[s.pk for s in plan.signatures], ended_at__isnull=True):
        emails.tell_officer_organisation_merged(signature, source)
    if was_listed:
        record_change(organisation=source, what=What.MERGED)
    record_change(organisation=target, what=What.MERGED)
    return target


def _move_people(plan: Plan) -> None:
    for person in plan.people:
        person.organisation = plan.target
        person.is_verified = person.is_verified or works_for(person.email, plan.target)
        person.save()
    for person, twin in plan.twins:
        for rows, column in _where_people_stand():
            rows.filter(**{column: person}).update(**{column: twin})
        user, person_pk = person.user, person.pk
        Representative.objects.filter(pk=person_pk).delete()
        is_free = not plan.target.representatives.filter(user=user).exists()
        twin.user = twin.user or (user if is_free else None)
        twin.is_verified = twin.is_verified or person.is_verified
        twin.save()


def _where_people_stand() -> list[tuple[QuerySet, str]]:
    signatures, edits = Signature.objects.all(), CommitmentEdit.objects.all()
    handovers = Handover.objects.all()
    return [
        (signatures, "started_by"),
        (signatures, "submitted_by"),
        (signatures, "signed_by"),
        (signatures, "looked_after_by"),
        (handovers, "asked_by"),
        (handovers, "accepted_by"),
        (edits, "started_by"),
        (edits, "submitted_by"),
        # Its words never change; whose row tells who wrote them may.
        (Progress._base_manager.all(), "reported_by"),
    ]


def _move_signatures(plan: Plan) -> None:
    shared = Q(status=Status.DRAFT, is_shared=True)
    if plan.target.signatures.filter(shared).exists():
        # One draft is shared among colleagues; the other goes on being its author's.
        plan.source.signatures.filter(shared).update(is_shared=False)
    plan.source.signatures.update(organisation=plan.target)


def _move_names(plan: Plan) -> None:
    there = set(plan.target.domains.values_list("domain", flat=True))
    plan.source.domains.filter(domain__in=there).delete()
    plan.source.domains.update(organisation=plan.target)
    known = {plan.target.name, *plan.target.aliases.values_list("name", flat=True)}
    for name in (plan.source.name, *(alias.name for alias in plan.aliases)):
        if name not in known:
            OrganisationAlias.objects.create(organisation=plan.target, name=name)
            known.add(name)
    plan.source.aliases.all().delete()


def _move_links(plan: Plan) -> None:
    source, target = plan.source, plan.target
    texts: list[Commitment | CommitmentEdit] = [*plan.partnerships, *source.partner_in_commitmentedits.all()]
    for text in texts:
        text.partner_organisations.add(target)
        text.partner_organisations.remove(source)
    target.successors.add(*source.successors.exclude(pk=target.pk))
    target.predecessors.add(*source.predecessors.exclude(pk=target.pk))
    source.successors.clear()
    source.predecessors.clear()
    source.correction_requests.update(organisation=target)
