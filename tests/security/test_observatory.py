"""Mozilla's HTTP Observatory gives every kind of page A+, and browsers have nothing to report."""

import contextlib
import json
import re
import subprocess
from urllib.parse import unquote, urlsplit

import pytest
import requests
from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from tests.programs import ROOT
from tests.security.site import environment_of_node, node, running_site

ACCEPT = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LEAST = 135
CODES = 5
NO_DATE = "2026-02-31"
TARGETS = "SELECT DISTINCT target_date FROM signatories_commitment"
SPOIL = "UPDATE signatories_commitment SET target_date = ? WHERE target_date = ?"


@pytest.fixture(scope="module")
def site():
    with running_site(SIGN_IN_CODES_PER_NETWORK=str(CODES)) as running:
        yield running


def scan(site, *pages):
    """Return what the Observatory found for each (address, person) or (address, person, fields of a form)."""
    asked = []
    for path, person, *fields in pages:
        cookie = site.cookie_of(person)
        headers = [ACCEPT, *([f"Cookie: {cookie}"] if cookie else [])]
        asked.append({"path": path, "headers": headers, "fields": fields[0] if fields else None})
    ran = subprocess.run(
        [node(), "tests/security/observatory.mjs", str(site.port)],
        cwd=ROOT,
        env=environment_of_node(site.certificate),
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def assert_best(pages, found):
    """Fail unless every page has A+ and as many points; say what the scanner did not like."""
    poor = {
        page[:2]: one
        for page, one in zip(pages, found, strict=True)
        if (one["grade"], one["score"] >= LEAST) != ("A+", True)
    }
    assert poor == {}


def kinds_of_page(places):
    """Return a page of every kind: what its name is here, its address, and who looks."""
    return {
        "home": ("/", "stranger"),
        "the Declaration": ("/declaration/", "stranger"),
        "the list": ("/signatories/", "stranger"),
        "an organisation": (places["organisation"], "stranger"),
        "before the sign-up": ("/sign/", "stranger"),
        "sign-in": ("/account/login/code/", "stranger"),
        "the approver's page": (places["approve"], "stranger"),
        "the dashboard": ("/dashboard/", "officer"),
        "the sign-up": (places["draft"], "officer"),
        "a question": (places["question"], "officer"),
        "the choice of an organisation": ("/sign/organisation/", "officer"),
        "sign-in to the admin": ("/admin/", "stranger"),
        "the admin": ("/admin/", "administrator"),
        "a list in the admin": ("/admin/signatories/signature/", "moderator"),
        "a record in the admin": (places["record"], "moderator"),
        "a decision in the admin": (places["decide"], "moderator"),
        "second factors": ("/account/second-factor/", "administrator"),
    }


def test_every_kind_of_page_is_scanned_as_best(site):
    pages = list(kinds_of_page(site.places).values())
    found = scan(site, *pages)
    assert [one["status"] for one in found] == [200] * len(pages)
    assert_best(pages, found)


def test_pages_of_errors_are_scanned_as_best(site):
    for number in range(CODES):
        ask_for_code(site, number)
    pages = {
        400: ("/signatories/?q=%00", "stranger"),
        403: ("/admin/accounts/user/", "viewer"),
        404: ("/nothing/here/", "stranger"),
        429: ("/account/login/code/", "stranger", {"email": "one.more@example.gov.uk"}),
        500: (site.places["draft"] + "check/", "officer"),
        503: ("/dashboard/", "officer"),
    }
    passing = [pages[status] for status in (400, 403, 404, 429)]
    found = scan(site, *passing)
    with broken_data(site):
        found += scan(site, pages[500])
    with missing_table(site):
        found += scan(site, pages[503])
    assert [one["status"] for one in found] == list(pages)
    assert_best(list(pages.values()), found)


def test_form_from_elsewhere_is_refused_with_a_page_scanned_as_best(site):
    page = ("/account/login/code/", "stranger", {"email": "a@example.gov.uk", "csrfmiddlewaretoken": "no"})
    found = scan(site, page)
    assert found[0]["status"] == 403
    assert_best([page], found)


def ask_for_code(site, number):
    browser = requests.Session()
    browser.trust_env, browser.verify = False, str(site.certificate)
    address = f"{site.url}/account/login/code/"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(address).text).group(1)
    fields = {"csrfmiddlewaretoken": token, "email": f"somebody{number}@example.gov.uk"}
    answer = browser.post(address, data=fields, headers={"Referer": address}, allow_redirects=False)
    assert answer.status_code == 302


@contextlib.contextmanager
def broken_data(site):
    """Data that no code expects, as a mistake by hand leaves it behind."""
    [(right,)] = site.stack.rows(TARGETS)
    site.stack.rows(SPOIL, NO_DATE, right)
    yield
    site.stack.rows(SPOIL, right, NO_DATE)


@contextlib.contextmanager
def missing_table(site):
    """A database in the middle of being restored."""
    site.stack.rows("ALTER TABLE signatories_signature RENAME TO away")
    yield
    site.stack.rows("ALTER TABLE away RENAME TO signatories_signature")


# Of links in drawings too, whose href is no string.
LINKS = "all => all.map((one) => new URL(one.getAttribute('href'), document.baseURI).href)"
# That a violation would be heard: an image from elsewhere, and the directive that forbids it.
ELSEWHERE = "https://elsewhere.example/"
PROVOKE = f"""() => new Promise((done) => {{
    addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective), {{ once: true }})
    new Image().src = "{ELSEWHERE}"
}})"""
LISTEN = """
addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))
"""


@pytest.mark.parametrize("person", ["stranger", "officer", "viewer", "administrator"])
def test_browser_reports_nothing_on_any_page(person, site, browser):
    context = browser.new_context(ignore_https_errors=True)
    context.add_init_script(LISTEN)
    cookie = site.cookie_of(person).partition("=")
    if cookie[0]:
        context.add_cookies([{"name": cookie[0], "value": cookie[2], "url": site.url, "secure": True}])
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append((message.type, page.url, message.text)))
    page.on("pageerror", lambda error: complaints.append(("error", page.url, str(error))))
    at_home = {"stranger": "/sign/", "officer": "/dashboard/"}.get(person, "/admin/")
    seen = visit_everything(page, site, ["/", at_home, site.places["approve"]])
    told = page.evaluate(PROVOKE)
    context.close()
    assert told == "img-src"
    found = [one for one in complaints if one[0] in {"error", "warning"} and not is_expected(one[2])]
    assert found == [], site.stack.web.log.read_text()[-3000:]
    assert len(seen) >= {"stranger": 15, "officer": 20}.get(person, 15), sorted(seen)


def is_expected(text):
    """Tell whether the console says no more than that a page says no, or what was provoked."""
    return "the server responded with a status of 40" in text or ELSEWHERE in text


def visit_everything(page, site, starts):
    """Open every address that can be reached by links, one of each kind; return them."""
    waiting, seen = [site.url + start for start in starts], set()
    while waiting:
        address = waiting.pop(0).partition("#")[0]
        if not address.startswith(site.url):
            continue
        kind = kind_of(address)
        if kind in seen:
            continue
        seen.add(kind)
        try:
            page.goto(address)
        except Error as error:
            assert "Download is starting" in str(error), address
            continue
        waiting += page.eval_on_selector_all("a[href]", LINKS)
    return seen


def kind_of(address):
    """Return the name of the page, with or without a query; one of a kind is enough."""
    parts = urlsplit(address)
    try:
        found = resolve(unquote(parts.path))
    except Resolver404:
        return parts.path
    kinds = found.kwargs if found.view_name in {"question", "edit_question"} else {}
    return f"{found.view_name} {kinds.get('slug', '')}{'?' * bool(parts.query)}"
