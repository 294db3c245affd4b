"""What every page that extends the layouts promises."""

import base64
import hashlib
import re

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as real_settings
from django.test import Client

from tests.html import assert_good_page

pytestmark = [pytest.mark.urls("tests.frontend.urls"), pytest.mark.django_db]

WRONG = {"title": "", "email": "x", "target_day": "31", "target_month": "2"}


def soup_of(response):
    return assert_good_page(response.content.decode())


@pytest.mark.parametrize("path", ["/plain/", "/question/", "/question/?in=1", "/parts/", "/parts/?page=1"])
def test_serve_a_good_page(client, path):
    assert soup_of(client.get(path)).title.string.endswith(
        "Ministry of Housing, Communities and Local Government"
    )


def test_serve_a_page_without_cookie_or_session(client):
    response = client.get("/plain/")
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")


def test_put_error_first_in_title_and_page(client):
    assert soup_of(client.get("/question/")).find(class_="govuk-error-summary") is None
    soup = soup_of(client.post("/question/", WRONG))
    assert soup.title.string.startswith("Error: ")
    summary = soup.find(class_="govuk-error-summary")
    assert summary["data-module"] == "govuk-error-summary"
    assert summary.h2.get_text(strip=True) == "There is a problem"
    for link in summary.find_all("a"):
        assert soup.find(id=link["href"][1:]).name in {"input", "textarea", "select"}
    assert [link["href"] for link in summary.find_all("a")] == [
        "#id_title",
        "#id_email",
        "#id_mission",
        "#id_capacity",
        "#id_areas",
        "#id_region",
        "#id_target_year",
        "#id_agree",
    ]


def test_sign_out_by_pressing_a_button(client):
    header = soup_of(client.get("/question/?in=1")).header
    button = header.find("button", string=re.compile("Sign out"))
    assert button.parent["method"] == "post"
    assert button.parent.find("input", attrs={"name": "csrfmiddlewaretoken"})
    assert header.find("a", href="/dashboard/")
    assert "Sign out" not in soup_of(client.get("/question/")).header.get_text()


def test_allow_the_one_inline_script_by_its_hash(client):
    response = client.get("/question/")
    inline = [script.string for script in soup_of(response).find_all("script") if not script.get("src")]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    assert [f"'sha256-{digest}'" for digest in digests] == [real_settings.GOVUK_INLINE_SCRIPT_HASH]
    policy = response["Content-Security-Policy"]
    assert real_settings.GOVUK_INLINE_SCRIPT_HASH in policy
    assert "unsafe" not in policy


def test_show_neither_crown_nor_logo_nor_font_by_default(client):
    response = client.get("/plain/")
    soup = soup_of(response)
    assert "service-plain" in soup.body["class"]
    assert "Crown copyright" not in soup.footer.get_text()
    assert not soup.select(".govuk-footer__crown, .govuk-footer__copyright-logo, .govuk-header, svg")
    assert [icon["href"] for icon in soup.select("link[rel~=icon]")] == ["/assets/icon.svg"]


def test_show_the_govuk_brand_where_it_is_allowed(client, settings):
    settings.GOVUK_BRANDING = True
    soup = soup_of(client.get("/plain/"))
    assert "service-plain" not in soup.body["class"]
    assert soup.select_one(".govuk-header svg")
    assert "Crown copyright" in soup.footer.get_text()
    assert soup.title.string.endswith("GOV.UK")


def test_say_on_every_page_that_the_data_is_made_up(client, settings):
    assert "Example data" not in client.get("/plain/").text
    settings.DEMO = True
    assert "Example data" in soup_of(client.get("/plain/")).header.get_text()


def test_link_to_the_promised_pages(client):
    soup = soup_of(client.get("/plain/"))
    assert {link["href"] for link in soup.header.find_all("a")} == {
        "/",
        "/declaration/",
        "/signatories/",
        "/commitments/",
        "/coverage/",
        "/sign/",
    }
    own = {link["href"] for link in soup.footer.find_all("a", href=re.compile("^/"))}
    assert own == {
        "/check/",
        "/newsletter/",
        "/api/v1/docs",
        "/accessibility-statement/",
        "/privacy/",
        "/cookies/",
        "/contact/",
    }


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/nowhere/", 404, "Page not found"),
        ("/denied/", 403, "You cannot see this page"),
        ("/suspicious/", 400, "We could not read that request"),
        ("/broken/", 500, "Sorry, there is a problem with the service"),
    ],
)
def test_serve_error_pages(settings, caplog, path, status, heading):
    settings.DEBUG = False
    client = Client(raise_request_exception=False)
    response = client.get(path)
    assert response.status_code == status
    assert soup_of(response).h1.get_text() == heading


@pytest.mark.parametrize("what", ["database", "cache", "disk"])
def test_say_that_the_service_will_be_back(settings, caplog, what):
    settings.DEBUG = False
    response = Client(raise_request_exception=False).get(f"/away/?what={what}")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response["Cache-Control"] == "no-store"
    assert soup_of(response).h1.get_text() == "Sorry, the service is unavailable"


def test_stay_calm_when_a_form_cannot_be_trusted(caplog):
    response = Client(enforce_csrf_checks=True).post("/question/", WRONG)
    assert response.status_code == 403
    assert "nothing you saved before is lost" in soup_of(response).main.get_text()


def test_show_own_words_as_they_were_typed(client):
    rows = soup_of(client.get("/parts/")).select(".govuk-summary-list__row")
    assert rows[0].dd.get_text() == "Bins <b>\n and roads"
    assert rows[0].a.get_text() == "Change title"
    assert rows[1].dd.get_text() == "Not given"
    assert rows[1].a.get_text() == "Change who your partners are"
    assert rows[2].select_one(".govuk-tag--green").get_text(strip=True) == "Published"


def test_keep_the_query_in_page_links(client):
    soup = soup_of(client.get("/parts/?q=bins&page=4"))
    assert soup.select_one(".govuk-pagination__next a")["href"] == "?q=bins&page=5"


def test_escape_the_path_of_a_missing_page(settings, caplog):
    settings.DEBUG = False
    response = Client().get('/<script>alert("x")</script>/')
    assert response.status_code == 404
    assert BeautifulSoup(response.text, "html5lib").find("script", string=re.compile("alert")) is None
