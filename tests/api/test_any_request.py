"""Schemathesis asks what the API's description allows, and what it does not; each answer must keep to it."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings

from signatories.changes import record_change
from signatories.models import What
from tests.factories import OrganisationFactory, SignatureFactory

SETTINGS = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


API = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture
def register(db):
    """Two signatories, each with an organisation that came after it, and their changes."""
    for slug in ("camden", "leeds"):
        signature = SignatureFactory(published=True, organisation__slug=slug)
        OrganisationFactory(slug=f"after-{slug}").predecessors.add(signature.organisation)
        with transaction.atomic():
            record_change(organisation=signature.organisation, what=What.PUBLISHED)
    # A real request ends with the connection closed, and the test's transaction with it.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@API.parametrize()
@SETTINGS
def test_every_answer_keeps_to_the_description(case, register):
    # Its client says that it reads gzip, and then does not over WSGI.
    case.call_and_validate(headers={"Accept-Encoding": "identity"})
