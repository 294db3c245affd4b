"""A whole sign-up: requests, database statements and CPU of each page, beside a bare view in the same run."""

import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declaration.models import Principle, ServiceArea
from signatories.models import Signature
from signatories.reference import load_reference
from tests.factories import OrganisationFactory, UserFactory

ROUNDS = 15
ANSWERS = {
    "you": {"full_name": "Sam Officer", "job_title": "Digital lead"},
    "title": {"title": "Book a bulky waste collection online"},
    "mission": {"mission": "We will build a booking form and test it with twenty residents."},
    "impact": {"impact": "Residents without a car. We count the calls."},
    "partners": {"partners": "Friends of the Bins"},
    "principles": {},
    "service-areas": {},
    "target-date": {"target_date_day": "31", "target_date_month": "3"},
    "open-to-others": {"open_to_others": "True"},
    "approver": {
        "approver_is_officer": "False",
        "approver_name": "Chris Chief",
        "approver_job_title": "Chief executive",
        "approver_email": "chief@example.gov.uk",
        "approver_capacity": "chief-executive",
    },
    "decision": {},
    "consents": {"publish_signer_name": "on"},
}


def milliseconds(request):
    """Return the CPU time of one request in this process, in milliseconds."""
    begun = time.process_time()
    response = request()
    assert response.status_code in {200, 302} and "login" not in response.get("Location", ""), response
    return (time.process_time() - begun) * 1000


@pytest.mark.django_db
def test_sign_up_page_by_page(settings):
    settings.DEBUG = False
    load_reference()
    organisation = OrganisationFactory()
    organisation.domains.create(domain="bench.gov.uk")
    client = Client()
    client.force_login(UserFactory(email="sam@bench.gov.uk"))
    ANSWERS["principles"] = {"principles": [Principle.objects.first().pk]}
    ANSWERS["service-areas"] = {"service_areas": [ServiceArea.objects.first().pk]}
    ANSWERS["target-date"]["target_date_year"] = str(time.localtime().tm_year + 1)
    rows, requests = [], 0

    def measure(name, request, times=ROUNDS):
        nonlocal requests
        request()
        with CaptureQueriesContext(connection) as queries:
            request()
            statements = len(queries)
        requests += 1
        spent = statistics.median(milliseconds(request) for _ in range(times))
        rows.append((name, statements, spent))

    bare = statistics.median(milliseconds(lambda: client.get("/health/live")) for _ in range(ROUNDS * 4))
    measure("start page", lambda: client.get("/sign/"))
    measure("choose organisation", lambda: client.get("/sign/organisation/"))
    measure("organisation", lambda: client.get(f"/sign/organisation/{organisation.slug}/"))
    measure("begin (POST)", lambda: client.post(f"/sign/organisation/{organisation.slug}/"))
    reference = Signature.objects.get(organisation=organisation).reference
    for slug, answer in ANSWERS.items():
        path = f"/sign/{reference}/{slug}/"
        measure(slug, lambda path=path: client.get(path))
        measure(f"{slug} (POST)", lambda path=path, answer=answer: client.post(path, answer))
    measure("check answers", lambda: client.get(f"/sign/{reference}/check/"))

    def send_for_review():
        Signature.objects.filter(reference=reference).update(status="draft")
        begun = time.process_time()
        with CaptureQueriesContext(connection) as queries:
            assert client.post(f"/sign/{reference}/check/").status_code == 302
            statements = len(queries)
        return statements, (time.process_time() - begun) * 1000

    sent = [send_for_review() for _ in range(ROUNDS)]
    rows.append(("send for review (POST)", sent[-1][0], statistics.median(spent for _, spent in sent)))
    measure("submitted", lambda: client.get(f"/sign/{reference}/submitted/"))
    measure("dashboard", lambda: client.get("/dashboard/"))
    measure("list of signatories", lambda: client.get("/signatories/"))

    print(f"\nA bare view behind the same middleware takes {bare:.2f} ms of CPU.")
    print(f"{'page':<26}{'statements':>11}{'CPU ms':>9}{'times bare':>12}")
    for name, queries, spent in rows:
        print(f"{name:<26}{queries:>11}{spent:>9.1f}{spent / bare:>12.1f}")
    print(f"{requests + 1} requests, {sum(q for _, q, _ in rows)} statements")
