"""The page of an organisation: what it signed and does, who came before, nothing unpublished."""

import json
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declaration.fresh_pages import pages
from signatories import editing, signing
from signatories.models import Status
from signatories.register.similarity import similar_to
from tests.factories import (
    CommitmentFactory,
    OrganisationFactory,
    ProgressFactory,
    ServiceAreaFactory,
    SignatureFactory,
    signature_that_is,
)
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db


def page_of(organisation):
    pages.clear()
    return assert_good_page(Client().get(organisation.get_absolute_url()).content.decode())


def words_of(organisation):
    return page_of(organisation).find("main").get_text(" ", strip=True)


def links_of(organisation):
    return {
        link["href"]: link.get_text(" ", strip=True) for link in page_of(organisation).select("main a[href]")
    }


def linked_data(organisation):
    return json.loads(page_of(organisation).select_one('script[type="application/ld+json"]').string)


def withdraw(signature):
    signing.withdraw(signature=signature, by=signature.started_by)


# The states it can be in.


def test_show_a_signature_with_its_certificate_and_badge():
    signature = SignatureFactory(published=True)
    organisation = signature.organisation
    links = links_of(organisation)
    for path in (
        f"/certificates/{signature.reference}/",
        f"/certificates/{signature.reference}.pdf",
        f"/signatories/{organisation.slug}/badge/",
        f"/signatories/{organisation.slug}/mistake/",
        f"/api/v1/organisations/{organisation.slug}/",
        f"/api/v1/signatories/{organisation.slug}/",
        signature.version.get_absolute_url(),
    ):
        assert path in links
        assert Client().get(path).status_code == 200, path


def test_say_when_it_signed_and_withdrew_and_nothing_else_of_it():
    signature = SignatureFactory(published=True, publish_signer_name=True)
    private = [signature.commitment.title, signature.reference, signature.signed_by.full_name]
    assert [text in words_of(signature.organisation) for text in private] == [True] * 3
    withdraw(signature)
    words = words_of(signature.organisation)
    assert f"{signature.organisation.name} no longer signs the Declaration." in words
    assert "and withdrew on" in words
    assert [text in words for text in private] == [False] * 3


def test_list_an_earlier_signature_below_the_one_that_holds():
    first = SignatureFactory(published=True)
    withdraw(first)
    SignatureFactory(published=True, organisation=first.organisation)
    words = words_of(first.organisation)
    assert "Signed the Declaration on" in words
    assert "Earlier signatures Version 1 of the Declaration, signed on" in words
    assert first.commitment.title not in words


@pytest.mark.parametrize(
    "status", [status for status in Status.values if status not in {"published", "withdrawn"}]
)
def test_say_nothing_of_a_signature_that_is_not_public(status):
    signature = signature_that_is(status)
    words = words_of(signature.organisation)
    assert "has not signed the Declaration" in words
    assert "withdrew" not in words
    assert signature.commitment.title not in words


def test_say_that_an_organisation_has_ended_and_what_came_after():
    old = OrganisationFactory(abolished=True, name="Oldshire Council")
    new, newer = OrganisationFactory(name="Newshire Council"), OrganisationFactory(name="Newton Council")
    old.successors.set([new, newer])
    SignatureFactory(published=True, organisation=new)
    words = words_of(old)
    assert "Oldshire Council no longer exists. Its last day was 31 March 2020." in words
    assert "Oldshire Council did not sign the Declaration." in words
    assert "Newshire Council , signed on" in words and "Newton Council , has not signed" in words
    assert "Find out how to sign" not in words
    assert links_of(new)[old.get_absolute_url()] == "Oldshire Council"


def test_say_that_an_organisation_does_not_exist_yet():
    organisation = OrganisationFactory(to_come=True, start_date=date(2028, 4, 1))
    assert "does not exist yet. It begins on 1 April 2028." in words_of(organisation)


# Commitments, partners, progress.


def test_tell_how_the_commitment_goes_newest_first():
    signature = SignatureFactory(published=True)
    ProgressFactory(commitment=signature.commitment, happened="We began.", learned="Ask early.")
    ProgressFactory(commitment=signature.commitment, stage="done", happened="All wards use it.")
    words = words_of(signature.organisation)
    assert "Done reported on" in words
    assert words.index("All wards use it.") < words.index("We began.") < words.index("Ask early.")


def test_tell_what_an_accepted_edit_changed_and_nothing_of_an_open_one(moderator):
    signature = SignatureFactory(published=True)
    old, officer = signature.commitment.title, signature.started_by
    edit = editing.start_edit(signature=signature, by=officer)
    edit.title = "Every bin emptied on its day"
    edit.save()
    edit = editing.submit_edit(edit=edit, by=officer)
    assert "What it said before" not in words_of(signature.organisation)
    assert edit.title not in words_of(signature.organisation)
    editing.accept_edit(edit=edit, by=moderator, seen=edit.submitted_at)
    page = page_of(signature.organisation)
    assert page.find("h2").get_text() == edit.title
    removed = [one.get_text(" ", strip=True) for one in page.select(".service-changes del")]
    assert "Changed on" in words_of(signature.organisation)
    assert removed and all(word in old for one in removed for word in one.split()[1:-1])
    withdraw(signature)
    assert "What it said before" not in words_of(signature.organisation)


def test_link_partners_both_ways_while_the_signature_holds():
    signature = SignatureFactory(published=True)
    partner, stranger = OrganisationFactory(), OrganisationFactory(proposed=True)
    signature.commitment.partner_organisations.set([partner, stranger])
    assert links_of(signature.organisation)[partner.get_absolute_url()] == partner.name
    assert stranger.name not in words_of(signature.organisation)
    assert "Friends of the Bins" in words_of(signature.organisation)
    there = f"{signature.organisation.get_absolute_url()}#commitment-{signature.commitment.pk}"
    assert links_of(partner)[there] == signature.organisation.name
    assert signature.commitment.title in words_of(partner)
    withdraw(signature)
    assert signature.commitment.title not in words_of(partner)
    assert "Partner in the work of others" not in words_of(partner)


def commit(title, areas, **fields):
    signature = SignatureFactory(published=True, **fields)
    commitment = signature.commitment
    commitment.title, commitment.mission = title, ""
    commitment.save()
    commitment.service_areas.set(areas)
    return commitment


def test_show_similar_commitments_with_a_sentence_why():
    waste, housing = ServiceAreaFactory(name="Waste"), ServiceAreaFactory(name="Housing")
    mine = commit("Report missed bins at once", [waste])
    alike = commit("A text for each missed bin", [waste])
    commit("Repairs reported by photograph", [housing])
    for n in range(5):
        commit(f"Something else altogether {n}", [waste])
    [similar] = similar_to(mine)
    assert (similar.commitment, similar.service_areas) == (alike, ["Waste"])
    assert "missed" in similar.words and "bin" in similar.words
    words = words_of(mine.signature.organisation)
    assert "A text for each missed bin , by" in words
    assert "Both are about waste, and both speak of “bin” and “missed”." in words
    withdraw(alike.signature)
    assert "A text for each missed bin" not in words_of(mine.signature.organisation)
    assert similar_to(mine) == []


def test_show_no_similar_commitment_of_the_same_organisation_or_without_anything_in_common():
    waste = ServiceAreaFactory(name="Waste")
    mine = commit("Report missed bins at once", [waste])
    commit("Report missed bins at once", [ServiceAreaFactory(name="Parking")])
    assert similar_to(mine) == []
    twin = commit("Report missed bins at once", [waste])
    assert [one.commitment for one in similar_to(mine)] == [twin]


def test_show_what_is_like_any_of_several_commitments_and_which_one():
    waste, housing = ServiceAreaFactory(name="Waste"), ServiceAreaFactory(name="Housing")
    mine = commit("Repairs reported by photograph", [housing])
    second = CommitmentFactory(signature=mine.signature, title="Report missed bins at once")
    second.service_areas.set([waste])
    commit("A text for each missed bin", [waste])
    alike = commit("A text for each missed bin", [waste])
    for n in range(5):
        commit(f"Something else altogether {n}", [waste])
    page = page_of(mine.signature.organisation)
    [similar] = page.find(id="similar").find_next("ul").select("li")
    assert similar.a["href"] == f"{alike.signature.organisation.get_absolute_url()}#commitment-{alike.pk}"
    said = similar.get_text(" ", strip=True)
    assert "Like “Report missed bins at once”. Both are about waste" in said


# For machines.


def test_give_one_address_and_a_preview_for_search_engines_and_social_media(settings):
    signature = SignatureFactory(published=True)
    page = page_of(signature.organisation)
    address = settings.SITE_URL + signature.organisation.get_absolute_url()
    assert page.select_one("link[rel=canonical]")["href"] == address
    assert page.select_one('meta[property="og:url"]')["content"] == address
    assert page.select_one('meta[property="og:title"]')["content"] == signature.organisation.name
    assert signature.commitment.title in page.select_one('meta[property="og:description"]')["content"]


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("charity", "NGO"),
        ("university", "CollegeOrUniversity"),
        ("sector-body", "Organization"),
        ("nhs", "GovernmentOrganization"),
    ],
)
def test_tell_machines_what_sort_of_body_it_is(kind, type_):
    assert linked_data(OrganisationFactory(kind=kind))["@type"] == type_


def test_give_linked_data_that_no_text_can_break_out_of():
    signature = SignatureFactory(published=True, organisation__gss_code="E06000001")
    commitment = signature.commitment
    commitment.title = '</script><script>alert("1")</script> & more'
    commitment.save()
    data = linked_data(signature.organisation)
    assert data["@type"] == "GovernmentOrganization"
    assert data["name"] == signature.organisation.name
    assert data["identifier"]["value"] == "E06000001"
    [work] = data["subjectOf"]
    assert work["name"] == commitment.title
    assert work["creativeWorkStatus"] == "No update yet"
    assert "alert" not in [script.string for script in page_of(signature.organisation).select("script")]
    withdraw(signature)
    assert "subjectOf" not in linked_data(signature.organisation)


# The same work however many there are.


def busy(signature, number):
    area = signature.commitment.service_areas.get()
    for _ in range(number):
        other = SignatureFactory(published=True)
        other.commitment.partner_organisations.set([signature.organisation])
        other.commitment.service_areas.add(area)
        ProgressFactory(commitment=signature.commitment)
        signature.organisation.predecessors.add(other.organisation)


def test_number_of_queries_is_the_same_for_5_and_300_signatories():
    signature = SignatureFactory(published=True)
    signature.commitment.partner_organisations.set([OrganisationFactory()])
    counts = []
    for more in (5, 295):
        busy(signature, more)
        pages.clear()
        with CaptureQueriesContext(connection) as queries:
            response = Client().get(signature.organisation.get_absolute_url())
        counts.append(len(queries))
        assert not response.cookies
        assert len(BeautifulSoup(response.content, "html5lib").select(".service-history li")) >= more
    assert counts[0] == counts[1] <= 20


def test_say_nothing_of_what_was_signed_and_withdrawn_before_it_was_published():
    signature = signature_that_is("signed")
    withdraw(signature)
    words = words_of(signature.organisation)
    assert "has not signed the Declaration" in words and "withdrew" not in words
    assert Client().get(f"/certificates/{signature.reference}/").status_code == 404
