"""Pictures for issues: upload one with words for people who cannot see it, and copy its Markdown."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from declaration.accounts.people import person_of
from declaration.audit.nobody_writes import NobodyWrites
from declaration.newsletter.illustrating import NotAPicture, add_picture
from declaration.newsletter.models import Picture
from declaration.newsletter.rendering import picture_markdown
from declaration.newsletter.writing import is_alt
from declaration.plain_errors import PlainErrors


class PictureForm(PlainErrors, forms.Form):
    file = forms.FileField(
        label="The picture",
        help_text="PNG, JPEG or GIF, up to 900 KB, one that does not move. We write it anew, without the"
        " place and the camera that may be in it.",
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/gif"}),
        error_messages={"required": "Choose a picture", "empty": "The file is empty"},
    )
    alt = forms.CharField(
        label="What it shows, for people who cannot see it",
        max_length=300,
        widget=forms.TextInput({"class": "vTextField"}),
        error_messages={"required": "Say what the picture shows"},
    )

    def clean_alt(self) -> str:
        words: str = self.cleaned_data["alt"]
        if not is_alt(words):
            raise ValidationError("Say what the picture shows, without square brackets")
        return words


@admin.register(Picture)
class PictureAdmin(NobodyWrites):
    list_display = ("alt", "kind", "added_at", "added_by")
    list_select_related = ("added_by",)
    search_fields = ("alt",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("newsletter.add_picture"))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take a picture and what it shows."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PictureForm(request.POST, request.FILES) if request.method == "POST" else PictureForm()
        if request.method == "POST" and form.is_valid():
            try:
                picture = add_picture(
                    content=form.cleaned_data["file"].read(),
                    alt=form.cleaned_data["alt"],
                    by=person_of(request),
                )
            except NotAPicture as refused:
                form.add_error("file", str(refused))
            else:
                self.message_user(request, "The picture is there. Copy its Markdown.", messages.SUCCESS)
                return redirect("admin:newsletter_picture_change", picture.pk)
        page = {**self._context(request), "title": "Upload a picture", "form": form}
        return TemplateResponse(request, "admin/newsletter/picture/upload.html", page)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a picture, and the Markdown that puts it into an issue."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        key = object_id if object_id.isdecimal() and len(object_id) < 19 else None
        picture = get_object_or_404(Picture.objects.select_related("added_by").defer("content"), pk=key)
        page = {
            **self._context(request),
            "title": picture.alt,
            "picture": picture,
            "markdown": picture_markdown(picture),
        }
        return TemplateResponse(request, "admin/newsletter/picture/picture.html", page)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}
