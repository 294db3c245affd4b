"""Further commitments on their way."""

from datetime import timedelta

from django.utils import timezone

from signatories import adding
from signatories.models import CommitmentEdit, EditStatus
from tests.factories import ServiceAreaFactory, current_version


def addition_to(signature, status=EditStatus.DRAFT, **words):
    """Return an addition to a published signature in one status, with every question answered."""
    addition = adding.start_addition(signature=signature, by=signature.started_by)
    answers = {
        "title": "Warmer libraries",
        "mission": "Sensors in ten libraries by March.",
        "impact": "Readers sit in the warm.",
        "partners": "Friends of the Library",
        "target_date": timezone.localdate() + timedelta(days=300),
        "open_to_others": False,
    }
    for name, value in {**answers, **words, "status": status}.items():
        setattr(addition, name, value)
    if status != EditStatus.DRAFT:
        addition.submitted_at, addition.submitted_by = timezone.now(), signature.started_by
    addition.save()
    addition.principles.set(current_version().principles.all())
    addition.service_areas.set([ServiceAreaFactory()])
    return CommitmentEdit.objects.get(pk=addition.pk)
