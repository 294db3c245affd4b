"""The Declaration itself, the pages every public service has, and the health checks."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from declaration.models import DeclarationVersion
from declaration.personal_data.rules import days_kept
from declaration.public_pages import public_page


@public_page
def current_declaration(request: HttpRequest) -> HttpResponse:
    """Show the wording that is signed today."""
    return _show(request, DeclarationVersion.objects.current())


@public_page
def declaration_version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one published wording, today's or an earlier one."""
    return _show(request, get_object_or_404(DeclarationVersion.objects.published(), number=number))


def _show(request: HttpRequest, version: DeclarationVersion | None) -> HttpResponse:
    page = {
        "version": version,
        "principles": version.principles.all() if version else [],
        "current": DeclarationVersion.objects.current(),
        "earlier": DeclarationVersion.objects.published().exclude(pk=version.pk) if version else [],
    }
    return render(request, "pages/declaration.html", page)


@public_page
def accessibility_statement(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility_statement.html")


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html", {"days_kept": days_kept()})


@public_page
def cookies(request: HttpRequest) -> HttpResponse:
    page = {"session_cookie": settings.SESSION_COOKIE_NAME, "csrf_cookie": settings.CSRF_COOKIE_NAME}
    return render(request, "pages/cookies.html", page)


@public_page
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/contact.html")


@public_page
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where to report a weakness (RFC 9116)."""
    if not settings.CONTACT_EMAIL:
        raise Http404
    # A date that moves once a month, so that the file can be cached.
    expires = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=180)
    page = {"expires": expires, "contact": settings.CONTACT_EMAIL}
    return render(request, "pages/security.txt", page, content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer as long as this process can answer at all."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Tell a load balancer whether to send people here: 503 without the database.

    A lost cache is reported but not fatal: pages and sign-ups go on without it.
    """
    checks = {"database": _database_answers(), "cache": _cache_answers()}
    return JsonResponse({"ready": checks["database"], **checks}, status=200 if checks["database"] else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.get("health")
    except Exception:  # noqa: BLE001 - every cache backend has errors of its own, and all mean no
        return False
    return True
