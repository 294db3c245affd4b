"""The address of an organisation that is part of another now leads there for good."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from signatories.models import Organisation

View = Callable[[HttpRequest, Organisation], HttpResponse]


def of_organisation(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give a view the listed organisation of its address.

    A merged one answers with the same page of the other: 301, and 308 to a form that is sent, so
    that nobody loses what they wrote.
    """

    @wraps(view)
    def found(request: HttpRequest, slug: str) -> HttpResponse:
        organisation = Organisation.objects.listed().filter(slug=slug).first()
        if organisation is not None:
            return view(request, organisation)
        now = get_object_or_404(Organisation, merged__slug=slug)
        assert request.resolver_match is not None  # noqa: S101 - every request has an address
        address = reverse(request.resolver_match.view_name, args=[now.slug])
        return HttpResponsePermanentRedirect(address, preserve_request=request.method == "POST")

    return found
