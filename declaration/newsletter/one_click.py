"""Leave with one click: the one page that takes a POST without a token of ours (RFC 8058).

A mail program presses the button for its reader; it has no cookie and follows no redirect. The link in
the mail is the proof: it is signed, names one reader, and does nothing but leave, however often.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from declaration.newsletter import subscribing
from declaration.newsletter.models import Subscriber
from declaration.outbox.leaving import recipient_of


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; pressed by a person or a mail program, the reader is off the list.

    The page is the same for every token, ours or not, and says nothing about the reader.
    """
    if request.method != "POST":
        return render(request, "newsletter/leave.html")
    number = recipient_of(token)
    subscriber = Subscriber.objects.filter(pk=number).first() if number is not None else None
    if subscriber is not None:
        subscribing.leave(subscriber=subscriber)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse("Done.\n", content_type="text/plain; charset=utf-8")
    return redirect("newsletter_left")
