"""A process that follows what changes knows organisations as one that begins anew, on both databases."""

from datetime import date

from django.db import transaction

from declaration.freshness import freshness
from signatories.changes import record_change
from signatories.models import Organisation, OrganisationAlias, What
from signatories.register.matching import Directory, directory
from tests.factories import OrganisationFactory
from tests.signatories.standing_on import DAY


def told(of):
    """Return all that a directory says of some texts."""
    texts = ("Quill", "Quill Council", "quell", "quoll", "Quillcouncil", "E07000999", "old", "gone", "Also")
    said = [[one.slug for one in of.find(text, day)] for text in texts for day in (DAY, date(2019, 1, 1))]
    said += [[one.slug for one in of.suggest(text)] for text in texts]
    on = {one.slug: sorted(there.slug for there in of.on(one, DAY)) for one in of.organisations.values()}
    ancestors = {o.slug: [one.slug for one in of.ancestors(o)] for o in of.organisations.values()}
    return said, on, ancestors


def test_follow_to_what_a_process_that_begins_anew_reads(database):
    with transaction.atomic():
        made = {
            slug: OrganisationFactory(slug=slug, name=f"{slug.title()} Council", short_name=slug.title())
            for slug in ("quill", "quell", "quoll", "old")
        }
        record_change(organisation=made["quill"], what=What.ADDED)
    first = directory()

    def update(which, **fields):
        Organisation.objects.filter(pk=made[which].pk).update(**fields)

    changes = [
        ("quell", lambda: update("quell", name="Quill Council")),
        ("old", lambda: update("old", end_date=date(2020, 1, 1), gss_code="E07000999")),
        ("quoll", lambda: update("quoll", slug="gone")),
        ("quill", lambda: OrganisationAlias.objects.create(organisation=made["quill"], name="Also")),
        ("old", lambda: made["old"].successors.add(made["quill"])),
        ("quill", lambda: update("quill", short_name="Also")),
        ("quell", lambda: update("quell", name="Quell Council")),
        ("old", lambda: update("old", gss_code="")),
    ]
    for which, change in changes:
        with transaction.atomic():
            change()
            record_change(organisation=made[which], what=What.CORRECTED)
        followed = directory()
        assert told(followed) == told(Directory.whole(freshness()))
    assert told(followed) != told(first)
    assert first.find("quoll", DAY)[0].slug == "quoll"  # what somebody still reads from is not altered
