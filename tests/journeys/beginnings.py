"""Where a journey may begin: what its people did before, by the same activities that the pages call.

Run inside the service, by tests/journeys/inside.py.
"""

from dataclasses import asdict
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from django.utils.text import slugify

from declaration.accounts.models import User
from declaration.models import DeclarationVersion, ServiceArea
from declaration.newsletter import sending, subscribing
from declaration.newsletter.models import NewsletterIssue, Subscriber
from signatories import moderation, registering, releasing, signing
from signatories.models import Capacity, Casework, Organisation, Representative, Signature
from tests.factories import SignatureFactory
from tests.journeys.answers import Answers


def begun(*, email, slug):
    """Somebody has signed in and begun to sign up for an organisation."""
    user, _ = User.objects.get_or_create(email=email)
    organisation = Organisation.objects.get(slug=slug)
    representative = registering.become_representative(organisation=organisation, user=user)
    draft = signing.start_draft(representative=representative)
    return {"reference": draft.reference, "session": _session_of(user)}


def answered(*, email, slug, name, answers):
    """They have answered every question too."""
    start = begun(email=email, slug=slug)
    Representative.objects.filter(email=email).update(full_name=name, job_title=answers["job_title"])
    signature = Signature.objects.get(reference=start["reference"])
    _answer(signature, answers)
    return start


def _answer(signature, answers):
    commitment = signature.commitment
    for field in ("title", "mission", "impact", "partners"):
        setattr(commitment, field, answers[field])
    commitment.target_date = date(answers["target_year"], 3, 31)
    commitment.open_to_others = True
    commitment.save()
    principles = DeclarationVersion.objects.current().principles.all()
    commitment.principles.set([principles[answers["principle"]]])
    commitment.service_areas.set([ServiceArea.objects.get(name=answers["service_area"])])
    signature.approver_is_officer = answers["officer_signs"]
    if not answers["officer_signs"]:
        for field in ("approver_name", "approver_job_title", "approver_email"):
            setattr(signature, field, answers[field])
    [signature.approver_capacity] = [
        value for value, label in Capacity.choices if label == answers["capacity"]
    ]
    signature.publish_signer_name = answers["may_publish_name"]
    signature.consents_given_at = signature.started_at
    signature.save()


def sent(*, email, slug, name, answers):
    """They have sent it for review too."""
    start = answered(email=email, slug=slug, name=name, answers=answers)
    signature = Signature.objects.get(reference=start["reference"])
    signing.submit(signature=signature, by=signature.started_by)
    return start


def several_sent(*, number):
    """Councils that no other journey uses have sent theirs; return the references, oldest first."""
    references = []
    taken = Signature.objects.values("organisation")
    free = Organisation.objects.current().filter(kind="non-metropolitan-district").exclude(pk__in=taken)
    for organisation in free.order_by("-name")[:number]:
        officer = Representative.objects.create(
            organisation=organisation,
            user=User.objects.create_user(f"officer@{organisation.slug}.example.gov.uk"),
            email=f"officer@{organisation.slug}.example.gov.uk",
            full_name="Olive Officer",
            job_title="Digital lead",
            is_verified=True,
        )
        signature = signing.start_draft(representative=officer)
        _answer(
            signature, {**asdict(Answers()), "approver_email": f"chief@{organisation.slug}.example.gov.uk"}
        )
        signing.submit(signature=signature, by=officer)
        references.append(signature.reference)
    return {"references": references}


def days_passed_while_it_was_parked(*, reference):
    Casework.objects.filter(signature__reference=reference).update(parked_until=timezone.localdate())


def accepted(*, email, slug, name, answers):
    """And a moderator has accepted it."""
    start = sent(email=email, slug=slug, name=name, answers=answers)
    signature = Signature.objects.get(reference=start["reference"])
    moderator, _ = User.objects.get_or_create(email="max@communities.gov.uk", role="moderator")
    moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)
    return start


def signed(*, email, slug, name, answers):
    """And the approver has signed, so that it is public."""
    start = accepted(email=email, slug=slug, name=name, answers=answers)
    signing.sign(
        signature=Signature.objects.get(reference=start["reference"]),
        name="Chris Chief",
        job_title="Head of paid service",
        capacity=Capacity.CHIEF_EXECUTIVE,
        version=DeclarationVersion.objects.current().number,
    )
    return start


def two_hours_passed_since_the_approver_was_asked(*, reference):
    signature = Signature.objects.get(reference=reference)
    signature.approver_last_mailed_at -= timedelta(hours=2)
    signature.save()


def a_day_passed_without_a_click(*, session):
    store = SessionStore(session)
    store["seen_at"] -= 24 * 60 * 60
    store.save()


def _session_of(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def forty_two_minutes_passed_without_a_click(*, session):
    store = SessionStore(session)
    store["seen_at"] -= 42 * 60
    store.save()


def the_clock_looked_for_what_may_be_published():
    """What the worker's clock does every minute."""
    releasing.publish_what_waited()


def subscribed(*, email):
    """Somebody asked for the newsletter and pressed the button in its mail."""
    subscribing.confirm(subscriber=Subscriber.objects.get(email=email))


def readers_subscribed(*, number):
    """As many readers as that have confirmed; they are there once, however often they are asked for."""
    now = timezone.now()
    given = {"consent_at": now, "consent_wording": 1, "confirmed_at": now}
    Subscriber.objects.bulk_create(
        [Subscriber(email=f"reader{n}@example.gov.uk", **given) for n in range(1, number + 1)],
        ignore_conflicts=True,
    )


def an_issue_goes_out(*, subject):
    """A colleague wrote an issue, another approved and scheduled it, and its ten minutes are over."""
    readers_subscribed(number=1)
    editor, _ = User.objects.get_or_create(email="emma@communities.gov.uk", role="editor")
    issue = NewsletterIssue.objects.create(
        subject=subject,
        slug=slugify(subject),
        summary="What is new",
        body=f"Read who is on [the list of signatories]({settings.SITE_URL}/signatories/).",
    )
    sending.approve(issue=issue, by=editor, revision=1)
    readers = sending.audience_of(issue).count()
    sending.schedule(issue=issue, by=editor, at=None, typed=readers)
    ten_minutes_passed_since_it_was_scheduled(number=issue.pk)
    return {"number": issue.pk, "readers": readers}


def ten_minutes_passed_since_it_was_scheduled(*, number):
    NewsletterIssue.objects.filter(pk=number).update(send_at=timezone.now())
    sending.start_what_is_due()


def sixty_parishes_signed():
    """Sixty parish councils have signed, and one whose name is easily misspelt."""
    names = [f"Journeyborough {number}" for number in range(1, 61)] + ["Glitborough"]
    for name in names:
        SignatureFactory(
            published=True,
            organisation__name=f"{name} Parish Council",
            organisation__short_name=name,
            organisation__kind="parish-or-town",
            organisation__region="South West",
        )
