"""The pages of the desk as a browser without scripts sees them, and their forms as it sends them."""

from bs4 import BeautifulSoup
from django.urls import reverse, reverse_lazy

from tests.html import assert_valid_html

QUEUE = reverse_lazy("admin:signatories_signature_changelist")


def record_of(signature):
    return reverse("admin:signatories_signature_change", args=[signature.pk])


def decide(signature, decision, status=""):
    kept = f"?_changelist_filters=status%3D{status}" if status else ""
    return reverse("admin:signatories_signature_decide", args=[signature.pk, decision]) + kept


def care(signature, what):
    return reverse("admin:signatories_signature_care", args=[signature.pk, what])


def soup_of(response):
    assert response.status_code == 200
    assert_valid_html(response.content.decode())
    return BeautifulSoup(response.content.decode(), "html5lib")


def form_in(soup, selector="form.decision", **answers):
    """Return what a form on the page would send, with these answers typed in."""
    data = {}
    for tag in soup.select_one(selector).select("input[name], textarea[name], select[name]"):
        if tag.get("type") == "checkbox" and not tag.has_attr("checked"):
            continue
        if tag.get("type") in {"submit", "hidden", "checkbox", "text", "date", None}:
            value = tag.get("value", "") if tag.name == "input" else tag.get_text().removeprefix("\n")
            data.setdefault(tag["name"], []).append(value)
    return {**data, **answers}


def error_in(soup):
    return " ".join(soup.find(class_="errornote").get_text(" ").split())
