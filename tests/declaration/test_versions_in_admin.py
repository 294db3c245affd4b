"""Wordings and service areas in the admin: written, published on POST alone, then only read."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from declaration.audit.models import AuditEvent
from declaration.models import DeclarationVersion, Principle, ServiceArea
from tests.accounts.people import sign_in_as_staff
from tests.factories import DeclarationVersionFactory, ServiceAreaFactory, UserFactory
from tests.html import assert_valid_html

pytestmark = pytest.mark.django_db

LIST = "/admin/declaration/declarationversion/"


def page_of(version):
    return f"{LIST}{version.pk}/change/"


def publish_address(version):
    return f"{LIST}{version.pk}/publish/"


def messages_of(response):
    soup = BeautifulSoup(response.content.decode(), "html5lib")
    return [item.get_text(strip=True) for item in soup.select(".messagelist li")]


NEW = {
    "number": "2",
    "title": "Second wording",
    "introduction": "New words.",
    "principles-TOTAL_FORMS": "1",
    "principles-INITIAL_FORMS": "0",
    "principles-0-number": "1",
    "principles-0-title": "Users first",
    "principles-0-text": "Always.",
}


def test_write_and_publish_a_new_wording(administrator, person):
    DeclarationVersionFactory(published=True)
    assert administrator.post(f"{LIST}add/", NEW).status_code == 302
    version = DeclarationVersion.objects.get(number=2)
    assert DeclarationVersion.objects.current().number == 1
    page = administrator.get(page_of(version)).content.decode()
    assert_valid_html(page)
    assert BeautifulSoup(page, "html5lib").find("form", action=publish_address(version))
    answer = administrator.post(publish_address(version), follow=True)
    assert messages_of(answer) == ["Published version 2."]
    version.refresh_from_db()
    assert DeclarationVersion.objects.current() == version
    assert version.published_by == person
    assert version.wording_hash == version.compute_wording_hash()
    verbs = [event.verb for event in AuditEvent.objects.about(version).order_by("pk")]
    assert verbs == ["add", "edit principles", "publish"]


@pytest.mark.parametrize(
    ("numbers", "gone", "found"),
    [
        ((2, 1, 3), set(), ["B", "A", "C"]),
        ((2, 3, 1), set(), ["C", "A", "B"]),
        ((2, 2, 3), {1}, ["A", "C"]),
        ((1, 3, 2), {1}, ["A", "C"]),
    ],
)
def test_let_principles_change_places(administrator, numbers, gone, found):
    version = DeclarationVersionFactory()
    version.principles.all().delete()
    rows = [
        Principle.objects.create(version=version, number=number, title=title, text="Always.")
        for number, title in enumerate("ABC", start=1)
    ]
    typed = {"number": str(version.number), "title": version.title, "introduction": version.introduction}
    typed |= {"principles-TOTAL_FORMS": "3", "principles-INITIAL_FORMS": "3"}
    for place, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        values = {"id": row.pk, "number": number, "title": row.title, "text": row.text}
        typed |= {f"principles-{place}-{name}": str(value) for name, value in values.items()}
        if place in gone:
            typed[f"principles-{place}-DELETE"] = "on"
    assert administrator.post(page_of(version), typed).status_code == 302
    assert list(version.principles.order_by("number").values_list("title", flat=True)) == found


def test_say_so_when_a_principle_was_added_since_the_page_was_opened(administrator):
    DeclarationVersionFactory(published=True)
    assert administrator.post(f"{LIST}add/", NEW).status_code == 302
    version = DeclarationVersion.objects.get(number=2)
    page = administrator.post(page_of(version), NEW)
    assert page.status_code == 200
    assert "Somebody has added a principle with this number" in page.content.decode()
    assert "Users first" in page.content.decode()
    assert version.principles.count() == 1


def test_look_at_a_wording_publishes_nothing(administrator):
    version = DeclarationVersionFactory()
    for method in ("get", "head"):
        assert getattr(administrator, method)(publish_address(version)).status_code == 405
        assert getattr(administrator, method)(page_of(version)).status_code == 200
    version.refresh_from_db()
    assert version.published_at is None


def test_publish_twice_or_without_principles_says_why_not(administrator):
    published = DeclarationVersionFactory(published=True)
    empty = DeclarationVersionFactory()
    empty.principles.all().delete()
    first, second = (administrator.post(publish_address(v), follow=True) for v in (published, empty))
    assert messages_of(first) == ["This version has already been published."]
    assert messages_of(second) == ["Write at least one principle before you publish this version."]
    assert DeclarationVersion.objects.current() == published


def test_published_wording_is_only_read(administrator):
    version = DeclarationVersionFactory(published=True)
    soup = BeautifulSoup(administrator.get(page_of(version)).content.decode(), "html5lib")
    assert version.title in soup.get_text()
    assert not soup.select("#content input:not([type=hidden]), #content textarea")
    answer = administrator.post(page_of(version), {**NEW, "number": str(version.number)})
    assert answer.status_code == 403
    assert administrator.post(f"{LIST}{version.pk}/delete/", {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": version.pk, "post": "yes"}
    administrator.post(LIST, action)
    version.refresh_from_db()
    assert version.title == "The Local Digital Declaration"


def test_wording_published_while_the_form_was_open_is_not_changed(administrator, person):
    version = DeclarationVersionFactory()
    assert administrator.get(page_of(version)).status_code == 200
    administrator.post(publish_address(version))
    assert administrator.post(page_of(version), {**NEW, "number": str(version.number)}).status_code == 403


@pytest.mark.parametrize("role", ["viewer", "moderator", ""])
def test_publish_is_refused_without_the_permission(role):
    version = DeclarationVersionFactory()
    browser, someone = Client(), UserFactory(role=role)
    if role:
        sign_in_as_staff(browser, someone)
    else:
        browser.force_login(someone)
    assert browser.post(publish_address(version)).status_code in {403, 404}
    assert browser.post(f"{LIST}add/", NEW).status_code in {403, 404}
    assert DeclarationVersion.objects.current() is None
    assert DeclarationVersion.objects.count() == 1


def test_publish_is_refused_without_the_forms_token(person):
    version = DeclarationVersionFactory()
    browser = sign_in_as_staff(Client(enforce_csrf_checks=True), person)
    assert browser.post(publish_address(version)).status_code == 403
    assert DeclarationVersion.objects.current() is None


def test_edit_of_a_service_area_is_written_into_the_history(administrator, person):
    area = ServiceAreaFactory(name="Housing", order=1)
    fields = {"slug": area.slug, "name": "Homes", "order": "1", "retired_at_0": "", "retired_at_1": ""}
    assert administrator.post(f"/admin/declaration/servicearea/{area.pk}/change/", fields).status_code == 302
    [event] = AuditEvent.objects.about(area)
    assert (event.before, event.after, event.actor) == ({"name": "Housing"}, {"name": "Homes"}, person)
    assert (
        administrator.post(f"/admin/declaration/servicearea/{area.pk}/delete/", {"post": "yes"}).status_code
        == 403
    )
    assert ServiceArea.objects.filter(pk=area.pk).exists()
