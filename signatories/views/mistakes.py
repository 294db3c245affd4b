"""«Tell us this is wrong»: the form that any reader of an organisation's page can send."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from declaration.accounts.networks import network_of
from declaration.public_pages import public_page
from signatories import mistakes
from signatories.forms.mistakes import MistakeForm
from signatories.models import Organisation
from signatories.views.moved import of_organisation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_organisation
def report_mistake(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Ask what is wrong on the page of an organisation; keep it on POST."""
    form = MistakeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            mistakes.report(**form.cleaned_data, organisation=organisation, network=network_of(request))
        except mistakes.TooManyRequests:
            return render(request, "mistakes/too_many.html", {"organisation": organisation}, status=429)
        return redirect("mistake_reported", organisation.slug)
    return render(request, "mistakes/report.html", {"organisation": organisation, "form": form})


@public_page
@of_organisation
def mistake_reported(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Say thank you: the same page whether or not an address was left."""
    return render(request, "mistakes/reported.html", {"organisation": organisation})
