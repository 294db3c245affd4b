"""The page of numbers, and the same as CSV."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from declaration.spreadsheets import csv_lines
from signatories.desk.report import MONTHS_CHOICES, Month, Report, report, rows

PERMISSION = "signatories.view_report"
# The chart, in its own units: one row of bars for each month.
ROW_HEIGHT, LABEL_WIDTH, BARS_WIDTH = 44, 150, 560


class ReportPages(admin.ModelAdmin):
    """Adds the report to the admin of signatures."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("report/", wrap(require_safe(self.show_report)), name="signatories_signature_report"),
            path("report.csv", wrap(require_safe(self.report_csv)), name="signatories_signature_report_csv"),
            *super().get_urls(),
        ]

    def show_report(self, request: HttpRequest) -> HttpResponse:
        found, months = self._report(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Report",
            "opts": self.opts,
            "report": found,
            "months": months,
            "choices": MONTHS_CHOICES,
            "bars": _bars(found.months),
            "chart_height": ROW_HEIGHT * len(found.months),
            "chart_width": LABEL_WIDTH + BARS_WIDTH + 120,
        }
        return TemplateResponse(request, "admin/signatories/signature/report.html", context)

    def report_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        found, months = self._report(request)
        return StreamingHttpResponse(
            csv_lines(rows(found)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="report-{months}-months.csv"'},
        )

    def _report(self, request: HttpRequest) -> tuple[Report, int]:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        asked = request.GET.get("months", "")
        months = next((choice for choice in MONTHS_CHOICES if str(choice) == asked), MONTHS_CHOICES[0])
        return report(months=months), months


def _bars(months: list[Month]) -> list[dict[str, Any]]:
    """Return where the two bars of each month stand, received above decided."""
    longest = max([1, *(month.received for month in months), *(month.decided for month in months)])
    bars = []
    for number, month in enumerate(months):
        top = number * ROW_HEIGHT
        received, decided = (
            round(BARS_WIDTH * count / longest, 1) for count in (month.received, month.decided)
        )
        bars.append(
            {
                "month": month,
                "left": LABEL_WIDTH,
                "label_y": top + 24,
                "received": {"y": top + 4, "width": received, "text_x": LABEL_WIDTH + received + 6},
                "decided": {"y": top + 22, "width": decided, "text_x": LABEL_WIDTH + decided + 6},
                "received_text_y": top + 17,
                "decided_text_y": top + 35,
            }
        )
    return bars
