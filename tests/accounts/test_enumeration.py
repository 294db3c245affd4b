"""A stranger learns nothing from the sign-in pages about who has an account."""

import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declaration.accounts.models import User
from tests.accounts.people import ask
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

SAMPLES = 200
LIMIT_SECONDS = 0.005


def addresses():
    """Return three kinds of addresses: of an officer, of nobody, of a closed account."""
    kinds = {"known": [], "unknown": [], "refused": []}
    for n in range(SAMPLES):
        for kind in kinds:
            kinds[kind].append(f"{kind[:2]}.{n:04}.smith@camden.gov.uk")
    User.objects.bulk_create(
        [
            User(email=email, is_active=kind == "known")
            for kind in ("known", "refused")
            for email in kinds[kind]
        ]
    )
    return kinds


def shown(email):
    """Return everything a stranger sees: answers to asking, looking, and a wrong code."""
    client = Client()
    asked = ask(client, email)
    looked = client.get(reverse("account_confirm_login_code"))
    wrong = client.post(reverse("account_confirm_login_code"), {"code": "not it"})
    return [asked.status_code, asked["Location"], sorted(asked.cookies)] + [
        (
            answer.status_code,
            assert_good_page(answer.content.decode()).get_text(" ", strip=True).replace(email, "…"),
        )
        for answer in (looked, wrong)
    ]


def test_pages_say_the_same_for_every_kind_of_address(settings):
    settings.SIGN_IN_CODES_PER_NETWORK = 10**6
    seen = [shown(emails[0]) for emails in addresses().values()]
    assert seen[0] == seen[1] == seen[2]


def medians(kinds):
    """Return the median seconds an answer takes for each kind, measured turn and turn about."""
    taken = {kind: [] for kind in kinds}
    for rank in range(SAMPLES):
        order = list(kinds)[rank % 3 :] + list(kinds)[: rank % 3]
        for kind in order:
            client = Client()
            start = time.perf_counter()
            response = ask(client, kinds[kind][rank])
            taken[kind].append(time.perf_counter() - start)
            assert response.status_code == 302
    return {kind: statistics.median(times) for kind, times in taken.items()}


def test_answers_take_the_same_time_for_every_kind_of_address(settings):
    """A busy machine can blur a round; a real difference shows in all three."""
    settings.SIGN_IN_CODES_PER_NETWORK = 10**6
    kinds = addresses()
    for n in range(10):
        ask(Client(), f"warm.up{n}@camden.gov.uk")
    seen = []
    for _ in range(3):
        seen.append(medians(kinds))
        if max(seen[-1].values()) - min(seen[-1].values()) < LIMIT_SECONDS:
            return
    pytest.fail(f"the medians of three rounds differ: {seen}")


def test_answers_look_for_nobody():
    """Time is a sample; that no query looks for the person is the cause."""
    counted = set()
    for emails in addresses().values():
        with CaptureQueriesContext(connection) as captured:
            ask(Client(), emails[0])
        assert not [query for query in captured if "accounts_user" in query["sql"]]
        counted.add(len(captured))
    assert len(counted) == 1
