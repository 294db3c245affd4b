"""The one search box of the desk and the page of what it finds."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories.admin.reading import SAFE
from signatories.admin.record import RecordAdmin
from signatories.desk.finding import MOST, SHORTEST, find

LONGEST = 200


class SearchingAdmin(RecordAdmin):
    def get_urls(self) -> list[URLPattern]:
        return [
            path("find/", self.admin_site.admin_view(self.find), name="signatories_signature_find"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Show what a reference, a name, an address or a domain leads to, as far as this person may see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        text = request.GET.get("q", "")[:LONGEST].strip()
        return self.page(
            request,
            "admin/signatories/signature/find.html",
            title="Search",
            text=text,
            is_short=len(text) < SHORTEST,
            groups=find(text, person=person_of(request)),
            most=MOST,
        )
