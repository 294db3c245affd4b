"""The outbox in the admin: what was sent to whom, why something failed, and what to do about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone

from declaration.audit.nobody_writes import NobodyWrites
from declaration.logs import without_tokens
from declaration.outbox import settling
from declaration.outbox.models import Email

PERMISSION = "outbox.resend_email"
CAME_BACK_RECENTLY = timedelta(days=30)
WORDS = ("subject", "words")


@admin.register(Email)
class EmailAdmin(NobodyWrites):
    list_display = ("queued_at", "to", "what", "state", "why", "sent_at")
    list_filter = ("state", "message", ("queued_at", admin.DateFieldListFilter))
    search_fields = ("to", "about_id", "key")
    actions = ("send_selected_again",)
    fields = (
        "to",
        "subject",
        "state",
        "why",
        "message",
        "about",
        "queued_at",
        "attempts",
        "next_attempt_at",
        "sent_at",
        "receipt_at",
        "provider_reference",
        "reference",
        "words",
    )
    change_form_template = "admin/outbox/email/change_form.html"
    change_list_template = "admin/outbox/email/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Email]:
        """Leave mailings out: an issue of the newsletter shows its own emails."""
        queryset: QuerySet[Email] = super().get_queryset(request)
        return queryset.filter(mailing__isnull=True)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    def get_fields(self, request: HttpRequest, obj: Email | None = None) -> tuple[str, ...]:
        """Leave the words of a secret email out."""
        if obj is not None and obj.secret:
            return tuple(name for name in self.fields if name not in WORDS)
        return self.fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Email], search_term: str
    ) -> tuple[QuerySet[Email], bool]:
        """Search subjects too, but never those of secret emails: a search must not tell a code."""
        found, repeats = super().get_search_results(request, queryset, search_term)
        if search_term.strip():
            found = found | queryset.filter(Q(secret=False) & Q(subject__icontains=search_term.strip()))
        return found, repeats

    @admin.display(description="subject", ordering="message")
    def what(self, email: Email) -> str:
        return "(kept from staff)" if email.secret else email.subject

    @admin.display(description="text")
    def words(self, email: Email) -> str:
        """The text without the tokens of its links: whoever holds one can act as its reader."""
        return without_tokens(email.text)

    @admin.display(description="why")
    def why(self, email: Email) -> str:
        return email.last_error or "–"

    @admin.display(description="about")
    def about(self, email: Email) -> str:
        return f"{email.about_type} {email.about_id}" if email.about_id else "–"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        counts = Email.objects.needing_staff().order_by().values_list("state").annotate(Count("pk"))
        needing = dict(counts)
        context = {"failed": needing.get("failed", 0), "uncertain": needing.get("uncertain", 0)}
        recent = timezone.now() - CAME_BACK_RECENTLY
        bounced = Email.objects.one_off().filter(state=Email.State.BOUNCED, queued_at__gt=recent)
        context["bounced"] = bounced.count()
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        email: Email | None = kwargs.get("obj")
        if email is not None and email.about_id:
            context["about_url"] = _record_url(email)
        if email is not None and self.has_resend_permission(request):
            context["may_send_again"] = settling.may_be_sent_again(email)
            context["may_mark_as_sent"] = email.state == Email.State.UNCERTAIN
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/send-again/", wrap(self.send_again), name="outbox_email_send_again"),
            path("<int:pk>/mark-as-sent/", wrap(self.mark_as_sent), name="outbox_email_mark_as_sent"),
            *super().get_urls(),
        ]

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._settle(request, pk, settling.send_again, "The email will be sent again.")

    def mark_as_sent(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._settle(request, pk, settling.mark_as_sent, "The email is marked as sent.")

    def _settle(self, request: HttpRequest, pk: int, settle: Callable[..., None], said: str) -> HttpResponse:
        """Do what a button says, on POST alone."""
        actor = self._actor(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        email = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            settle(email=email, by=actor, role=getattr(actor, "role", ""))
        except (settling.AlreadySettled, settling.WordsAreGone) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:outbox_email_change", pk)

    @admin.action(description="Send the selected failed emails again", permissions=["resend"])
    def send_selected_again(self, request: HttpRequest, queryset: QuerySet[Email]) -> None:
        actor = self._actor(request)
        again = 0
        for email in queryset:
            try:
                settling.send_again(email=email, by=actor, role=getattr(actor, "role", ""))
            except (settling.AlreadySettled, settling.WordsAreGone):
                continue
            again += 1
        left = queryset.count() - again
        if left:
            said = f"{again} will be sent again; {left} were not failed, or hold a sign-in code."
            self.message_user(request, said, messages.WARNING)
        else:
            self.message_user(request, f"{again} will be sent again.", messages.SUCCESS)

    def _actor(self, request: HttpRequest) -> AbstractBaseUser:
        """Return the person; raise PermissionDenied for one who may not settle emails."""
        if not isinstance(request.user, AbstractBaseUser) or not self.has_resend_permission(request):
            raise PermissionDenied
        return request.user


def _record_url(email: Email) -> str:
    """Return where the admin shows the record an email is about; empty if it shows none."""
    try:
        return reverse(f"admin:{email.about_type.replace('.', '_')}_change", args=[email.about_id])
    except NoReverseMatch:
        return ""
