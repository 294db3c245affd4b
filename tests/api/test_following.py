"""Following the change feed while others publish and withdraw: none missed, none repeated, in order."""

import random
import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from signatories import signing
from signatories.changes import record_change
from signatories.models import RegisterChange, Signature, What
from tests.factories import OrganisationFactory, RepresentativeFactory, SignatureFactory
from tests.signatories.databases import KINDS, own_database

WRITERS, CHANGES = 4, 12


@pytest.fixture(params=KINDS)
def database(request, tmp_path, django_db_setup, django_db_blocker):
    with own_database(request.param, tmp_path, django_db_blocker):
        yield request.param


def follow(since, limit):
    """Ask once, as a program would, and return what it is told."""
    response = Client().get(f"/api/v1/changes/?since={since}&limit={limit}")
    assert response.status_code == 200
    return response.json()


def write(organisation, errors):
    """Change one organisation's entry again and again; some transactions take long, some fail."""
    try:
        dice = random.Random(organisation.pk)
        for n in range(CHANGES):
            try:
                with transaction.atomic():
                    record_change(organisation=organisation, what=What.EDITED)
                    if n % 3 == 0:
                        threading.Event().wait(dice.random() / 100)
                    if n % 4 == 3:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
    except Exception as error:
        errors.append(error)
    finally:
        connection.close()


def test_miss_none_and_repeat_none_while_four_write_at_once(database):
    organisations = [OrganisationFactory() for _ in range(WRITERS)]
    begin = follow(0, 1000)["next"]
    errors = []
    writers = [threading.Thread(target=write, args=(one, errors)) for one in organisations]
    for writer in writers:
        writer.start()
    seen, since = [], begin
    while True:
        is_over = not any(writer.is_alive() for writer in writers)
        told = follow(since, 3)
        seen += [change["number"] for change in told["changes"]]
        since = told["next"]
        if is_over and not told["has_more"]:
            break
    for writer in writers:
        writer.join()
    assert errors == []
    kept = list(RegisterChange.objects.after(begin).values_list("number", flat=True))
    assert seen == kept
    assert len(kept) == WRITERS * (CHANGES - CHANGES // 4)


@pytest.mark.django_db
def test_tell_of_withdrawing_what_was_published():
    signature = SignatureFactory(published=True)
    since = follow(0, 1000)["next"]
    signing.withdraw(
        signature=Signature.objects.get(pk=signature.pk),
        by=RepresentativeFactory(organisation=signature.organisation),
    )
    told = follow(since, 10)
    assert [(c["what"], c["organisation"]["slug"]) for c in told["changes"]] == [
        ("withdrawn", signature.organisation.slug)
    ]
    assert follow(told["next"], 10) == {"changes": [], "next": told["next"], "has_more": False}
