"""Import a list of readers: upload it, look at what it would do, and then have exactly that done."""

import itertools
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from declaration.audit.nobody_writes import NobodyWrites
from declaration.newsletter import importing
from declaration.newsletter.models import SubscriberImport
from declaration.plain_errors import PlainErrors
from declaration.spreadsheets import UnreadableList, csv_lines

PERMISSION = "newsletter.add_subscriberimport"
MAXIMUM_BYTES = 900 * 1024
SHOWN = 100
PROBLEMS = ["row", "email", "consent date", "consent source", "consent wording", "why it is not imported"]


class UploadForm(PlainErrors, forms.Form):
    file = forms.FileField(
        label="The list, as a CSV file",
        help_text="Up to 20,000 rows and 900 KB. The first row names the columns: email, consent date,"
        " consent source (where they agreed) and consent wording (the words they agreed to).",
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a file", "empty": "The file is empty"},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAXIMUM_BYTES:
            raise ValidationError("The file must be smaller than 900 KB. Split it into several files")
        return file


@admin.register(SubscriberImport)
class SubscriberImportAdmin(NobodyWrites):
    list_display = ("name", "checked_at", "checked_by", "applied_at", "applied_by")
    list_select_related = ("checked_by", "applied_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "newsletter_subscriberimport"
        return [
            path("<int:pk>/apply/", wrap(self.apply), name=f"{name}_apply"),
            path("<int:pk>/problems/", wrap(self.problems), name=f"{name}_problems"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take a file and check it row by row; nothing is imported yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                checked = importing.check(name=file.name or "", content=file.read(), by=person_of(request))
            except UnreadableList as unreadable:
                form.add_error("file", str(unreadable))
            else:
                return redirect("admin:newsletter_subscriberimport_change", checked.pk)
        context = {**self._context(request), "title": "Import a list of readers", "form": form}
        return TemplateResponse(request, "admin/newsletter/subscriberimport/upload.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what a list would do, or did."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        checked = self._checked(object_id)
        problems = list(itertools.islice(importing.problems_of(checked), SHOWN))
        context = {
            **self._context(request),
            "title": checked.name,
            "checked": checked,
            "counts": [(fate.label, checked.counts.get(fate.value, 0)) for fate in SubscriberImport.Fate],
            "all": sum(checked.counts.values()),
            "new": checked.counts.get(SubscriberImport.Fate.NEW.value, 0),
            "first": [row for row in importing.rows_of(checked) if row.fate == SubscriberImport.Fate.NEW][:5],
            "problems": problems,
            "more": max(len(checked.rows) - checked.counts.get("new", 0) - len(problems), 0),
            "may": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/newsletter/subscriberimport/checked.html", context)

    def apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import what was shown, on POST alone."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            importing.apply(checked=self._checked(str(pk)), by=person_of(request))
        except importing.NotPossible as refused:
            self.message_user(request, str(refused), messages.ERROR)
        else:
            self.message_user(request, "The list is imported.", messages.SUCCESS)
        return redirect("admin:newsletter_subscriberimport_change", pk)

    def problems(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Return the rows that are not imported as CSV, each with the reason."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        rows = (
            (row.number, row.email, row.agreed_on, row.where, row.wording, row.problem)
            for row in importing.problems_of(self._checked(str(pk)))
        )
        lines = csv_lines(itertools.chain([PROBLEMS], rows))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="list-{pk}-problems.csv"'
        return response

    def _checked(self, key: str) -> SubscriberImport:
        found = SubscriberImport.objects.select_related("checked_by", "applied_by")
        return get_object_or_404(found, pk=key if key.isdecimal() and len(key) < 19 else None)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}
