"""Every address, as everybody whom it lets in, with whatever can be generated: never a 500, never slow.

Each address and method gets 300 generated values, a few to sixty of them to a request, because 2,000 for
each take some six minutes of a processor. All of those:
`GENERATED_VALUES=2000 ./run test tests/security/test_generated_requests.py`. They are the same each time;
`GENERATED_SEED=2` makes others, and what failed says its seed.
"""

import contextlib
import copy
import logging
import os
import time
import traceback
from zlib import crc32

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from tests.accounts.asking_everybody import arguments
from tests.accounts.conftest import world
from tests.accounts.test_access import PEOPLE, ROWS
from tests.factories import OrganisationFactory, RepresentativeFactory, signature_that_is
from tests.security.nasty import FORM, Nasty

__all__ = ["world"]

VALUES = int(os.environ.get("GENERATED_VALUES", "300"))
SEED = os.environ.get("GENERATED_SEED", "1")
# Seconds of the processor, which a busy machine does not blur.
TOO_LONG = 1.0
STATUSES = ["submitted", "changes_requested", "awaiting_approver", "published"]


@pytest.fixture
def service(world):
    """The people, and things of everybody's: signatures of officer A in several states among them."""
    clients, objects = world
    officer = objects["accounts.user"]
    variants = [objects]
    for status in STATUSES:
        organisation = OrganisationFactory()
        mine = RepresentativeFactory(organisation=organisation, user=officer, email=officer.email)
        signature = signature_that_is(status, organisation=organisation, started_by=mine)
        variants.append({**objects, "signatories.signature": signature})
    return clients, variants


@contextlib.contextmanager
def undone(client):
    """Take back what requests change."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies
    cache.clear()


def fields_of(client, path):
    """Return the names and values that a browser would send from the page's forms."""
    with undone(client):
        response = client.get(path)
    if not response.headers.get("Content-Type", "").startswith("text/html") or response.streaming:
        return []
    fields = []
    for field in BeautifulSoup(response.content, "html.parser").select(
        "input[name], select[name], textarea[name]"
    ):
        options = [option.get("value", "") for option in field.find_all("option")]
        fields.append(
            (field["name"], field.get("value") or next(filter(None, options), "") or field.get_text())
        )
    return fields


def let_in(name, method):
    """Return up to three of the people whom an address lets in, or one who is sent away."""
    codes = dict(zip(PEOPLE, ROWS[name][method], strict=True))
    inside = [who for who in ("stranger", "officer A", "administrator", "moderator") if codes[who] == "i"]
    return inside[:3] or ["administrator"], bool(inside)


def path_of(name, objects, nasty):
    """Return the address of something there is, and now and then of something there cannot be."""
    given = arguments(name, objects)
    if given and nasty.random.random() < 0.07:
        with contextlib.suppress(Exception):
            marks = {key: "7777" if isinstance(value, int) else "mark7777" for key, value in given.items()}
            return (
                reverse(name, kwargs=marks)
                .replace("mark7777", nasty.segment())
                .replace("7777", nasty.segment())
            )
    return reverse(name, kwargs=given)


def complaint(client, method, path, query, kind, body):
    """Make a request and return what is wrong with the answer, if anything."""
    for _ in range(2):
        began = time.thread_time()
        try:
            with undone(client):
                response = client.generic(method, path, body, content_type=kind, QUERY_STRING=query)
                if response.streaming:
                    list(response.streaming_content)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"
        if response.status_code >= 500:
            return f"answered {response.status_code}"
        if time.thread_time() - began < TOO_LONG:
            return None
    return "took too long"


def attack(name, method, clients, variants):
    """Return what went wrong at one address, with what is needed to see it again."""
    people, inside = let_in(name, method)
    usual = {
        who: fields_of(clients[who], reverse(name, kwargs=arguments(name, variants[0]))) for who in people
    }
    fields = sorted({field for found in usual.values() for field, _ in found})
    nasty = Nasty(crc32(f"{SEED} {method} {name}".encode()), fields)
    enough = VALUES if inside else 50
    wrong = []
    while nasty.made < enough and not wrong:
        who = nasty.random.choice(people)
        path = path_of(name, nasty.random.choice(variants), nasty)
        query, kind, body = "", FORM, b""
        if method == "GET":
            query = nasty.pairs([])
        else:
            kind, body = nasty.form(usual[who])
        said = complaint(clients[who], method, path, query, kind, body)
        if said:
            wrong.append(f"{method} {path[:200]} as {who}: {said}\n    {query[:1500]}{body[:1500]!r}")
    return wrong


@pytest.fixture
def silence():
    """Without a log of the refusals, which would cost more than they do."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_answer_whatever_is_sent(method, service, silence):
    clients, variants = service
    names = sorted(ROWS, key=lambda name: crc32(name.encode()))
    wrong = [one for name in names for one in attack(name, method, clients, variants)]
    assert wrong == [], f"GENERATED_SEED={SEED}\n" + "\n".join(wrong)


def test_make_the_same_requests_from_the_same_seed():
    once, again = (Nasty(7, ["title"]) for _ in range(2))
    usual = [("title", "Bins"), ("csrf", "x")]
    assert [once.form(usual) for _ in range(50)] == [again.form(usual) for _ in range(50)]
    assert Nasty(7, []).form(usual) != Nasty(8, []).form(usual)
