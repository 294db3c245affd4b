"""The page on which staff merge a proposed organisation into the one it is: find it, look, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from declaration.audit.audited_admin import AuditedAdmin
from signatories import merging
from signatories.models import Organisation
from signatories.register.organisations import find_organisations

PERMISSION = "signatories.merge_organisation"
MOST = 20


class MergingAdmin(AuditedAdmin):
    def get_urls(self) -> list[URLPattern]:
        merge = self.admin_site.admin_view(self.merge)
        return [path("<int:pk>/merge/", merge, name="signatories_organisation_merge"), *super().get_urls()]

    def merge(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look for the other organisation, show what would move, and merge on POST."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        source = get_object_or_404(Organisation, pk=pk)
        target = self._chosen(request.POST.get("into") or request.GET.get("into") or "")
        if source.merged_into:
            return redirect("admin:signatories_organisation_change", source.merged_into.pk)
        context: dict[str, Any] = {"refusal": ""}
        if request.method == "POST" and target:
            try:
                merging.merge(
                    source=source, target=target, by=person_of(request), seen=request.POST.get("seen", "")
                )
            except merging.CannotMerge:
                pass  # the plan below says why
            except merging.PlanHasChanged:
                context["refusal"] = "plan has changed"
            else:
                self.message_user(request, f"{source} is part of {target} now.", messages.SUCCESS)
                return redirect("admin:signatories_organisation_change", target.pk)
        asked = request.GET.get("q", source.name)
        found = find_organisations(asked).exclude(pk=source.pk)[:MOST] if target is None else []
        context |= {
            **self.admin_site.each_context(request),
            "title": f"Merge {source}",
            "opts": self.opts,
            "source": source,
            "target": target,
            "q": asked,
            "found": found,
            "plan": merging.plan_merge(source=source, target=target) if target else None,
        }
        return TemplateResponse(request, "admin/signatories/organisation/merge.html", context)

    def _chosen(self, key: str) -> Organisation | None:
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            return None
        return Organisation.objects.filter(pk=key).first()
