"""SQLite and PostgreSQL find and erase the same people, by the clock and by an address."""

from datetime import timedelta

import pytest
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.personal_data import erasing, exporting, holds, retention
from declaration.personal_data.models import Unforgotten
from signatories import handing_over
from signatories.models import FORMER, Handover, Representative
from tests.accounts.people import staff_member
from tests.factories import RepresentativeFactory, SignatureFactory
from tests.signatories.databases import KINDS, own_database
from tests.signatories.test_keeping import declined


@pytest.fixture(scope="module", params=KINDS)
def database(request, tmp_path_factory, django_db_setup, django_db_blocker):
    with own_database(request.param, tmp_path_factory.mktemp(request.param), django_db_blocker):
        yield


def test_erase_one_of_each_kind_and_spare_what_is_held(database):
    refused = declined()
    held = SignatureFactory(rejected=True)
    public = SignatureFactory(published=True)
    draft = SignatureFactory()
    user = User.objects.create_user("nobody@example.gov.uk")
    handing_over.ask_to_take_over(
        signature=public, by=public.started_by, name="Nia Newcomer", email="nia@example.gov.uk"
    )
    by = User.objects.get(role="moderator")
    holds.hold(on=held, called=held.reference, reason="A complaint.", by=by)
    later = timezone.now() + timedelta(days=800)
    done = retention.run(now=later)
    assert (done.failed, done.forgotten) == (
        0,
        {
            "abandoned-drafts": 1,
            "refused-sign-ups": 1,
            "handovers": 1,
            # The officers of what was refused and of the draft, which is gone by then.
            "former-people": 2,
            # Theirs, and one that never acted for anybody.
            "unused-accounts": 3,
        },
    )
    assert not any(retention.count_waiting(later)[name] for name in done.forgotten)
    assert not Unforgotten.objects.exists()
    assert not User.objects.filter(pk=user.pk).exists() and Handover.objects.get().name == FORMER
    named = set(Representative.objects.exclude(full_name=FORMER).values_list("pk", flat=True))
    assert named == {held.started_by_id, public.started_by_id, public.signed_by_id}
    assert refused.approver_name not in str(list(AuditEvent.objects.values_list("before", "after", "note")))
    assert draft.reference in set(AuditEvent.objects.values_list("record_label", flat=True))


def test_show_and_erase_the_person_at_an_address(database):
    signature = SignatureFactory(published=True, publish_signer_name=True)
    colleague = RepresentativeFactory(organisation=signature.organisation)
    assert {"Account", "Acting for an organisation"} <= {
        held.called for held in exporting.held_about(colleague.email.upper(), at_most=10)
    }
    by = staff_member("administrator")
    for person in (colleague, signature.signed_by):
        plan = erasing.plan_for(person.email)
        erasing.erase(address=person.email, by=by, seen=plan.fingerprint)
    colleague.refresh_from_db()
    signature.refresh_from_db()
    assert (colleague.full_name, signature.publish_signer_name) == (FORMER, False)
    assert not erasing.plan_for(colleague.email).items
