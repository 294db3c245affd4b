"""The page on which staff bring a signature back that was taken down or withdrawn by mistake."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import restoring
from signatories.admin.telling import TellingAdmin, Typed
from signatories.desk.timeline import newest_event
from signatories.emails_after_publication import preview_restored
from signatories.forms.restoring import RestoreForm
from signatories.models import Actor, Signature

PERMISSION = "signatories.take_down_signature"
PAGE = "admin/signatories/signature/restore.html"


class RestoringAdmin(TellingAdmin):
    def get_urls(self) -> list[URLPattern]:
        restore = self.admin_site.admin_view(self.restore)
        return [path("<int:pk>/restore/", restore, name="signatories_signature_restore"), *super().get_urls()]

    def restore(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask why, show the emails, and publish the signature again."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        signature = get_object_or_404(Signature.objects.select_related("organisation"), pk=pk)

        def answer(**said: Any) -> HttpResponse:
            signature.refresh_from_db()
            title = f"Restore {signature.organisation} ({signature.reference})"
            live = signature.organisation.signatures.live().exclude(pk=pk).first()
            about = {"title": title, "signature": signature, "original": signature, "live": live}
            return self.page(request, PAGE, **{**about, **said})

        def act(typed: Typed) -> HttpResponse:
            restoring.restore(signature=signature, by=person_of(request), **typed)
            said = f"{signature.organisation} is on the public list again. The emails are on their way."
            self.message_user(request, said, messages.SUCCESS)
            return redirect("admin:signatories_signature_change", pk)

        if "restore" not in signature.possible_verbs(Actor.MODERATOR):
            return answer(refusal="too late")
        if signature.organisation.signatures.live().exclude(pk=pk).exists():
            return answer(refusal="another is live")
        return self.ask_and_tell(
            request,
            RestoreForm(request.POST or None, initial={"version": newest_event(signature)}),
            previews=lambda typed: preview_restored(signature, typed["note"]),
            act=act,
            answer=answer,
            about=signature,
        )
