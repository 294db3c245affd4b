"""What the public sees: the home page, the list of signatories, a page for each of them."""

from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from declaration.models import DeclarationVersion
from declaration.public_pages import public_page
from signatories.models import Kind, Organisation, Region, Signature
from signatories.register import PER_PAGE, Query, councils, councils_signed, matching, signatories


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Say what the Declaration is, and how many have signed it."""
    council_count, signed_count = councils().count(), councils_signed().count()
    page = {
        "signatory_count": Signature.objects.published().count(),
        "council_count": council_count,
        "council_signed_count": signed_count,
        "share": round(100 * signed_count / council_count) if council_count else 0,
        "latest": signatories()[:5],
    }
    return render(request, "pages/home.html", page)


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
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a listed organisation: its signature and commitment, or that it has not signed."""
    shown = get_object_or_404(
        Organisation.objects.listed().prefetch_related("successors", "predecessors"), slug=slug
    )
    signature = signatories().filter(organisation=shown).first()
    page = {
        "organisation": shown,
        "signature": signature,
        "commitment": signature.commitment if signature else None,
    }
    return render(request, "signatories/organisation.html", page)


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
