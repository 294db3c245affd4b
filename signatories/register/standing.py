"""Whether an organisation had signed on a day: the one answer that map, check and API give.

Of what is not published only one thing is public: that a signature is in process. On a past day
that is said of those alone that were signed afterwards or still are in process, so that nobody can
read from it who was turned down or gave up.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.audit.models import AuditEvent
from signatories.models import Signature, Status
from signatories.models.signature import LIVE

IN_THE_WORKS = [status for status in LIVE if status != Status.PUBLISHED]
# A signature that came to one of these was public from the moment it was signed.
WAS_PUBLIC = [Status.PUBLISHED, Status.WITHDRAWN, Status.TAKEN_DOWN]


class State(models.TextChoices):
    SIGNED = "signed", "Signed"
    IN_PROCESS = "in-process", "In process"
    NOT_SIGNED = "not-signed", "Not signed"


@dataclass(frozen=True)
class Standing:
    """How an organisation stands. ``signed_at`` and ``version`` are set for a signed one alone."""

    state: State
    signed_at: datetime | None = None
    version: int | None = None
    # False for a signature that was withdrawn or taken down since.
    is_on_register: bool = False


NOT_SIGNED = Standing(State.NOT_SIGNED)
IN_PROCESS = Standing(State.IN_PROCESS)


def standings_now(organisations: Iterable[int] | None = None) -> dict[int, Standing]:
    """Return how all organisations, or some, stand at this moment, by primary key.

    One without an entry has not signed.
    """
    live = Signature.objects.live()
    if organisations is not None:
        live = live.filter(organisation__in=list(organisations))
    rows = live.values_list("organisation_id", "status", "signed_at", "version__number")
    return {
        organisation: Standing(State.SIGNED, signed_at, version, is_on_register=True)
        if status == Status.PUBLISHED
        else IN_PROCESS
        for organisation, status, signed_at, version in rows
    }


def in_process_now() -> str:
    """Return what stands for all that is in process: it is another when something comes or goes.

    The number of the newest public change does not move with these. One query for few rows.
    """
    waiting = Signature.objects.filter(status__in=IN_THE_WORKS).order_by("pk").values_list("pk", flat=True)
    return hashlib.sha256(repr(list(waiting)).encode()).hexdigest()[:8]


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day in London, and of the day after it."""
    begins, ends = (timezone.make_aware(datetime.combine(d, time.min)) for d in (day, day + timedelta(1)))
    return begins, ends


class History:
    """What the signatures of some organisations, or of all, tell of any past day. Two queries."""

    def __init__(self, organisations: Iterable[int] | None = None) -> None:
        found = Signature.objects.filter(
            Q(status__in=WAS_PUBLIC, signed_at__isnull=False) | Q(status__in=IN_THE_WORKS),
            # What was taken down silently was never there.
            ~Q(status=Status.TAKEN_DOWN, public_notice=False),
            submitted_at__isnull=False,
        )
        if organisations is not None:
            found = found.filter(organisation_id__in=list(organisations))
        self._signatures: dict[int, list[Signature]] = {}
        signatures = list(found.select_related("version").order_by("pk"))
        for signature in signatures:
            self._signatures.setdefault(signature.organisation_id, []).append(signature)
        self._read_what_happened(signatures)

    def _read_what_happened(self, signatures: list[Signature]) -> None:
        """Take from the history what the rows do not keep: the first sending, and times off the register."""
        happened = AuditEvent.objects.filter(
            record_type=Signature._meta.label_lower,
            record_id__in=[str(signature.pk) for signature in signatures],
            verb__in=["submit", "withdraw", "take down", "restore"],
        ).order_by("at", "pk")
        self._first_sent: dict[str, datetime] = {}
        self._never_public: set[str] = set()
        # Each time it was off the register and came back: from when to when.
        self._gaps: dict[str, list[tuple[datetime, datetime]]] = {}
        left: dict[str, datetime] = {}
        for pk, verb, at, before in happened.values_list("record_id", "verb", "at", "before"):
            if verb == "submit":
                self._first_sent.setdefault(pk, at)
            elif verb == "restore":
                if pk in left:
                    self._gaps.setdefault(pk, []).append((left.pop(pk), at))
            elif before.get("status") == Status.PUBLISHED:
                left[pk] = at
            else:
                self._never_public.add(pk)

    def on(self, organisation: int, day: date) -> Standing:
        """Return how an organisation stood on a London day.

        A signature given on the day, or ended on it, counts as signed. One that was withdrawn or
        taken down later still counts for the days before.
        """
        begins, ends = bounds(day)
        standing = NOT_SIGNED
        for signature in self._signatures.get(organisation, []):
            if signature.ended_at is not None and signature.ended_at < begins:
                continue
            if self._counts_as_signed(signature, begins, ends):
                number = signature.version.number if signature.version else None
                is_on_register = signature.status == Status.PUBLISHED
                standing = Standing(State.SIGNED, signature.signed_at, number, is_on_register)
            elif standing.state == State.NOT_SIGNED and self._was_in_process(signature, ends):
                standing = IN_PROCESS
        return standing

    def _counts_as_signed(self, signature: Signature, begins: datetime, ends: datetime) -> bool:
        pk = str(signature.pk)
        return (
            signature.status in WAS_PUBLIC
            and pk not in self._never_public
            and signature.signed_at is not None
            and signature.signed_at < ends
            and not any(left < begins and ends <= back for left, back in self._gaps.get(pk, []))
        )

    def _was_in_process(self, signature: Signature, ends: datetime) -> bool:
        pk = str(signature.pk)
        if pk in self._never_public:
            return False
        if signature.status in WAS_PUBLIC and signature.signed_at is not None and signature.signed_at < ends:
            return False
        times = (signature.submitted_at, self._first_sent.get(pk))
        return min(at for at in times if at is not None) < ends
