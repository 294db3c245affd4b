"""Every address of an organisation that was merged into another leads on to the other."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from tests.factories import OrganisationFactory, RepresentativeFactory, SignatureFactory

pytestmark = pytest.mark.django_db

# Their slug is that of something else.
OF_SOMETHING_ELSE = {"newsletter/issues/<slug:slug>/"}


def patterns(resolver, before=""):
    """Return every address of the service with its name in angle brackets."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        elif route != "admin/":
            yield from patterns(one, route)


def of_organisations():
    """Return the addresses that take the slug of an organisation and nothing else."""
    found = {route for route in patterns(get_resolver()) if "slug>" in route and route.count("<") == 1}
    return sorted(found - OF_SOMETHING_ELSE)


@pytest.fixture
def merged(moderator):
    """An organisation «old» that is part of the signatory «new» now."""
    new = SignatureFactory(published=True, organisation__slug="new").organisation
    return OrganisationFactory(
        slug="old", proposed=True, merged_into=new, merged_at=timezone.now(), merged_by=moderator
    )


def at(route, slug):
    return "/" + route.replace("<slug:slug>", slug).replace("<slug>", slug)


def test_know_the_addresses_of_organisations():
    assert {"signatories/<slug:slug>/", "api/v1/organisations/<slug>/"} < set(of_organisations())


@pytest.mark.parametrize("route", of_organisations())
def test_lead_on_from_a_merged_organisation(route, merged):
    client = Client()
    client.force_login(RepresentativeFactory(organisation=merged.merged_into).user)
    first = client.get(at(route, "old"))
    assert first.status_code in {301, 302}, route
    assert first["Location"].removeprefix(settings.SITE_URL) == at(route, "new")
    assert client.get(at(route, "new")).status_code == 200, route
    assert client.get(at(route, "neither")).status_code == 404, route


def test_keep_what_is_wrong_while_the_organisation_is_merged(merged):
    wrong = {"text": "The name is misspelt."}
    answer = Client().post("/signatories/old/mistake/", wrong)
    assert (answer.status_code, answer["Location"]) == (308, "/signatories/new/mistake/")


def test_let_any_site_follow_a_badge_to_where_it_is_now(merged):
    answer = Client().get("/signatories/old/badge.svg")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (301, "*")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
