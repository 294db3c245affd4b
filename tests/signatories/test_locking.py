"""A locked signature comes whole, on both databases, and signing it takes a known number of statements."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declaration.kept_queries import KeptUpdate
from signatories.locking import lock
from signatories.models import Signature
from tests.factories import (
    CommitmentFactory,
    OrganisationFactory,
    RepresentativeFactory,
    ServiceAreaFactory,
    SignatureFactory,
    current_version,
)
from tests.signatories.approving import answers, link

pytestmark = pytest.mark.usefixtures("database")


def told(signature):
    """All that history and emails tell, as plain values."""
    return {
        "signature": {field.name: getattr(signature, field.attname) for field in signature._meta.fields},
        "organisation": signature.organisation.name,
        "officer": signature.submitted_by.email,
        "commitments": [
            {
                "fields": {field.name: getattr(one, field.attname) for field in one._meta.fields},
                "partners": [str(partner) for partner in one.partner_organisations.all()],
                "principles": [(principle.number, principle.title) for principle in one.principles.all()],
                "areas": [str(area) for area in one.service_areas.all()],
            }
            for one in signature.commitments.all()
        ],
    }


@pytest.fixture
def signature():
    signature = SignatureFactory(awaiting_approver=True)
    CommitmentFactory(signature=signature)
    for commitment in signature.commitments.all():
        commitment.partner_organisations.set([OrganisationFactory(name=name) for name in ("Zed", "Abe")])
        commitment.service_areas.set([ServiceAreaFactory(), ServiceAreaFactory()])
    return Signature.objects.get(pk=signature.pk)


def test_lock_fetches_everything_once(signature):
    SignatureFactory(awaiting_approver=True)
    expected = told(signature)
    with transaction.atomic():
        locked = lock(signature)
        with CaptureQueriesContext(connection) as asked:
            assert told(locked) == expected
        assert len(asked) == 0
        assert all(commitment.signature is locked for commitment in locked.commitments.all())


def test_lock_keeps_relations_to_their_own_rows(signature):
    SignatureFactory(awaiting_approver=True)
    with transaction.atomic():
        locked = lock(signature)
        first, second = locked.commitments.order_by("pk")
        assert first.partner_organisations.filter(name="Zed").get() in first.partner_organisations.all()
        first.service_areas.clear()
        assert first.service_areas.count() == 0
        assert second.service_areas.count() == 2


def test_lock_refuses_what_is_not_there_and_what_is_no_transaction(signature):
    with pytest.raises(Signature.DoesNotExist), transaction.atomic():
        lock(Signature(pk=0))
    with pytest.raises(TransactionManagementError):
        lock(signature)


def test_sign_asks_the_database_sixteen_times():
    browser = Client()
    current_version()
    for _ in range(2):  # the first of a process writes its queries down
        signature = SignatureFactory(awaiting_approver=True)
        posted = link(signature), answers(signature)
        with CaptureQueriesContext(connection) as asked:
            assert browser.post(*posted).status_code == 302
    assert len(asked) == 16


def test_save_of_a_row_that_is_gone_is_noticed():
    save = KeptUpdate(Signature, ["status", "updated_at"])
    signature = SignatureFactory(awaiting_approver=True)
    before = signature.updated_at
    signature.status, signature.approver_name = "declined", "Nobody"
    save(signature)
    name = signature.approver_name
    signature.refresh_from_db()
    assert signature.status == "declined"
    assert signature.approver_name != name
    assert signature.updated_at > before
    with pytest.raises(DatabaseError), transaction.atomic():
        save(Signature(pk=0))


def test_sign_by_somebody_on_record_already_keeps_their_row():
    signature = SignatureFactory(awaiting_approver=True)
    known = RepresentativeFactory(
        organisation=signature.organisation, email=signature.approver_email.upper(), phone="01234"
    )
    Client().post(link(signature), answers(signature, name="Ada New", job_title="Leader"))
    signature.refresh_from_db()
    assert signature.signed_by == known
    known.refresh_from_db()
    assert (known.full_name, known.job_title, known.phone) == ("Ada New", "Leader", "01234")
    assert known.email == signature.approver_email.upper()
