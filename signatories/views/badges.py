"""A picture for an organisation's own website that says whether it has signed, as of now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from declaration.fresh_pages import fresh_page
from signatories.links import absolute
from signatories.models import Organisation
from signatories.register.profile import badge_of
from signatories.views.moved import of_organisation


@fresh_page(by_day=False)
@of_organisation
def badge(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show the badge and the HTML that puts it on another website."""
    page = {"organisation": organisation, "badge": badge_of(organisation), "absolute": absolute}
    return render(request, "badges/badge.html", page)


# For websites that show it to every visitor: five minutes old at the most.
@require_safe
@cache_control(public=True, max_age=300, s_maxage=60, stale_while_revalidate=60, stale_if_error=86400)
def badge_image(request: HttpRequest, slug: str) -> HttpResponse:
    """Draw the badge. Any website may show it, and follow it to where it is now."""
    response = _picture(request, slug)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@of_organisation
def _picture(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    page = {"organisation": organisation, "badge": badge_of(organisation)}
    return render(request, "badges/badge.svg", page, content_type="image/svg+xml")
