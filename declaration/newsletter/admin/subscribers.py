"""Who subscribed, how and to what words."""

import itertools
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from declaration.audit.models import AuditEvent
from declaration.audit.nobody_writes import NobodyWrites
from declaration.newsletter import subscribing, suppressing
from declaration.newsletter.hashed_addresses import is_forgotten, name_after_leaving
from declaration.newsletter.models import Subscriber, Suppression
from declaration.spreadsheets import csv_lines

EVENTS_SHOWN = 200
EXPORTED = [
    "address",
    "source",
    "where they agreed",
    "agreed to",
    "agreed at",
    "confirmed at",
    "left at",
    "why they left",
]


@admin.register(Subscriber)
class SubscriberAdmin(NobodyWrites):
    list_display = ("address", "source", "confirmed_at", "left_at", "left_because")
    list_filter = ("source", ("confirmed_at", admin.EmptyFieldListFilter), "left_because", "digest")
    search_fields = ("email",)
    fields = (
        "address",
        "source",
        "asked_at",
        "consent_at",
        "agreed_to",
        "consent_proof",
        "imported_by_list",
        "confirmed_at",
        "everything",
        "wants_issues",
        "digest",
        "about",
        "left_at",
        "left_because",
    )
    readonly_fields = ("address", "agreed_to", "about", "imported_by_list")
    change_form_template = "admin/newsletter/subscriber/change_form.html"
    change_list_template = "admin/newsletter/subscriber/change_list.html"

    @admin.display(description="address", ordering="email")
    def address(self, subscriber: Subscriber) -> str:
        return _address_of(subscriber)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], search_term: str
    ) -> tuple[QuerySet[Subscriber], bool]:
        """Find part of an address, and by the whole of it also who has left."""
        found, twice = super().get_search_results(request, queryset, search_term)
        address = search_term.strip().lower()
        return (found | queryset.filter(email=name_after_leaving(address)) if address else found), twice

    @admin.display(description="agreed to")
    def agreed_to(self, subscriber: Subscriber) -> str:
        return subscribing.wording_of(subscriber) or "–"

    @admin.display(description="about")
    def about(self, subscriber: Subscriber) -> str:
        return ", ".join(str(interest) for interest in subscriber.interests.all()) or "–"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("export/", wrap(self.export), name="newsletter_subscriber_export"),
            path("<int:pk>/suppress/", wrap(self.suppress), name="newsletter_subscriber_suppress"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        subscriber = kwargs.get("obj")
        is_there = subscriber is not None and not is_forgotten(subscriber.email)
        context["may_suppress"] = is_there and request.user.has_perm("newsletter.suppress_subscriber")
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show how a reader came, to what words, and everything that happened since."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = object_id if object_id.isdecimal() and len(object_id) < 19 else None
        found = Subscriber.objects.select_related("imported_by_list__applied_by")
        subscriber = get_object_or_404(found, pk=key)
        events = AuditEvent.objects.filter(record_type=Subscriber._meta.label_lower, record_id=key)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {_address_of(subscriber)}",
            "opts": self.opts,
            "subscriber": subscriber,
            "address": _address_of(subscriber),
            "wording": subscribing.wording_of(subscriber),
            "events": events.select_related("actor").order_by("-pk")[:EVENTS_SHOWN],
        }
        return TemplateResponse(request, "admin/newsletter/subscriber/history.html", context)

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Return all subscribers as CSV."""
        if not request.user.has_perm("newsletter.export_subscriber"):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        rows = (
            (
                "" if is_forgotten(one.email) else one.email,
                one.get_source_display(),
                one.consent_proof,
                subscribing.wording_of(one),
                one.consent_at,
                one.confirmed_at,
                one.left_at,
                one.left_because,
            )
            for one in Subscriber.objects.order_by("pk").iterator(2000)
        )
        lines = csv_lines(itertools.chain([EXPORTED], rows))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="subscribers.csv"'
        return response

    def suppress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take an address off the list for good, on POST alone."""
        if not request.user.has_perm("newsletter.suppress_subscriber"):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        subscriber = get_object_or_404(Subscriber, pk=pk)
        if is_forgotten(subscriber.email):
            words = "They have left, and we do not know their address any more. Add it to the suppressions."
            self.message_user(request, words, messages.ERROR)
            return redirect("admin:newsletter_subscriber_change", pk)
        note = request.POST.get("note", "").strip()[:300]
        if not note:
            self.message_user(request, "Say why before you suppress an address.", messages.ERROR)
            return redirect("admin:newsletter_subscriber_change", pk)
        suppressing.suppress(
            address=subscriber.email, reason=Suppression.Reason.STAFF, by=person_of(request), note=note
        )
        self.message_user(request, "The address is suppressed.", messages.SUCCESS)
        return redirect("admin:newsletter_subscriber_change", pk)


def _address_of(subscriber: Subscriber) -> str:
    """Return an address for staff to read, or that there is none any more."""
    return f"reader {subscriber.pk}, who left" if is_forgotten(subscriber.email) else subscriber.email
