"""The certificate, on a page and as a PDF, and the badge for other websites."""

import io
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from declaration.fresh_pages import pages
from signatories import moderation, signing
from signatories.models import Status
from tests.factories import OrganisationFactory, ReasonFactory, SignatureFactory, signature_that_is
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db


def read(path, status=200):
    pages.clear()
    response = Client().get(path)
    assert response.status_code == status, path
    assert not response.cookies
    return response


def words_of(signature, status=200):
    page = assert_good_page(read(f"/certificates/{signature.reference}/", status).content.decode())
    return page.find("main").get_text(" ", strip=True)


def pdf_of(signature):
    response = read(f"/certificates/{signature.reference}.pdf")
    assert response["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content), strict=True)


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def withdraw(signature):
    signing.withdraw(signature=signature, by=signature.started_by)
    signature.refresh_from_db()


def facts(signature):
    return [
        signature.organisation.name,
        signature.reference,
        "version 1 of the Local Digital Declaration",
        signature.wording_hash,
        f"/certificates/{signature.reference}/",
    ]


# The page and the PDF say the same.


def test_certificate_says_what_was_signed_and_where_to_check_it():
    signature = SignatureFactory(published=True)
    words, pdf = words_of(signature), text_of(pdf_of(signature))
    for fact in facts(signature):
        assert fact in words
        # Lines end within the address and the fingerprint.
        assert fact.replace(" ", "") in pdf.replace(" ", "")
    assert "Not valid any more" not in words + pdf


def test_pdf_is_one_accessible_page_of_a4():
    signature = SignatureFactory(published=True)
    pdf = pdf_of(signature)
    catalogue = pdf.trailer["/Root"]
    assert len(pdf.pages) == 1
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert signature.organisation.name in pdf.metadata.title
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data().decode()
    # Every font comes with the file.
    fonts = [font.get_object() for font in pdf.pages[0]["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert described and all("/FontFile3" in one or "/FontFile2" in one for one in described)


@pytest.mark.parametrize("consent", [True, False])
def test_certificate_names_the_signer_only_with_consent(consent):
    signature = SignatureFactory(published=True, publish_signer_name=consent)
    for text in (words_of(signature), text_of(pdf_of(signature))):
        assert (signature.signed_by.full_name in text) == consent
        assert ("Chief executive" in text) == (not consent)


def test_certificate_of_a_withdrawn_signature_says_so():
    signature = SignatureFactory(published=True, publish_signer_name=True)
    withdraw(signature)
    for text in (words_of(signature), text_of(pdf_of(signature))):
        assert "Not valid any more" in text
        assert "is no longer on the register" in text
        assert signature.reference in text
        assert "This certifies that" not in text
        assert signature.signed_by.full_name not in text
        assert signature.commitment.title not in text


def test_certificate_leaves_with_a_signature_that_is_taken_down(moderator):
    signature = SignatureFactory(published=True)
    assert signature.organisation.name in words_of(signature)
    moderation.take_down(
        signature=signature, by=moderator, seen=signature.submitted_at, reasons=[ReasonFactory()]
    )
    assert signature.organisation.name not in words_of(signature, 404)
    read(f"/certificates/{signature.reference}.pdf", 404)


@pytest.mark.parametrize("status", [one for one in Status.values if one != "published"])
def test_no_certificate_before_it_is_signed(status):
    signature = signature_that_is(status)
    assert "This certificate is not on the register" in words_of(signature, 404)
    read(f"/certificates/{signature.reference}.pdf", 404)


def test_reference_may_be_typed_in_small_letters():
    signature = SignatureFactory(published=True)
    assert read(f"/certificates/{signature.reference.lower()}/").status_code == 200


@pytest.mark.parametrize(
    "name", ["*Bold* #evil $x$ [y] \\n", "议会 Council", "Cyngor Sir Ynys Môn", "👩‍💻", "x" * 200]
)
def test_set_any_name_as_it_is(name):
    signature = SignatureFactory(published=True, organisation__name=name)
    pdf = pdf_of(signature)
    assert name in pdf.metadata.title
    assert len(pdf.pages) == 1
    if name.isascii():
        assert name.replace(" ", "") in text_of(pdf).replace(" ", "")


def test_pdf_is_the_same_each_time():
    signature = SignatureFactory(published=True)
    path = f"/certificates/{signature.reference}.pdf"
    assert read(path).content == read(path).content


# The badge.


def badge_of(organisation):
    response = read(f"/signatories/{organisation.slug}/badge.svg")
    assert response["Content-Type"].startswith("image/svg+xml")
    return ElementTree.fromstring(response.content)  # noqa: S314 (our own picture)


def says(organisation):
    return " ".join("".join(badge_of(organisation).itertext()).split())


def test_badge_says_what_holds_now():
    signature = SignatureFactory(published=True)
    organisation = signature.organisation
    assert f"{organisation.name}, Local Digital Declaration: Signed on" in says(organisation)
    withdraw(signature)
    assert "No longer signed" in says(organisation) and "Signed on" not in says(organisation)
    assert "Has not signed" in says(OrganisationFactory())


@pytest.mark.parametrize(("notice", "said"), [(True, "No longer signed"), (False, "Has not signed")])
def test_badge_of_what_was_taken_down_says_what_the_page_says(notice, said):
    signature = SignatureFactory(taken_down=True, public_notice=notice)
    assert said in says(signature.organisation)


def test_badge_keeps_within_its_frame_and_escapes_names():
    organisation = OrganisationFactory(name="<script>alert(1)</script> & " + "W" * 150)
    picture = badge_of(organisation)
    assert organisation.name in says(organisation)
    lines = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert all(len(line) <= 40 for line in lines)


def test_any_website_may_show_the_badge_for_a_few_minutes():
    response = read(f"/signatories/{OrganisationFactory().slug}/badge.svg")
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "max-age=300" in response["Cache-Control"] and "public" in response["Cache-Control"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_give_the_html_that_shows_the_badge(settings):
    organisation = SignatureFactory(published=True, organisation__name='A "B" <i> Council').organisation
    page = assert_good_page(read(f"/signatories/{organisation.slug}/badge/").content.decode())
    snippet = BeautifulSoup(page.select_one("textarea").get_text(), "html5lib")
    image = snippet.select_one("a > img")
    assert image["src"] == f"{settings.SITE_URL}/signatories/{organisation.slug}/badge.svg"
    assert organisation.name in image["alt"]
    assert snippet.a["href"] == settings.SITE_URL + organisation.get_absolute_url()
    assert not snippet.find(["script", "i"])


def test_proposed_organisation_has_no_badge():
    slug = OrganisationFactory(proposed=True).slug
    read(f"/signatories/{slug}/badge.svg", 404)
    read(f"/signatories/{slug}/badge/", 404)


@pytest.mark.parametrize(
    "path", ["/certificates/{0.reference}/", "/signatories/{0.organisation.slug}/badge.svg"]
)
def test_number_of_queries_does_not_grow(path):
    signature = SignatureFactory(published=True)
    counts = []
    for more in (0, 50):
        for _ in range(more):
            SignatureFactory(published=True)
        with CaptureQueriesContext(connection) as queries:
            read(path.format(signature))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
