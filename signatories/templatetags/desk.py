"""What waits for staff, for the home page of the admin: each count leads to exactly the rows it counts."""

from dataclasses import dataclass, field
from datetime import datetime

from django import template
from django.conf import settings
from django.db.models import Count, Min, Q
from django.urls import reverse

from declaration.accounts.models import User
from declaration.newsletter.models import NewsletterIssue
from declaration.outbox.models import Email
from declaration.personal_data.models import Erasure, Unforgotten
from signatories.desk.waiting import Age, Waiting, age_since, count_edits, count_lists
from signatories.models import CorrectionRequest, Organisation

register = template.Library()
QUEUE = "admin:signatories_signature_changelist"


@dataclass(frozen=True)
class Line:
    """One list: what it is called here, how many are on it, the oldest of them, and where it is.

    ``promised`` says whether the promise to officers is about it; elsewhere only the days are told.
    """

    name: str
    count: int
    url: str
    oldest: datetime | None = None
    promised: bool = True

    @property
    def age(self) -> Age | None:
        return age_since(self.oldest) if self.oldest else None


@dataclass(frozen=True)
class Desk:
    """The lines that this person may see, by where they stand on the page."""

    to_decide: list[Line] = field(default_factory=list)
    yours: list[Line] = field(default_factory=list)
    elsewhere: list[Line] = field(default_factory=list)
    mail: list[Line] = field(default_factory=list)
    mailings: list[NewsletterIssue] = field(default_factory=list)
    promise: int = settings.REVIEW_PROMISE_WORKING_DAYS


@register.simple_tag
def desk(person: User) -> Desk:
    """Count what waits, as far as this person may see it, with one query for each kind of record."""
    found = Desk(promise=settings.REVIEW_PROMISE_WORKING_DAYS)
    if person.has_perm("signatories.view_signature"):
        lists = count_lists(person=person)
        found.to_decide.extend(
            _line(name, lists[name]) for name in ("waiting", "new", "resubmitted", "overdue", "due-soon")
        )
        may_decide = person.has_perm("signatories.decide_signature")
        found.yours.extend(
            _line(name, lists[name]) for name in (("mine",) if may_decide else ()) + ("unassigned", "parked")
        )
        found.elsewhere.extend(
            _line(name, lists[name], promised=False) for name in ("awaiting_approver", "signed")
        )
    if person.has_perm("signatories.view_commitmentedit"):
        edits = count_edits(person=person)
        found.to_decide.append(_edits("waiting", edits["waiting"]))
        if person.has_perm("signatories.decide_signature"):
            found.yours.append(_edits("mine", edits["mine"]))
        found.yours.append(_edits("parked", edits["parked"]))
    if person.has_perm("signatories.view_organisation"):
        found.elsewhere.append(_proposed())
    if person.has_perm("signatories.view_correctionrequest"):
        found.elsewhere.append(_mistakes())
    if person.has_perm("personal_data.view_erasure"):
        found.elsewhere.append(_erasures())
    if person.has_perm("personal_data.view_unforgotten"):
        found.elsewhere.append(_unforgotten())
    if person.has_perm("outbox.view_email"):
        found.mail.extend(_mail())
    if person.has_perm("newsletter.view_newsletterissue"):
        found.mailings.extend(NewsletterIssue.objects.going_out())
    return found


def _line(name: str, waiting: Waiting, *, promised: bool = True) -> Line:
    url = reverse(QUEUE) if name == "waiting" else f"{reverse(QUEUE)}?status={name}"
    return Line(name, waiting.count, url, waiting.oldest, promised)


def _edits(name: str, waiting: Waiting) -> Line:
    url = reverse("admin:signatories_commitmentedit_changelist")
    there, called = (url, "edits") if name == "waiting" else (f"{url}?status={name}", f"edits-{name}")
    return Line(called, waiting.count, there, waiting.oldest)


def _proposed() -> Line:
    proposed = Organisation.objects.awaiting_confirmation()
    counted = proposed.aggregate(count=Count("pk"), oldest=Min("proposed_at"))
    url = reverse("admin:signatories_organisation_changelist")
    there = f"{url}?origin__exact=proposed&confirmed_at__isnull=True"
    return Line("proposed", counted["count"], there, counted["oldest"], promised=False)


def _mistakes() -> Line:
    counted = CorrectionRequest.objects.awaiting_staff().aggregate(
        count=Count("pk"), oldest=Min("created_at")
    )
    url = reverse("admin:signatories_correctionrequest_changelist")
    return Line("mistakes", counted["count"], url, counted["oldest"], promised=False)


def _erasures() -> Line:
    counted = Erasure.objects.awaiting_staff().aggregate(count=Count("pk"), oldest=Min("asked_at"))
    url = f"{reverse('admin:personal_data_erasure_changelist')}?state=open"
    return Line("erasures", counted["count"], url, counted["oldest"], promised=False)


def _unforgotten() -> Line:
    counted = Unforgotten.objects.aggregate(count=Count("pk"), oldest=Min("first_at"))
    url = reverse("admin:personal_data_unforgotten_changelist")
    return Line("unforgotten", counted["count"], url, counted["oldest"], promised=False)


def _mail() -> list[Line]:
    states = (Email.State.FAILED, Email.State.UNCERTAIN)
    counted = Email.objects.needing_staff().aggregate(
        **{str(state): Count("pk", filter=Q(state=state)) for state in states},
        **{f"oldest_{state}": Min("queued_at", filter=Q(state=state)) for state in states},
    )
    url = reverse("admin:outbox_email_changelist")
    return [
        Line(
            str(state),
            counted[str(state)],
            f"{url}?state__exact={state}",
            counted[f"oldest_{state}"],
            promised=False,
        )
        for state in states
    ]
