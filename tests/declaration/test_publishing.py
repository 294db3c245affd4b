"""A wording is published once and never changes; every change of state is in the history."""

import hashlib
import json

import pytest

from declaration.audit.models import AuditEvent
from declaration.models import DeclarationVersion, Principle, PublishedWordingCannotChange
from declaration.publishing import NotReadyToPublish, publish
from tests.factories import DeclarationVersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(person):
    version = DeclarationVersionFactory(principles=["Users first", "Open culture"])
    publish(version=version, by=person)
    version.refresh_from_db()
    return version


def test_publish_fixes_the_wording_with_its_hash_and_history(published, person):
    wording = {
        "number": 1,
        "title": "The Local Digital Declaration",
        "introduction": "We promise to work together.\n\nAnd in the open.",
        "principles": [
            [1, "Users first", "Users first, always."],
            [2, "Open culture", "Open culture, always."],
        ],
    }
    plain = json.dumps(wording, ensure_ascii=False, sort_keys=True).encode()
    assert published.wording_hash == hashlib.sha256(plain).hexdigest()
    assert (published.published_by, published.published_at is not None) == (person, True)
    [event] = AuditEvent.objects.about(published)
    assert (event.verb, event.actor, event.actor_role) == ("publish", person, "administrator")
    assert event.after == {"published": True, "wording_hash": published.wording_hash}


def test_publish_a_second_time_is_refused(published, person):
    with pytest.raises(NotReadyToPublish):
        publish(version=published, by=person)
    assert AuditEvent.objects.about(published).count() == 1


def test_publish_without_a_principle_is_refused(person):
    version = DeclarationVersionFactory()
    version.principles.all().delete()
    with pytest.raises(NotReadyToPublish):
        publish(version=version, by=person)
    assert DeclarationVersion.objects.current() is None
    assert not AuditEvent.objects.exists()


CHANGES = {
    "save the version": lambda v: DeclarationVersion(pk=v.pk, number=1, title="x", introduction="x").save(),
    "edit the version": lambda v: (setattr(v, "title", "Other"), v.save()),
    "edit a principle": lambda v: Principle(pk=v.principles.first().pk, version=v, number=1, text="x").save(),
    "add a principle": lambda v: Principle.objects.create(version=v, number=9, title="x", text="x"),
    "delete a principle": lambda v: v.principles.first().delete(),
    "delete the version": lambda v: v.delete(),
    "edit many versions": lambda v: DeclarationVersion.objects.update(title="Other"),
    "edit many principles": lambda v: v.principles.update(text="Other"),
    "delete many versions": lambda v: DeclarationVersion.objects.all().delete(),
    "delete many principles": lambda v: Principle.objects.filter(version=v).delete(),
    "unpublish it": lambda v: DeclarationVersion.objects.filter(pk=v.pk).update(published_at=None),
    "move a principle in": lambda v: _move_in(v),
}


def _move_in(version):
    other = DeclarationVersionFactory(principles=["Smuggled"]).principles.get()
    other.version, other.number = version, 7
    other.save()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_of_a_published_wording_is_refused(change, published):
    def wording():
        return list(DeclarationVersion.objects.filter(pk=published.pk).values()), list(
            Principle.objects.filter(version_id=published.pk).values()
        )

    before = wording()
    with pytest.raises(PublishedWordingCannotChange):
        change(published)
    assert wording() == before


def test_change_before_publication_is_possible():
    version = DeclarationVersionFactory()
    version.title = "Better"
    version.save()
    principle = version.principles.get()
    principle.text = "Better."
    principle.save()
    principle.delete()
    DeclarationVersion.objects.filter(pk=version.pk).update(title="Best")
    version.delete()
    assert not DeclarationVersion.objects.exists()


def test_principle_of_a_published_version_cannot_be_moved_out(published):
    other = DeclarationVersionFactory()
    principle = published.principles.first()
    principle.version = other
    principle.number = 5
    with pytest.raises(PublishedWordingCannotChange):
        principle.save()
    assert published.principles.count() == 2


def test_current_version_is_the_published_one_with_the_highest_number(published):
    DeclarationVersionFactory(number=9)
    assert DeclarationVersion.objects.current() == published
    newest = DeclarationVersionFactory(number=3, published=True)
    assert DeclarationVersion.objects.current() == newest


@pytest.mark.parametrize("field", ["number", "title", "introduction"])
def test_hash_depends_on_every_word_of_it(field):
    one = DeclarationVersionFactory()
    before = one.compute_wording_hash()
    setattr(one, field, 99 if field == "number" else "Other words")
    assert one.compute_wording_hash() != before


def test_hash_depends_on_the_principles_and_their_order():
    hashes = {}
    for principles in (["A", "B"], ["B", "A"], ["A"], ["A", "C"]):
        version = DeclarationVersionFactory(number=5, principles=principles)
        hashes[version.compute_wording_hash()] = principles
        version.delete()
    assert len(hashes) == 4
