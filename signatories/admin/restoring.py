"""The page on which staff bring a signature back that was taken down or withdrawn by mistake."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import moderation, releasing, restoring, signing
from signatories.admin.reading import ReadingAdmin
from signatories.forms.restoring import RestoreForm
from signatories.models import Actor, ImpossibleTransition, Signature

PERMISSION = "signatories.take_down_signature"


class RestoringAdmin(ReadingAdmin):
    def get_urls(self) -> list[URLPattern]:
        restore = self.admin_site.admin_view(self.restore)
        return [path("<int:pk>/restore/", restore, name="signatories_signature_restore"), *super().get_urls()]

    def restore(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, and publish the signature again on POST."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        signature = get_object_or_404(Signature.objects.select_related("organisation"), pk=pk)
        form = RestoreForm(request.POST or None)
        live = signature.organisation.signatures.live().exclude(pk=pk).first()
        refusal = "another is live" if live else ""
        if "restore" not in signature.possible_verbs(Actor.MODERATOR):
            refusal = "too late"
        elif request.method == "POST" and form.is_valid() and not refusal:
            refusal = self._restore(request, signature, form.cleaned_data["note"])
            if not refusal:
                return redirect("admin:signatories_signature_change", pk)
        return self.page(
            request,
            "admin/signatories/signature/restore.html",
            title=f"Restore {signature.organisation} ({signature.reference})",
            signature=signature,
            form=form,
            refusal=refusal,
            live=live,
        )

    def _restore(self, request: HttpRequest, signature: Signature, note: str) -> str:
        """Restore it. Return why that was refused, or nothing."""
        try:
            restoring.restore(signature=signature, by=person_of(request), note=note)
        except ImpossibleTransition:
            signature.refresh_from_db()
            return "too late"
        except signing.AnotherSignatureIsLive:
            return "another is live"
        except moderation.OwnSubmission:
            return "own submission"
        except releasing.PublicationIsPaused:
            return "publication is paused"
        said = f"{signature.organisation} is on the public list again. The emails are on their way."
        self.message_user(request, said, messages.SUCCESS)
        return ""
