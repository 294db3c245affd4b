"""Records that staff read on pages of their own, and change by what they decide, never by their columns."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse

from declaration.audit.nobody_writes import NobodyWrites

SAFE = ["GET", "HEAD"]


class ReadingAdmin(NobodyWrites):
    """Each record has a page of its own, and each thing that may be done about it an address."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        return self.show(request, record)

    def show(self, request: HttpRequest, record: Any, **more: Any) -> HttpResponse:
        """Answer with the page of one record; ``more`` is what a form on it has to say."""
        raise NotImplementedError

    def page(self, request: HttpRequest, template: str, *, title: str, **said: Any) -> TemplateResponse:
        """Answer with a page of the admin that knows the list its reader came from."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "kept_list": self.get_preserved_filters(request),
            "list_url": self.list_url(request),
            **said,
        }
        return TemplateResponse(request, template, context)

    def list_url(self, request: HttpRequest) -> str:
        """Return the list its reader came from."""
        kept = request.GET.get("_changelist_filters", "")
        url = reverse(f"admin:{self.opts.label_lower.replace('.', '_')}_changelist")
        return f"{url}?{kept}" if kept else url

    def record_url(self, request: HttpRequest, pk: int) -> str:
        """Return the address of a record, keeping the list its reader came from."""
        return self.with_list(
            request, reverse(f"admin:{self.opts.label_lower.replace('.', '_')}_change", args=[pk])
        )

    def with_list(self, request: HttpRequest, url: str) -> str:
        kept = self.get_preserved_filters(request)
        return f"{url}?{kept}" if kept else url
