"""A few pages that use the layouts in every state, for the tests alone."""

import errno

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from redis.exceptions import ConnectionError as RedisConnectionError

from signatories.forms.dates import DateField

PARTS = """
{% extends "layouts/page.html" %}
{% from "components/breadcrumbs.html" import breadcrumbs %}
{% from "components/pagination.html" import pagination %}
{% from "components/summary.html" import summary_list %}
{% from "components/tags.html" import status_tag %}
{% block title %}Parts{% endblock %}
{% block before_content %}{{ breadcrumbs([{"text": "Signatories", "href": "/signatories/"}]) }}{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">Parts</h1>
{{ summary_list([
  {"key": "Title", "value": "Bins <b>\n and roads", "href": "/title/"},
  {"key": "Partners", "value": "", "href": "/partners/", "change": "who your partners are"},
  {"key": "Status", "value": status_tag("published", "Published")},
]) }}
{{ pagination(page, request) }}
{% endblock %}
"""


LOOK_UP = """
{% extends "layouts/page.html" %}
{% from "components/organisation_lookup.html" import lookup_scripts, lookup_styles %}
{% from "govuk_frontend_jinja/components/button/macro.html" import govukButton %}
{% block title %}Find your organisation{% endblock %}
{% block extra_head %}{{ lookup_styles() }}{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">Find your organisation</h1>
<form method="get" novalidate data-organisation-lookup="/look-up/suggest/">
  {{ crispy(form) }}
  {{ govukButton({"text": "Search"}) }}
</form>
{% endblock %}
{% block scripts %}{{ lookup_scripts() }}{% endblock %}
"""
FOUND = [
    {"slug": "leeds-city-council", "name": "Leeds City Council", "note": "Metropolitan district"},
    {"slug": "leeds-district", "name": "Leeds <b>& District</b>", "note": "Charity <i>"},
]


class EverythingForm(forms.Form):
    title = forms.CharField(label="What will you do?", help_text="In a few words")
    email = forms.EmailField(label="Your work email address")
    mission = forms.CharField(label="How?", widget=forms.Textarea, max_length=200)
    capacity = forms.ChoiceField(
        label="In what capacity do you sign?",
        choices=[("chief", "Chief executive"), ("other", "Something else")],
        widget=forms.RadioSelect,
    )
    other_capacity = forms.CharField(label="What is it?", required=False)
    areas = forms.MultipleChoiceField(
        label="Service areas", choices=[("w", "Waste"), ("h", "Housing")], widget=forms.CheckboxSelectMultiple
    )
    region = forms.ChoiceField(label="Region", choices=[("n", "North East"), ("s", "South East")])
    target = DateField(label="When?", required_message="Enter a date", invalid_message="Enter a real date")
    agree = forms.BooleanField(label="I have authority to sign")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    govuk = {
        "title": {"label": {"isPageHeading": True, "classes": "govuk-label--l"}},
        "capacity": {"conditional": {"other": "other_capacity"}},
    }


def question(request: HttpRequest) -> HttpResponse:
    form = EverythingForm(request.POST or None)
    return render(
        request, "layouts/question.html", {"form": form, "back_url": "/", "signed_in": "in" in request.GET}
    )


def plain(request: HttpRequest) -> HttpResponse:
    return render(request, "layouts/page.html")


def parts(request: HttpRequest) -> HttpResponse:
    page = Paginator(range(60), 5).page(request.GET.get("page", 4))
    return HttpResponse(engines["jinja2"].from_string(PARTS).render({"page": page}, request))


class SearchForm(forms.Form):
    q = forms.CharField(label="Name of your organisation", help_text="For example, Leeds.")
    govuk = {"q": {"classes": "govuk-!-width-two-thirds"}}


def look_up(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET if "q" in request.GET else None)
    return HttpResponse(engines["jinja2"].from_string(LOOK_UP).render({"form": form}, request))


def suggest(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"organisations": FOUND if "lee" in request.GET["q"].lower() else []})


def found(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "layouts/page.html")


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def away(request: HttpRequest) -> HttpResponse:
    raise {
        "database": OperationalError("the database has gone away"),
        "cache": RedisConnectionError("refused"),
        "disk": OSError(errno.ENOSPC, "No space left on device"),
    }[request.GET["what"]]


handler500 = "config.unavailable.server_error"

urlpatterns = [
    path("question/", question),
    path("plain/", plain),
    path("parts/", parts),
    path("look-up/", look_up),
    path("look-up/suggest/", suggest),
    path("look-up/<slug:slug>/", found),
    path("denied/", denied),
    path("suspicious/", suspicious),
    path("broken/", broken),
    path("away/", away),
    path("account/", include("declaration.accounts.urls")),
    path("admin/", admin.site.urls),
]
