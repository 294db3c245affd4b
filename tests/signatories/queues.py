"""A long queue, written at once: what the desk must carry, for tests of its queries and for benchmarks."""

from datetime import timedelta

from django.utils import timezone

from signatories.models import Casework, Commitment, Organisation, Representative, Signature, Status


def fill_queue(number, *, looked_after_by=None):
    """Add submissions of as many organisations, up to twelve days old; a tenth is parked, some assigned."""
    now = timezone.now()
    begin = Organisation.objects.count()
    organisations = Organisation.objects.bulk_create(
        Organisation(slug=f"queue-{n}", name=f"Queue {n} Council", short_name=f"Queue {n}", kind="unitary")
        for n in range(begin, begin + number)
    )
    officers = Representative.objects.bulk_create(
        Representative(
            organisation=one, email=f"o@{one.slug}.gov.uk", full_name=f"Olive {one.slug}", is_verified=True
        )
        for one in organisations
    )
    signatures = Signature.objects.bulk_create(
        Signature(
            organisation=officer.organisation,
            approver_name="Ada Approver",
            approver_email=f"chief@{officer.organisation.slug}.gov.uk",
            started_by=officer,
            status=Status.SUBMITTED,
            submitted_by=officer,
            submitted_at=now - timedelta(hours=7 * n % 300),
        )
        for n, officer in enumerate(officers)
    )
    Commitment.objects.bulk_create(
        Commitment(signature=one, title=f"Fewer missed bins {n}", mission="Bins are reported in a minute.")
        for n, one in enumerate(signatures)
    )
    if looked_after_by is not None:
        Casework.objects.bulk_create(
            Casework(
                signature=one,
                assigned_to=looked_after_by,
                assigned_at=now,
                parked_until=now.date() + timedelta(days=9) if n % 10 == 0 else None,
                parked_by=looked_after_by if n % 10 == 0 else None,
            )
            for n, one in enumerate(signatures)
            if n % 3 == 0
        )
    return signatures
