"""Addresses of the service, and of what the register is measured beside."""

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import handler500 as handler500
from config.urls import urlpatterns as all_addresses
from signatories.models import Commitment, Signature

PAGE = "x" * 40_000


def bare(request):
    """A page of the same length, behind the same middleware."""
    return HttpResponse(PAGE)


def minimal(request):
    """The same fifty rows from one query in a plain template: no layout, no facets, no counts."""
    commitments = Commitment.objects.filter(signature=OuterRef("pk")).order_by("pk")
    rows = (
        Signature.objects.published()
        .select_related("organisation")
        .annotate(
            title=Subquery(commitments.values("title")[:1]), stage=Subquery(commitments.values("stage")[:1])
        )
        .order_by("-signed_at", "-pk")[:50]
    )
    return render(request, "minimal.html", {"rows": rows})


urlpatterns = [path("bench/bare/", bare), path("bench/minimal/", minimal), *all_addresses]
