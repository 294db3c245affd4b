"""Write an issue, look at it, test it, let a colleague approve it, send it and watch it go."""

import itertools
from datetime import timedelta
from typing import Any

from csp.decorators import csp
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import slugify
from django.views.decorators.clickjacking import xframe_options_sameorigin

from declaration.accounts.people import person_of
from declaration.audit.audited_admin import AuditedAdmin
from declaration.newsletter import sending
from declaration.newsletter.admin.sender_domain import sender_domain
from declaration.newsletter.audience import count_readers
from declaration.newsletter.link_checking import check_links, found_in
from declaration.newsletter.linting import problems_of
from declaration.newsletter.models import NewsletterIssue
from declaration.newsletter.progress import progress_of, reader_in
from declaration.newsletter.register import register
from declaration.newsletter.rendering import mail_of
from declaration.outbox.leaving import PLACEHOLDER
from declaration.outbox.models import Email
from declaration.plain_errors import PlainErrors
from declaration.spreadsheets import csv_lines

PERMISSION = "newsletter.send_newsletterissue"
RECORD = "admin/newsletter/newsletterissue/record.html"
# A preview is shown as a mailbox would: its own styles, our pictures, no script; inside our page alone.
AS_IN_A_MAILBOX: dict[str, Any] = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "https:"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups"],
}
RESULTS = ["address", "state", "sent at", "attempts", "code", "why"]
SINCE_WITHOUT_AN_ISSUE = timedelta(days=31)


class IssueForm(forms.ModelForm):
    regions = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Readers who chose one of these get it too.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "regions" in self.fields:
            field = self.fields["regions"]
            field.choices = [(region, region) for region in register().regions()]  # type: ignore[attr-defined]

    def clean_subject(self) -> str:
        """Return it on one line, as every mailbox shows it: what was pasted may have several."""
        return " ".join(self.cleaned_data["subject"].split())


class TestForm(PlainErrors, forms.Form):
    to = forms.CharField(
        label="Email addresses of colleagues",
        help_text="Members of staff only, separated by commas, 10 at most.",
        max_length=2000,
        widget=forms.TextInput({"class": "vTextField newsletter-wide"}),
        error_messages={"required": "Enter the address of a colleague"},
    )

    def clean_to(self) -> list[str]:
        addresses = [part.strip() for part in self.cleaned_data["to"].split(",") if part.strip()]
        if len(addresses) > sending.COLLEAGUES_AT_MOST:
            raise forms.ValidationError("Enter 10 addresses or fewer")
        return addresses


class LondonTimeField(forms.DateTimeField):
    """A moment by London's clock, which once a year shows an hour twice and once a year leaves one out."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as refused:
            if refused.code != "ambiguous_timezone":
                raise
            words = "London’s clock changes in this night: choose a time before 1am or from 2am on"
            raise forms.ValidationError(words, code=refused.code) from refused


class NumberField(forms.IntegerField):
    """A whole number, also as people write a large one: «1,000,000»."""

    def to_python(self, value: Any) -> Any:
        return super().to_python("".join(str(value or "").replace(",", "").split()))


class ScheduleForm(PlainErrors, forms.Form):
    at = LondonTimeField(
        label="When, in London time",
        required=False,
        help_text="Leave it empty to send as soon as possible, which is in ten minutes.",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Enter a real day and time, like 31 3 2027 at 9:30"},
    )
    typed = NumberField(
        label="Type the number of readers",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Type the number of readers", "invalid": "Type a number"},
    )


@admin.register(NewsletterIssue)
class IssueAdmin(AuditedAdmin):
    form = IssueForm
    list_display = ("subject", "status", "send_at", "published_at")
    list_select_related = ("mailing",)
    search_fields = ("subject", "body")
    list_per_page = 50
    fields = ("subject", "slug", "summary", "body", "service_areas", "regions")
    prepopulated_fields = {"slug": ("subject",)}
    change_form_template = "admin/newsletter/newsletterissue/change_form.html"

    def has_change_permission(self, request: HttpRequest, obj: NewsletterIssue | None = None) -> bool:
        """What is scheduled or gone cannot be written any more."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_editable)

    def has_delete_permission(self, request: HttpRequest, obj: NewsletterIssue | None = None) -> bool:
        return False

    def get_view_on_site_url(self, obj: NewsletterIssue | None = None) -> str | None:
        """Lead to the page of an issue once it has one."""
        return super().get_view_on_site_url(obj) if obj is not None and obj.published_at else None

    def get_prepopulated_fields(self, request: HttpRequest, obj: NewsletterIssue | None = None) -> Any:
        return {} if obj is not None and not obj.is_editable else self.prepopulated_fields

    def save_model(self, request: HttpRequest, obj: NewsletterIssue, form: Any, change: bool) -> None:
        """Whoever changes the words is their writer, and an approval of other words is none."""
        if form.changed_data or not change:
            obj.written_by = person_of(request)
            obj.approved_at, obj.approved_by = None, None
            obj.revision += int(change)
        obj.slug = obj.slug or slugify(obj.subject)[:80]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Count who gets it, once it is known which service areas it names."""
        super().save_related(request, form, formsets, change)
        count_readers(form.instance)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return _framing_itself(response)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        last = NewsletterIssue.objects.public().values_list("published_at", flat=True).first()
        context["blocks"] = register().blocks(last or timezone.now() - SINCE_WITHOUT_AN_ISSUE)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "newsletter_newsletterissue"
        return [
            path("sender-domain/", wrap(self.sender_domain), name=f"{name}_sender_domain"),
            path("preview/", wrap(self.preview), name=f"{name}_preview"),
            path("<int:pk>/sending/", wrap(self.sending), name=f"{name}_sending"),
            path("<int:pk>/results/", wrap(self.results), name=f"{name}_results"),
            path("<int:pk>/do/<slug:verb>/", wrap(self.do), name=f"{name}_do"),
            *super().get_urls(),
        ]

    @method_decorator(xframe_options_sameorigin)
    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what was typed, saved or not, as a mailbox would; nothing is kept."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _preview(request)  # type: ignore[return-value]

    def sender_domain(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return sender_domain(request, {**self.admin_site.each_context(request), "opts": self.opts})

    def sending(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._record(request, self._issue(pk))

    def do(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Do what a button says, on POST alone; who comes back from signing in again sees the issue."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if request.method in {"GET", "HEAD"}:
            return redirect("admin:newsletter_newsletterissue_sending", pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        issue, by = self._issue(pk), person_of(request)
        form: forms.Form | None = None
        try:
            if verb == "test":
                form = TestForm(request.POST)
                if not form.is_valid():
                    return self._record(request, issue, test=form)
                number = sending.send_test(issue=issue, by=by, to=form.cleaned_data["to"])
                said = f"A test is on its way to {number} of the staff."
            elif verb == "approve":
                revision = request.POST.get("revision", "")
                sending.approve(issue=issue, by=by, revision=int(revision) if revision.isdecimal() else 0)
                said = "Approved. It can be scheduled now."
            elif verb == "schedule":
                form = ScheduleForm(request.POST)
                if not form.is_valid():
                    return self._record(request, issue, schedule=form)
                sending.schedule(issue=issue, by=by, **form.cleaned_data)
                said = "Scheduled. Until it begins you can take it back."
            elif verb == "links":
                found = check_links(issue=issue, by=by)
                said = (
                    "Every link was checked."
                    if not found
                    else "The links were checked. Look at what is said."
                )
            elif verb in _BUTTONS:
                act, said = _BUTTONS[verb]
                act(issue=issue, by=by)
            else:
                raise Http404
        except sending.NotPossible as refused:
            if form is not None and refused.field:
                # What was typed stays, with the reason beside it.
                form.add_error(refused.field, str(refused))
                return self._record(request, self._issue(pk), **{verb: form})
            self.message_user(request, str(refused), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:newsletter_newsletterissue_sending", pk)

    def results(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Return every email of an issue as CSV, row by row from the database."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        issue = self._issue(pk)
        if issue.mailing is None:
            raise Http404
        rows = (
            Email.objects.of(issue.mailing)
            .order_by("pk")
            .values_list("to", "state", "sent_at", "attempts", "code", "last_error")
        )
        lines = csv_lines(itertools.chain([RESULTS], rows.iterator(2000)))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{issue.slug}-results.csv"'
        return response

    def _issue(self, pk: int) -> NewsletterIssue:
        found = NewsletterIssue.objects.select_related("mailing", "approved_by", "written_by", "scheduled_by")
        return get_object_or_404(found, pk=pk)

    def _record(self, request: HttpRequest, issue: NewsletterIssue, **given: forms.Form) -> HttpResponse:
        may = request.user.has_perm(PERMISSION)
        progress = progress_of(issue)
        asked = request.GET.get("reader", "").strip().lower()[:254]
        mail = mail_of(issue)
        context = {
            **self.admin_site.each_context(request),
            "title": issue.subject,
            "opts": self.opts,
            "issue": issue,
            "mail_text": mail.text.replace(PLACEHOLDER, "…"),
            "mail_html": mail.html.replace(PLACEHOLDER, "-" * len(PLACEHOLDER)),
            "problems": problems_of(issue),
            "links_checked": found_in(issue) is not None,
            "progress": progress,
            "asked": asked,
            "reader": reader_in(issue, asked) if asked and may else None,
            "may": may,
            "is_first": not NewsletterIssue.objects.public().exists(),
            "own": issue.written_by_id == request.user.pk,
            "may_undo": issue.may_be_undone(),
            "test": given.get("test", TestForm(initial={"to": getattr(request.user, "email", "")})),
            "schedule": given.get("schedule", ScheduleForm()),
            "reload": bool(progress and progress.is_moving and not asked and not given),
        }
        return _framing_itself(TemplateResponse(request, RECORD, context))


_BUTTONS: dict[str, tuple[Any, str]] = {
    "undo": (sending.undo, "Taken back. Nothing was sent."),
    "pause": (sending.pause, "Paused. Nothing more leaves."),
    "resume": (sending.resume, "It goes on."),
    "cancel": (sending.cancel, "Cancelled. Who has not got it will not get it."),
    "again": (sending.send_uncertain_again, "They are sent again, once nothing is paused."),
    "settle": (sending.take_uncertain_as_sent, "They count as sent now."),
    "retry": (sending.retry_failed, "Those that failed are tried again, once nothing is paused."),
}


def _framing_itself(response: HttpResponse) -> HttpResponse:
    """Let a page show the preview in a frame of its own."""
    response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined] # django-csp reads it
    return response


@csp(AS_IN_A_MAILBOX)
def _preview(request: HttpRequest) -> HttpResponse:
    """Return the HTML of what was typed, or of a saved issue when asked for by its number."""
    asked = request.GET.get("issue", "")
    if request.method == "POST":
        issue = NewsletterIssue(
            subject=request.POST.get("subject", "")[:150] or "(no subject)",
            slug="preview",
            summary=request.POST.get("summary", "")[:200],
            body=request.POST.get("body", "")[:60_000],
        )
    elif asked.isdecimal() and len(asked) < 16:
        issue = get_object_or_404(NewsletterIssue, pk=asked)
    else:
        return TemplateResponse(request, "admin/newsletter/newsletterissue/no_preview.html").render()
    mail = mail_of(issue)
    if "text" in request.GET:
        return HttpResponse(mail.text, content_type="text/plain; charset=utf-8")
    return HttpResponse(mail.html)
