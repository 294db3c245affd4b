"""The list of signatories, and where signing begins."""

from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.models import DeclarationVersion
from declaration.public_pages import public_page
from signatories.models import Kind, Region, Signature
from signatories.register import PER_PAGE, Query, matching


@public_page
def signatory_list(request: HttpRequest) -> HttpResponse:
    """List who has signed. Whatever the query string holds, the page makes sense."""
    query = Query.read(request.GET)
    paginator = Paginator(matching(query), PER_PAGE)
    asked = request.GET.get("page", "1")
    try:
        # Ten digits are more than any list has pages, and few enough for every database.
        shown = paginator.page(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1)
    except EmptyPage:
        shown = paginator.page(paginator.num_pages)
    page = {
        "query": query,
        "page": shown,
        "total": Signature.objects.published().count(),
        "regions": Region.choices,
        "kinds": Kind.choices,
    }
    return render(request, "signatories/list.html", page)


@public_page
def sign_start(request: HttpRequest) -> HttpResponse:
    """The start page of the sign-up."""
    if DeclarationVersion.objects.current() is None:
        raise Http404
    return render(request, "pages/sign_start.html")


@public_page
def suppliers(request: HttpRequest) -> HttpResponse:
    """Help private suppliers, who cannot sign, to take part otherwise."""
    return render(request, "pages/suppliers.html")
