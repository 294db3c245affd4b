"""The newsletter's pages for readers. Nothing here tells a stranger whether an address is known."""

import json
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from declaration.accounts.networks import network_of
from declaration.newsletter import links, subscribing
from declaration.newsletter.forms import AddressForm, ChoicesForm, SubscribeForm, initial_of
from declaration.newsletter.models import NewsletterIssue, Subscriber
from declaration.newsletter.rendering import page_html
from declaration.public_pages import public_page

ISSUES_ON_A_PAGE = 100
both = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@both
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for an address, what it wants and its consent; the answer is the same for every address."""
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            subscribing.ask(email=form.cleaned_data["email"], network=network_of(request), **form.choices())
        except subscribing.TooManyAskings:
            return render(request, "newsletter/too_many.html", status=429)
        return redirect("newsletter_look")
    latest = NewsletterIssue.objects.public().first()
    return render(request, "newsletter/subscribe.html", {"form": form, "latest": latest})


@public_page
def look_in_mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/look_in_mailbox.html", {"link_days": links.LINK_DAYS})


@never_cache
@both
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the one button; pressed, the address is confirmed."""
    try:
        subscriber, _ = links.subscriber_of(token, "confirm")
    except links.DeadLink:
        return _dead_link(request)
    if request.method == "POST":
        subscribing.confirm(subscriber=subscriber)
        return redirect("newsletter_confirmed")
    return render(request, "newsletter/confirm.html", {"subscriber": subscriber})


@public_page
def confirmed(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/confirmed.html")


@public_page
def left(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/left.html")


@never_cache
@both
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Email the link to the page of choices to whoever owns the address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            subscribing.send_link(email=form.cleaned_data["email"], network=network_of(request))
        except subscribing.TooManyAskings:
            return render(request, "newsletter/too_many.html", status=429)
        return redirect("newsletter_look")
    return render(request, "newsletter/ask_for_link.html", {"form": form})


Managing = Callable[[HttpRequest, Subscriber, str], HttpResponse]


def _managing(view: Managing) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open a page of the reader whose emailed link this is."""

    @never_cache
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            subscriber, _ = links.subscriber_of(token, "manage")
            return view(request, subscriber, token)
        except (links.DeadLink, Subscriber.DoesNotExist):  # the latter was forgotten at this moment
            return _dead_link(request)

    return opened


@both
@_managing
def manage(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show what we hold, and change what the reader wants."""
    asked = request.POST if request.method == "POST" else None
    form = ChoicesForm(asked, initial=initial_of(subscriber))
    if request.method == "POST" and form.is_valid():
        subscribing.change_choices(subscriber=subscriber, **form.choices())
        return redirect("newsletter_choices_saved")
    page = {"form": form, "subscriber": subscriber, "token": token, "held": _held(subscriber)}
    return render(request, "newsletter/manage.html", page)


@public_page
def choices_saved(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/choices_saved.html")


@require_safe
@_managing
def download(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Give the reader everything we hold about them."""
    response = HttpResponse(
        json.dumps(_held(subscriber), ensure_ascii=False, indent=2), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="newsletter.json"'
    return response


@both
@_managing
def change_address(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        subscribing.ask_to_move(subscriber=subscriber, address=form.cleaned_data["email"])
        return redirect("newsletter_look")
    return render(request, "newsletter/change_address.html", {"form": form, "token": token})


@never_cache
@both
def move(request: HttpRequest, token: str) -> HttpResponse:
    """Show the one button to whoever owns the new address; pressed, it is the reader's."""
    try:
        subscriber, [address] = links.subscriber_of(token, "move")
    except links.DeadLink:
        return _dead_link(request)
    if request.method == "POST":
        try:
            subscribing.move(subscriber=subscriber, address=address)
        except (subscribing.AddressTaken, subscribing.AddressSuppressed, Subscriber.DoesNotExist):
            return _dead_link(request)
        return redirect("newsletter_choices_saved")
    return render(request, "newsletter/move.html", {"address": address})


@both
@_managing
def forget(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    if request.method == "POST":
        subscribing.forget(subscriber=subscriber)
        return redirect("newsletter_forgotten")
    return render(request, "newsletter/forget.html", {"token": token})


@public_page
def forgotten(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/forgotten.html")


@require_POST
@_managing
def leave_from_choices(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    subscribing.leave(subscriber=subscriber)
    return redirect("newsletter_left")


@public_page
def issues(request: HttpRequest) -> HttpResponse:
    """List every issue that went out, newest first."""
    found = NewsletterIssue.objects.public()[:ISSUES_ON_A_PAGE]
    return render(request, "newsletter/issues.html", {"issues": found})


@public_page
def issue(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one issue as its readers got it."""
    found = get_object_or_404(NewsletterIssue.objects.public(), slug=slug)
    response = render(request, "newsletter/issue.html", {"issue": found, "body": page_html(found)})
    # An issue may show pictures from elsewhere, as its mail does.
    response._csp_update = {"img-src": ["https:"]}  # type: ignore[attr-defined] # django-csp reads it
    return response


@public_page
def feed(request: HttpRequest) -> HttpResponse:
    """The newest issues as Atom (RFC 4287)."""
    found = list(NewsletterIssue.objects.public()[:20])
    page = {
        # A slice is plain text again: Atom carries HTML escaped.
        "issues": [(one, page_html(one)[:]) for one in found],
        "updated": [one.published_at for one in found[:1]],
    }
    return render(request, "newsletter/feed.xml", page, content_type="application/atom+xml; charset=utf-8")


def _held(subscriber: Subscriber) -> dict[str, object]:
    """Return everything we hold about a reader, in words."""
    if subscriber.pk is None:
        raise Http404
    return {
        "email": subscriber.email,
        "asked_at": subscriber.asked_at.isoformat(),
        "source": subscriber.get_source_display(),
        "consent_at": subscriber.consent_at.isoformat() if subscriber.consent_at else None,
        "consent": subscribing.wording_of(subscriber),
        "consent_given": subscriber.consent_proof or subscriber.get_source_display(),
        "confirmed_at": subscriber.confirmed_at.isoformat() if subscriber.confirmed_at else None,
        "every_issue": subscriber.everything,
        "newsletter": subscriber.wants_issues,
        "alerts": subscriber.get_digest_display(),
        "alerts_told_at": subscriber.told_at.isoformat() if subscriber.told_at else None,
        "interests": [str(interest) for interest in subscriber.interests.all()],
        "emails_sent": subscribing.sent_to(subscriber),
    }


def _dead_link(request: HttpRequest) -> HttpResponse:
    """Say why a link does nothing any more, and offer the next step."""
    page = {"link_days": links.LINK_DAYS}
    return render(request, "newsletter/dead_link.html", page, status=410)
