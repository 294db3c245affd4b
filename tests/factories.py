"""The plainest valid thing of each kind; circumstances are traits, named as a person would say them."""

from datetime import date, timedelta

import factory
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from declaration.accounts.models import User
from declaration.freshness import move_on
from declaration.models import DeclarationVersion, Principle, ServiceArea
from signatories.models import (
    Capacity,
    Commitment,
    Organisation,
    OrganisationDomain,
    Origin,
    Progress,
    Reason,
    Representative,
    Signature,
    Status,
)


class UserFactory(DjangoModelFactory):
    """An officer who has signed in before."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"officer{n}@somewhere{n}.gov.uk")
    full_name = factory.Sequence(lambda n: f"Officer Number{n}")

    class Params:
        moderator = factory.Trait(role="moderator", email=factory.Sequence(lambda n: f"m{n}@staff.gov.uk"))


class OrganisationFactory(DjangoModelFactory):
    """A unitary council in the South East with one email domain, which is its slug with .gov.uk."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"testshire-{n}")
    name = factory.LazyAttribute(lambda o: f"{o.slug.replace('-', ' ').title()} Council")
    short_name = factory.LazyAttribute(lambda o: o.slug.replace("-", " ").title())
    kind = "unitary"
    nation = "England"
    region = "South East"

    class Params:
        proposed = factory.Trait(
            origin=Origin.PROPOSED,
            proposed_at=factory.LazyFunction(timezone.now),
            proposed_by=factory.SubFactory(UserFactory),
            proposal_note="We run libraries for three districts.",
        )
        abolished = factory.Trait(end_date=date(2020, 3, 31))
        to_come = factory.Trait(start_date=date(2099, 4, 1))

    @factory.post_generation
    def domains(self, create, extracted):
        for domain in [f"{self.slug}.gov.uk"] if extracted is None else extracted:
            OrganisationDomain.objects.create(organisation=self, domain=domain)


class RepresentativeFactory(DjangoModelFactory):
    """An officer whose email address shows that they work there."""

    class Meta:
        model = Representative
        skip_postgeneration_save = True

    class Params:
        unverified = factory.Trait(
            email=factory.Sequence(lambda n: f"stranger{n}@elsewhere{n}.org.uk"), is_verified=False
        )

    organisation = factory.SubFactory(OrganisationFactory)
    email = factory.LazyAttributeSequence(lambda o, n: f"officer{n}@{o.organisation.slug}.gov.uk")
    full_name = factory.Sequence(lambda n: f"Olive Officer{n}")
    job_title = "Head of Digital"
    is_verified = True
    user = factory.SubFactory(
        UserFactory,
        email=factory.SelfAttribute("..email"),
        full_name=factory.SelfAttribute("..full_name"),
    )


class DeclarationVersionFactory(DjangoModelFactory):
    """An unpublished wording with one principle, numbered after the ones there are."""

    class Meta:
        model = DeclarationVersion
        skip_postgeneration_save = True

    number = factory.LazyFunction(lambda: DeclarationVersion.objects.count() + 1)
    title = "The Local Digital Declaration"
    introduction = "We promise to work together.\n\nAnd in the open."

    @factory.post_generation
    def principles(self, create, extracted):
        for number, title in enumerate(extracted or ["Users first"], start=1):
            Principle.objects.create(version=self, number=number, title=title, text=f"{title}, always.")

    @factory.post_generation
    def published(self, create, extracted):
        if extracted:
            self.wording_hash = self.compute_wording_hash()
            self.published_at = timezone.now()
            self.save()


class ServiceAreaFactory(DjangoModelFactory):
    class Meta:
        model = ServiceArea

    slug = factory.Sequence(lambda n: f"area-{n}")
    name = factory.Sequence(lambda n: f"Service area {n}")


class ReasonFactory(DjangoModelFactory):
    """A reason the officer reads, to send a commitment back or to refuse it."""

    class Meta:
        model = Reason

    class Params:
        internal = factory.Trait(is_public=False)

    slug = factory.Sequence(lambda n: f"reason-{n}")
    title = factory.Sequence(lambda n: f"Reason {n}")
    text = factory.LazyAttribute(lambda o: f"Please think about {o.title.lower()}.")
    for_rejection = True


class CommitmentFactory(DjangoModelFactory):
    """A commitment with every question answered."""

    class Meta:
        model = Commitment
        skip_postgeneration_save = True

    signature = factory.SubFactory("tests.factories.SignatureFactory", commitment=None)
    title = factory.Sequence(lambda n: f"Fewer missed bins in ward {n}")
    mission = "Residents report a missed bin in one minute, and the crew knows it the same day."
    impact = "Households. Repeated calls fall by a third by March."
    partners = "Friends of the Bins"
    target_date = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=200))
    open_to_others = True
    public_change_at = factory.LazyAttribute(
        lambda o: None if o.signature.status == Status.SIGNED else o.signature.signed_at
    )

    @factory.post_generation
    def choices(self, create, extracted):
        self.principles.set(current_version().principles.all())
        self.service_areas.set([ServiceArea.objects.first() or ServiceAreaFactory()])


class ProgressFactory(DjangoModelFactory):
    """A report that all goes well, which the lists repeat as the stage of the commitment."""

    class Meta:
        model = Progress

    class Params:
        signature = None

    commitment = factory.LazyAttribute(lambda o: (o.signature or SignatureFactory(published=True)).commitment)
    stage = "on-track"
    happened = factory.Sequence(lambda n: f"Ward {n} uses it.")
    reported_by = factory.LazyAttribute(lambda o: o.commitment.signature.started_by)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        progress = super()._create(model_class, *args, **kwargs)
        rows = Commitment.objects.filter(pk=progress.commitment.pk)
        rows.update(stage=progress.stage, stage_reported_at=progress.reported_at)
        return progress


def current_version():
    """Return the wording that is signed today, written now if there is none."""
    return DeclarationVersion.objects.current() or DeclarationVersionFactory(published=True)


class SignatureFactory(DjangoModelFactory):
    """A shared draft with every question answered, so that it could be submitted."""

    class Meta:
        model = Signature
        skip_postgeneration_save = True

    class Params:
        private = factory.Trait(is_shared=False)
        own_approver = factory.Trait(
            approver_is_officer=True,
            approver_name=factory.SelfAttribute("started_by.full_name"),
            approver_job_title=factory.SelfAttribute("started_by.job_title"),
            approver_email=factory.SelfAttribute("started_by.email"),
        )
        handed_in = factory.Trait(
            submitted_at=factory.LazyFunction(timezone.now), submitted_by=factory.SelfAttribute("started_by")
        )
        approved = factory.Trait(
            handed_in=True,
            accepted_at=factory.LazyFunction(timezone.now),
            approver_asked_at=factory.LazyFunction(timezone.now),
            approver_last_mailed_at=factory.LazyFunction(timezone.now),
        )
        signed = factory.Trait(
            approved=True,
            signed_at=factory.LazyFunction(timezone.now),
            signed_by=factory.SubFactory(
                RepresentativeFactory,
                organisation=factory.SelfAttribute("..organisation"),
                email=factory.SelfAttribute("..approver_email"),
                full_name=factory.SelfAttribute("..approver_name"),
                job_title=factory.SelfAttribute("..approver_job_title"),
                user=None,
                is_verified=False,
            ),
            signed_capacity=factory.SelfAttribute("approver_capacity"),
            version=factory.LazyFunction(current_version),
            wording_hash=factory.SelfAttribute("version.wording_hash"),
        )
        over = factory.Trait(ended_at=factory.LazyFunction(timezone.now))
        submitted = factory.Trait(status=Status.SUBMITTED, handed_in=True)
        changes_requested = factory.Trait(status=Status.CHANGES_REQUESTED, handed_in=True)
        awaiting_approver = factory.Trait(status=Status.AWAITING_APPROVER, approved=True)
        published = factory.Trait(status=Status.PUBLISHED, signed=True)
        signed_for_later = factory.Trait(status=Status.SIGNED, signed=True)
        rejected = factory.Trait(status=Status.REJECTED, handed_in=True, over=True)
        declined = factory.Trait(
            status=Status.DECLINED, approved=True, over=True, decline_reason="Not this year."
        )
        expired = factory.Trait(status=Status.EXPIRED, approved=True, over=True)
        withdrawn = factory.Trait(status=Status.WITHDRAWN, handed_in=True, over=True)
        taken_down = factory.Trait(status=Status.TAKEN_DOWN, signed=True, over=True)

    organisation = factory.SubFactory(OrganisationFactory)
    started_by = factory.SubFactory(
        RepresentativeFactory, organisation=factory.SelfAttribute("..organisation")
    )
    is_shared = True
    approver_is_officer = False
    approver_name = factory.Sequence(lambda n: f"Ada Approver{n}")
    approver_job_title = "Chief Executive"
    approver_email = factory.LazyAttributeSequence(lambda o, n: f"chief{n}@{o.organisation.slug}.gov.uk")
    approver_capacity = Capacity.CHIEF_EXECUTIVE
    consents_given_at = factory.LazyFunction(timezone.now)
    commitment = factory.RelatedFactory(CommitmentFactory, factory_related_name="signature")

    @factory.post_generation
    def public(self, create, extracted):
        """What the public sees has changed, as it does when an activity publishes."""
        if self.status == Status.PUBLISHED:
            with transaction.atomic():
                move_on()


def signature_that_is(status, **fields):
    """Return a signature in one status, made by the trait of the same name."""
    traits = {Status.DRAFT: {}, Status.SIGNED: {"signed_for_later": True}}
    return SignatureFactory(**traits.get(status, {str(status): True}), **fields)
