"""One of everything that has a page, and one of everybody who may want to see it."""

import pytest
from django.db import transaction
from django.test import Client

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.models import DeclarationVersion, Principle, ServiceArea, Switches
from declaration.outbox.models import Email
from declaration.outbox.queue import queue
from declaration.personal_data.models import Erasure, Hold, RetentionRun, Unforgotten
from declaration.publishing import publish
from signatories.models import (
    CommitmentEdit,
    CorrectionRequest,
    Handover,
    Organisation,
    Progress,
    Reason,
    Representative,
)
from signatories.signing import start_draft
from tests.accounts.asking_everybody import PEOPLE
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.newsletter.access import newsletter_objects


@pytest.fixture
def world(db):
    """One row of everything that has a page of its own; officer A works for the council."""
    people = {
        "officer A": User.objects.create_user("a@camden.gov.uk", full_name="Officer A"),
        "officer B": User.objects.create_user("b@leeds.gov.uk", full_name="Officer B"),
    } | {role: staff_member(role) for role in PEOPLE[3:]}
    clients = {"stranger": Client()}
    for name, person in people.items():
        clients[name] = Client()
        if person.is_staff:
            sign_in_as_staff(clients[name], person)
        else:
            clients[name].force_login(person)
    councils = [
        Organisation.objects.create(slug=slug, name=slug.title(), short_name=slug, kind="london-borough")
        for slug in ("camden", "leeds")
    ]
    officers = [
        Representative.objects.create(
            organisation=council, user=people[name], email=people[name].email, is_verified=True
        )
        for council, name in zip(councils, ("officer A", "officer B"), strict=True)
    ]
    signature = start_draft(representative=officers[0])
    start_draft(representative=officers[1])
    versions = [
        DeclarationVersion.objects.create(number=number, title="The Declaration", introduction="Words")
        for number in (1, 2)
    ]
    for version in versions:
        Principle.objects.create(version=version, number=1, title="One", text="Words")
    publish(version=versions[0], by=None)
    with transaction.atomic():
        queue(to="a@camden.gov.uk", message="sign_in_code", key="k", context={"code": "123456"}, secret=True)
    objects = {
        "accounts.user": people["officer A"],
        "audit.auditevent": AuditEvent.objects.first(),
        "outbox.email": Email.objects.get(key="k"),
        "personal_data.erasure": Erasure.objects.create(address=people["officer A"].email),
        "personal_data.hold": Hold.objects.create(
            record_type="signatories.signature",
            record_id=signature.pk,
            label=signature.reference,
            reason="A complaint.",
            set_by=people["moderator"],
        ),
        "personal_data.retentionrun": RetentionRun.objects.create(forgotten={"handovers": 1}, failed=1),
        "personal_data.unforgotten": Unforgotten.objects.create(
            rule="handovers", record_type="signatories.handover", record_id="1", error="ValueError"
        ),
        "declaration.declarationversion": versions[1],
        "declaration.servicearea": ServiceArea.objects.create(slug="waste", name="Waste"),
        "signatories.commitment": signature.commitment,
        "signatories.commitmentedit": CommitmentEdit.objects.create(
            commitment=signature.commitment, started_by=officers[0]
        ),
        "signatories.correctionrequest": CorrectionRequest.objects.create(
            organisation=councils[0], what_is_wrong="The name."
        ),
        "declaration.switches": Switches.objects.create(pk=1),
        **newsletter_objects(),
        "signatories.handover": Handover.objects.create(
            signature=signature, asked_by=officers[0], name="A", email=people["officer A"].email
        ),
        "signatories.organisation": councils[0],
        "signatories.progress": Progress.objects.create(
            commitment=signature.commitment, stage="on-track", happened="Words", reported_by=officers[0]
        ),
        "signatories.reason": Reason.objects.create(slug="broad", title="Too broad", text="Words"),
        "signatories.signature": signature,
    }
    return clients, objects
