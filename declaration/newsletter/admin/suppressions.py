"""The addresses we never write newsletters to: why, who told us, and how one is let back in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from declaration.addresses import AddressField
from declaration.long_lists import LongListPaginator
from declaration.newsletter import suppressing
from declaration.newsletter.hashed_addresses import hash_of
from declaration.newsletter.models import Suppression
from declaration.plain_errors import PlainErrors

PERMISSION = "newsletter.suppress_subscriber"


class SuppressionForm(PlainErrors, forms.ModelForm):
    email = AddressField(max_length=254, label="Address", help_text="We keep a hash of it only.")
    note = forms.CharField(max_length=300, label="Why")

    class Meta:
        model = Suppression
        fields = ("note",)


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):
    list_display = ("number", "reason", "source", "note", "at", "by")
    list_filter = ("reason",)
    list_select_related = ("by",)
    list_per_page = 50
    paginator = LongListPaginator
    show_full_result_count = False
    # Only a whole address finds anything: its hash is all there is.
    search_fields = ("address",)
    form = SuppressionForm
    fields = ("email", "note")
    change_form_template = "admin/newsletter/suppression/change_form.html"
    change_list_template = "admin/newsletter/suppression/change_list.html"

    @admin.display(description="number", ordering="pk")
    def number(self, suppression: Suppression) -> int:
        return suppression.pk

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        address = search_term.strip().lower()
        return (queryset.filter(address=hash_of(address)) if address else queryset), False

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> Any:
        return self.fields if obj is None else ("reason", "source", "note", "at", "by")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change=change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Suppression, form: forms.ModelForm, change: bool) -> None:
        address = form.cleaned_data["email"]
        suppressing.suppress(
            address=address,
            reason=Suppression.Reason.STAFF,
            by=person_of(request),
            note=form.cleaned_data["note"],
        )
        obj.pk = Suppression.objects.get(address=hash_of(address)).pk

    def get_urls(self) -> list[URLPattern]:
        lift = self.admin_site.admin_view(self.lift)
        return [path("<int:pk>/lift/", lift, name="newsletter_suppression_lift"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_lift"] = kwargs.get("obj") is not None and request.user.has_perm(PERMISSION)
        return super().render_change_form(request, context, *args, **kwargs)

    def lift(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let an address subscribe again, on POST alone."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        suppression = get_object_or_404(Suppression, pk=pk)
        why = request.POST.get("why", "").strip()[:300]
        if not why:
            self.message_user(request, "Say why before you let an address back in.", messages.ERROR)
            return redirect("admin:newsletter_suppression_change", pk)
        suppressing.lift(suppression=suppression, by=person_of(request), why=why)
        said = "The address is not suppressed any more. Its reader can subscribe again."
        self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:newsletter_suppression_changelist")
