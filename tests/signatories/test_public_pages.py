"""What the public sees: who has signed and what they promised, and nothing else, ever."""

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declaration.fresh_pages import pages
from declaration.models import DeclarationVersion
from signatories import moderation, signing
from signatories.models import Organisation, Status
from tests.factories import (
    DeclarationVersionFactory,
    OrganisationFactory,
    ReasonFactory,
    RepresentativeFactory,
    SignatureFactory,
    signature_that_is,
)
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/signatories/",
    "/signatories/?q=test&region=South+East&kind=unitary&page=1",
    "/declaration/",
    "/declaration/1/",
    "/sign/",
    "/sign/suppliers/",
    "/accessibility-statement/",
    "/privacy/",
    "/cookies/",
    "/contact/",
]


def read(address):
    """Return a page as a stranger with an empty browser and an empty cache gets it."""
    cache.clear()
    pages.clear()
    response = Client().get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html5lib")


def listed():
    return [link.get_text() for link in read("/signatories/").select(".service-results h2 a")]


def text_of(address):
    return read(address).get_text(" ", strip=True)


def everywhere(signature):
    """Return all that any public page shows about an organisation."""
    return " ".join(map(text_of, ["/", "/signatories/", signature.organisation.get_absolute_url()]))


# Pages with nothing to show.


@pytest.mark.parametrize("address", [page for page in PAGES if page not in {"/declaration/1/", "/sign/"}])
def test_read_a_page_of_an_empty_service(address):
    DeclarationVersion.objects.all()._raw_delete("default")
    assert_good_page(Client().get(address).content.decode())


def test_say_that_nobody_has_signed_yet():
    assert "Nobody has signed yet" in text_of("/")
    assert "Nobody has signed yet" in text_of("/signatories/")
    assert listed() == []


def test_start_page_is_not_there_before_a_wording_is_published():
    assert Client().get("/sign/").status_code == 404
    DeclarationVersionFactory(published=True)
    assert Client().get("/sign/").status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_read_a_page_of_a_full_service(address):
    for _ in range(3):
        SignatureFactory(published=True)
    assert_good_page(Client().get(address).content.decode())


# Only what is published.


def test_list_only_published_signatures_newest_first():
    shown = [SignatureFactory(published=True) for _ in range(3)]
    for status in Status.values:
        if status != "published":
            signature_that_is(status)
    assert listed() == [s.organisation.name for s in reversed(shown)]
    assert "3 organisations have signed" in text_of("/signatories/")
    assert "3 organisations have signed" in text_of("/")


@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_hide_text_that_is_not_published(status):
    seen = SignatureFactory(published=True)
    hidden = signature_that_is(status)
    for signature, shows in ((seen, True), (hidden, False)):
        text = everywhere(signature)
        private = [signature.commitment.title, signature.reference, signature.commitment.mission]
        assert [part in text for part in private[:2]] == [shows, shows]
        page = text_of(signature.organisation.get_absolute_url())
        assert (private[2] in page) == shows
        assert ("has not signed the Declaration" in page) == (not shows)


@pytest.mark.parametrize("how", ["withdraw", "take down"])
def test_text_leaves_every_page_when_it_ends(how, moderator):
    signature = SignatureFactory(published=True, publish_signer_name=True)
    parts = [signature.commitment.title, signature.reference, signature.signed_by.full_name]
    assert [part in everywhere(signature) for part in parts] == [True, True, True]
    if how == "withdraw":
        signing.withdraw(signature=signature, by=signature.started_by)
    else:
        moderation.take_down(
            signature=signature, by=moderator, seen=signature.submitted_at, reasons=[ReasonFactory()]
        )
    assert [part in everywhere(signature) for part in parts] == [False, False, False]
    assert listed() == []
    assert "Nobody has signed yet" in text_of("/")


def test_text_of_the_next_try_stays_hidden_until_it_is_signed():
    first = SignatureFactory(published=True)
    signing.withdraw(signature=first, by=first.started_by)
    again = signing.start_draft(representative=first.started_by, text_of=first)
    again.refresh_from_db()
    assert again.commitment.title == first.commitment.title
    assert first.commitment.title not in everywhere(first)


def test_proposed_organisation_is_nowhere_until_it_is_confirmed():
    proposed, known = OrganisationFactory(proposed=True), OrganisationFactory()
    assert Client().get(known.get_absolute_url()).status_code == 200
    assert Client().get(proposed.get_absolute_url()).status_code == 404


def test_unpublished_wording_is_nowhere():
    DeclarationVersionFactory(published=True)
    draft = DeclarationVersionFactory(title="A secret wording")
    assert Client().get(f"/declaration/{draft.number}/").status_code == 404
    assert draft.title not in text_of("/declaration/")
    assert draft.title not in text_of("/declaration/1/")


def test_earlier_wording_stays_readable_and_says_there_is_a_newer_one():
    DeclarationVersionFactory(published=True, principles=["Old words"])
    newer = DeclarationVersionFactory(published=True, principles=["New words"])
    assert "Old words, always." in text_of("/declaration/1/")
    assert "There is a newer version" in text_of("/declaration/1/")
    assert f"Version {newer.number}, published on" in text_of("/declaration/")
    assert "New words, always." in text_of("/declaration/")


# The person who signed, and what is private.


@pytest.mark.parametrize("consent", [True, False])
def test_show_the_signers_name_only_with_consent(consent):
    signature = SignatureFactory(published=True, publish_signer_name=consent)
    page = text_of(signature.organisation.get_absolute_url())
    assert (signature.signed_by.full_name in page) == consent
    assert ("Chief Executive" in page) == consent
    assert ("Chief executive" in page) == (not consent)
    assert signature.signed_by.full_name not in text_of("/") + text_of("/signatories/")


def test_show_nothing_private_on_any_public_page(moderator):
    signature = SignatureFactory(
        submitted=True, minutes_url="https://example.gov.uk/minutes", publish_signer_name=True
    )
    officer = signature.started_by
    officer.phone, officer.team_mailbox = "020 7946 0999", "digital-team@example.gov.uk"
    officer.save()
    moderation.accept(
        signature=signature, by=moderator, seen=signature.submitted_at, note="A note among ourselves."
    )
    signing.sign(
        signature=signature,
        name=signature.approver_name,
        job_title=signature.approver_job_title,
        capacity=signature.approver_capacity,
        version=DeclarationVersion.objects.current().number,
    )
    private = [
        officer.email,
        officer.full_name,
        officer.job_title,
        officer.phone,
        officer.team_mailbox,
        signature.approver_email,
        "A note among ourselves.",
        moderator.email,
        moderator.full_name,
        signature.minutes_url,
    ]
    pages = [*PAGES, signature.organisation.get_absolute_url()]
    html = {address: Client().get(address).content.decode() for address in pages}
    assert signature.commitment.title in html["/"] and signature.approver_name in html[pages[-1]]
    assert [(address, p) for address in pages for p in private if p in html[address]] == []


# No cookie, no session, and the same work however many there are.


def test_anonymous_pages_set_no_cookie_and_read_no_session(django_assert_max_num_queries):
    signature = SignatureFactory(published=True)
    for address in [*PAGES, signature.organisation.get_absolute_url(), "/signatories/nobody/"]:
        for method in ("get", "head"):
            browser = Client()
            with django_assert_max_num_queries(15) as queries:
                response = getattr(browser, method)(address)
            assert not response.cookies, address
            assert "Cookie" not in response.headers.get("Vary", ""), address
            assert not [q for q in queries.captured_queries if "django_session" in q["sql"]], address


def test_signed_in_officer_reads_public_pages_without_their_session(signed_in):
    SignatureFactory(published=True)
    browser = signed_in(RepresentativeFactory())
    for address in PAGES:
        assert "no-store" not in browser.get(address).headers.get("Cache-Control", ""), address


@pytest.mark.parametrize("address", ["/", "/signatories/"])
def test_count_of_queries_is_the_same_for_5_and_60_signatories(address):
    counts = []
    for more in (5, 55):
        for _ in range(more):
            SignatureFactory(published=True)
        # The process has read the register before, and keeps no page.
        Client().get(address)
        pages.clear()
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_pages_of_sixty_signatories_show_each_once_and_keep_the_filter():
    wales = {"organisation__region": "Wales", "organisation__nation": "Wales"}
    for _ in range(60):
        SignatureFactory(published=True, **wales)
    other = SignatureFactory(published=True)
    first = read("/signatories/?region=Wales")
    [follow] = [a["href"] for a in first.select(".govuk-pagination__next a")]
    second = read(follow)
    names = [a.get_text() for page in (first, second) for a in page.select(".service-results h2 a")]
    assert sorted(names) == sorted(o.name for o in Organisation.objects.filter(region="Wales"))
    assert "region=Wales" in follow
    assert other.organisation.name not in names


def test_find_by_name_region_kind_nation_and_code():
    leeds = SignatureFactory(
        published=True, organisation__name="Leeds City Council", organisation__gss_code="E08000035"
    )
    SignatureFactory(published=True, organisation__region="Scotland", organisation__nation="Scotland")
    SignatureFactory(published=True, organisation__kind="county")

    def found(query):
        return [a.get_text() for a in read(f"/signatories/?{query}").select(".service-results h2 a")]

    assert len(found("")) == 3
    for query in ("q=leeds", "q=LEEDS+city", "q=city+leeds", "q=e08000035"):
        assert found(query) == [leeds.organisation.name], query
    assert len(found("nation=England")) == 2
    assert len(found("nation=England&nation=Scotland")) == 3
    assert len(found("region=Scotland")) == 1
    assert len(found("kind=county&kind=unitary")) == 3
    assert len(found("kind=county&nation=England")) == 1
    assert found("q=leeds+york") == []
    # Percent signs and underscores are letters, not wildcards.
    assert found("q=%25") == found("q=_") == []


def test_home_counts_only_councils_that_exist_today_among_the_councils():
    for fields in ({"kind": "unitary"}, {"kind": "charity"}, {"kind": "county", "abolished": True}):
        organisation = OrganisationFactory(**fields)
        SignatureFactory(published=True, organisation=organisation)
    OrganisationFactory()
    text = text_of("/")
    assert "3 organisations have signed" in text
    assert "1 of the 2 councils in the UK has signed. That is 50%" in text
