"""What staff edit in the admin: organisations with their domains, and reasons; all of it in the history."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from declaration.audit.models import AuditEvent
from signatories.models import Organisation, Origin, Reason
from signatories.reference import load_register
from tests.accounts.people import sign_in_as_staff
from tests.factories import OrganisationFactory, ReasonFactory, UserFactory
from tests.html import assert_valid_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(role="administrator", full_name="Ada Min")


@pytest.fixture
def administrator(person):
    return sign_in_as_staff(Client(), person)


def page_of(thing):
    return f"/admin/signatories/{thing._meta.model_name}/{thing.pk}/change/"


def form_on(browser, address, **answers):
    """Return what the form of a page would send as it stands, with these answers changed."""
    soup = BeautifulSoup(browser.get(address).content.decode(), "html5lib")
    form = soup.select_one("#content form[id$=_form]")
    data = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        kind = field.get("type")
        if kind in {"submit", "button"} or (kind == "checkbox" and not field.has_attr("checked")):
            continue
        if field.name == "select":
            data[field["name"]] = [o["value"] for o in field.select("option[selected]")]
        elif field.name == "textarea":
            data[field["name"]] = field.get_text().removeprefix("\n")
        else:
            data[field["name"]] = field.get("value", "on" if kind == "checkbox" else "")
    data = {name: value for name, value in data.items() if "__prefix__" not in name}
    return {**data, **answers}


def history(thing):
    return list(AuditEvent.objects.about(thing).order_by("pk"))


def test_edit_of_an_organisation_is_written_into_the_history(administrator, person):
    organisation = OrganisationFactory(name="Old name")
    answer = administrator.post(
        page_of(organisation), form_on(administrator, page_of(organisation), name="New name")
    )
    assert answer.status_code == 302
    [event] = history(organisation)
    assert (event.verb, event.actor, event.actor_role) == ("edit", person, "administrator")
    assert (event.before, event.after) == ({"name": "Old name"}, {"name": "New name"})


def test_edit_of_the_domains_alone_is_written_and_survives_the_next_load(administrator):
    load_register()
    leeds = Organisation.objects.get(slug="leeds")
    domain = leeds.domains.first()
    assert leeds.origin == Origin.REGISTER
    administrator.post(page_of(leeds), form_on(administrator, page_of(leeds), **{"domains-0-DELETE": "on"}))
    assert not leeds.domains.filter(domain=domain.domain).exists()
    assert [event.after["removed"] for event in history(leeds)] == [[domain.domain]]
    load_register()
    assert not leeds.domains.filter(domain=domain.domain).exists()


def test_domain_is_added_in_lower_case(administrator):
    organisation = OrganisationFactory(domains=[])
    added = {
        "domains-TOTAL_FORMS": "1",
        "domains-0-domain": "New.Gov.UK",
        "domains-0-id": "",
        "domains-0-organisation": organisation.pk,
    }
    answer = administrator.post(page_of(organisation), form_on(administrator, page_of(organisation), **added))
    assert answer.status_code == 302
    assert [row.domain for row in organisation.domains.all()] == ["new.gov.uk"]


def test_organisation_and_reason_are_never_deleted(administrator):
    for thing in (OrganisationFactory(), ReasonFactory()):
        address = page_of(thing).replace("change", "delete")
        assert administrator.post(address, {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": thing.pk, "post": "yes"}
        administrator.post(f"/admin/signatories/{thing._meta.model_name}/", action)
        assert type(thing).objects.filter(pk=thing.pk).exists()


def test_reason_is_added_and_edited_with_history(administrator, person):
    fields = {"slug": "new", "title": "New", "text": "Think again.", "order": "1"}
    retired = {"retired_at_0": "", "retired_at_1": ""}
    assert administrator.post("/admin/signatories/reason/add/", {**fields, **retired}).status_code == 302
    reason = Reason.objects.get(slug="new")
    administrator.post(page_of(reason), form_on(administrator, page_of(reason), text="Think twice."))
    assert [event.verb for event in history(reason)] == ["add", "edit"]
    assert history(reason)[1].after == {"text": "Think twice."}
    assert {event.actor for event in history(reason)} == {person}


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_edit_is_refused_without_the_permission(role, administrator):
    organisation, reason = OrganisationFactory(), ReasonFactory()
    browser = sign_in_as_staff(Client(), UserFactory(role=role))
    for thing in (organisation, reason):
        form = form_on(administrator, page_of(thing))
        assert browser.get(page_of(thing)).status_code == 200
        assert browser.post(page_of(thing), form).status_code == 403
    assert not AuditEvent.objects.exists()


def test_origin_and_confirmation_cannot_be_typed_in(administrator):
    organisation = OrganisationFactory(proposed=True)
    extra = {"origin": "register", "confirmed_at": "2026-01-01", "confirmed_by": "1"}
    administrator.post(page_of(organisation), form_on(administrator, page_of(organisation), **extra))
    organisation.refresh_from_db()
    assert organisation.is_awaiting_confirmation


def test_edit_of_successors_is_written_into_the_history(administrator):
    ended, heir = OrganisationFactory(), OrganisationFactory()
    data = form_on(administrator, page_of(ended), successors=[heir.pk])
    assert administrator.post(page_of(ended), data).status_code == 302
    assert list(ended.successors.all()) == [heir]
    [event] = AuditEvent.objects.about(ended).filter(verb="edit", after__has_key="successors")
    assert (event.before, event.after) == ({"successors": []}, {"successors": [heir.name]})


def test_successors_are_named_and_unticked(administrator):
    kent, sussex, surrey = (
        OrganisationFactory(name=f"{name} Council") for name in ("Kent", "Sussex", "Surrey")
    )
    ended = OrganisationFactory()
    ended.successors.add(kent)
    page = page_of(ended)
    html = administrator.get(page).content.decode()
    assert_valid_html(html)
    [box] = BeautifulSoup(html, "html5lib").select("input[name=successors]")
    assert box["value"] == str(kent.pk) and box.has_attr("checked")
    typed = form_on(administrator, page, successors=[], successors_named=["sussex council", "Surrey Council"])
    assert administrator.post(page, typed).status_code == 302
    assert set(ended.successors.all()) == {sussex, surrey}
    [event] = AuditEvent.objects.about(ended).filter(after__has_key="successors")
    assert event.after["successors"] == ["Surrey Council", "Sussex Council"]


def test_successor_that_is_no_name_is_answered_with_those_alike(administrator):
    OrganisationFactory(name="West Kent Council")
    ended = OrganisationFactory()
    page = page_of(ended)
    typed = form_on(administrator, page, successors=["9" * 30], successors_named=["Kent", "", "Nowhere"])
    html = administrator.post(page, typed).content.decode()
    assert_valid_html(html)
    assert "9" * 30 in html
    typed = form_on(administrator, page, successors_named=["Kent", "<b>"])
    soup = BeautifulSoup(administrator.post(page, typed).content.decode(), "html5lib")
    assert "Did you mean: West Kent Council?" in soup.select_one(".field-successors .errorlist").get_text()
    assert [box.get("value") for box in soup.select("input[name=successors_named]")] == ["Kent", "<b>", ""]
    assert not ended.successors.exists()
