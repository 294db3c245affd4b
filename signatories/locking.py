"""Hold a signature while it changes, with everything that history and emails tell of it."""

from typing import Any, Protocol

from django.db.models import F

from declaration.kept_queries import KeptQuery, given
from declaration.models import Principle, ServiceArea
from signatories.models import Commitment, Organisation, Signature

_SIGNATURE = KeptQuery(
    lambda: (
        Signature.objects.select_for_update(of=("self",))
        .select_related("organisation", "submitted_by")
        .filter(pk=given("signature"))
    )
)
_COMMITMENTS = KeptQuery(lambda: Commitment.objects.filter(signature=given("signature")))
# What each commitment names, in the order in which people read it.
_NAMED: dict[str, KeptQuery[Any]] = {
    "partner_organisations": KeptQuery(
        lambda: (
            Organisation.objects.filter(partner_in_commitments__signature=given("signature"))
            .annotate(named_by=F("partner_in_commitments"))
            .only("name")
        )
    ),
    "principles": KeptQuery(
        lambda: (
            Principle.objects.filter(commitments__signature=given("signature"))
            .annotate(named_by=F("commitments"))
            .order_by("number")
        )
    ),
    "service_areas": KeptQuery(
        lambda: ServiceArea.objects.filter(commitments__signature=given("signature")).annotate(
            named_by=F("commitments")
        )
    ),
}


class Known(Protocol):
    """Whatever tells which signature is meant."""

    @property
    def pk(self) -> Any: ...


def lock(signature: Known) -> Signature:
    """Return the signature as it is now, held until the end of the transaction.

    It comes with everything that history and emails tell of it, fetched once.
    Raises Signature.DoesNotExist.
    """
    locked = next(iter(_SIGNATURE(signature=signature.pk)), None)
    if locked is None:
        raise Signature.DoesNotExist
    commitments = _COMMITMENTS(signature=locked.pk)
    _remember(locked, "commitments", commitments)
    for name, query in _NAMED.items():
        named = query(signature=locked.pk)
        for commitment in commitments:
            _remember(commitment, name, [row for row in named if row.named_by == commitment.pk])
    for commitment in commitments:
        commitment.signature = locked
    return locked


def _remember(instance: Any, name: str, rows: list[Any]) -> None:
    """Keep what a relation leads to where ``prefetch_related`` keeps it."""
    found = getattr(instance, name).get_queryset()
    found._result_cache, found._prefetch_done = rows, True
    if not hasattr(instance, "_prefetched_objects_cache"):
        instance._prefetched_objects_cache = {}
    instance._prefetched_objects_cache[name] = found
