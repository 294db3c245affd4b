"""What happens when staff are idle, what is kept of what they typed, and what their account page shows."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.accounts.models import SignIn
from declaration.accounts.sign_ins import forget_old
from declaration.audit.models import AuditEvent
from declaration.models import ServiceArea
from tests.accounts.people import sign_in, sign_in_as_staff, staff_member
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

IDLE = timedelta(minutes=45)


@pytest.fixture
def administrator():
    return staff_member("administrator")


@pytest.fixture
def area():
    return ServiceArea.objects.create(slug="bins", name="Bins")


def page_of(area):
    return reverse("admin:declaration_servicearea_change", args=[area.pk])


TYPED = {"name": "Bins and\r\nrecycling", "slug": "bins", "order": "3", "retired_at": "", "_save": "Save"}


def test_asking_how_long_is_left_does_not_prolong_the_session(client, administrator):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in_as_staff(client, administrator)
        client.get("/admin/")
        assert client.get(reverse("account_session")).json() == {"seconds": 45 * 60}
    with time_machine.travel(start + timedelta(minutes=40), tick=False):
        assert client.get(reverse("account_session")).json() == {"seconds": 5 * 60}
    with time_machine.travel(start + timedelta(minutes=41), tick=False):
        assert client.get(reverse("account_session")).json() == {"seconds": 4 * 60}
        assert client.post(reverse("account_session")).json() == {"seconds": 45 * 60}
    with time_machine.travel(start + timedelta(minutes=80), tick=False):
        assert client.get("/admin/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=80) + IDLE, tick=False):
        assert client.get(reverse("account_session")).json() == {"seconds": 0}
        assert client.post(reverse("account_session")).json() == {"seconds": 0}


def test_stranger_has_no_seconds_and_gets_no_session():
    client = Client()
    assert client.get(reverse("account_session")).json() == {"seconds": 0}
    assert not client.cookies


def test_text_posted_after_the_session_ended_comes_back_after_signing_in(client, administrator, area):
    start = timezone.now()
    with time_machine.travel(start - IDLE - timedelta(minutes=1), tick=False):
        sign_in_as_staff(client, administrator)
        assert client.get(page_of(area)).status_code == 200
    response = client.post(page_of(area), TYPED)
    assert response["Location"].startswith(reverse("account_request_login_code"))
    area.refresh_from_db()
    assert area.name == "Bins"

    signed_in_again(client, administrator)
    shown = assert_good_page(client.get(page_of(area)).content.decode())
    assert shown.h1.get_text(strip=True) == "You were signed out before this was saved"
    form = shown.find("form", action=page_of(area))
    carried = {field["name"]: field.get_text() for field in form.find_all("textarea")}
    assert {name: value.replace("\n", "\r\n") for name, value in carried.items()} == TYPED
    assert client.post(page_of(area), carried | {"name": "Bins and recycling"}).status_code == 302
    area.refresh_from_db()
    assert area.name == "Bins and recycling"
    assert "You were signed out" not in client.get(page_of(area)).content.decode()


def signed_in_again(client, person):
    """Sign in with what the browser's session holds already."""
    kept = dict(client.session.items())
    sign_in_as_staff(client, person)
    session = client.session
    session.update({name: value for name, value in kept.items() if name.startswith("unsaved")})
    session.save()


def test_text_survives_a_real_sign_in(client, area):
    """The session goes on through the emailed code; only the second step is left out here."""
    client.post(page_of(area), TYPED)
    sign_in(client, "someone@communities.gov.uk")
    assert client.session["unsaved_of_staff"][page_of(area)]["fields"][0] == ["name", TYPED["name"]]


def test_text_of_somebody_else_is_not_shown(client, administrator, area):
    start = timezone.now()
    with time_machine.travel(start - IDLE - timedelta(minutes=1), tick=False):
        sign_in_as_staff(client, administrator)
        client.get(page_of(area))
    client.post(page_of(area), TYPED)
    signed_in_again(client, staff_member("viewer"))
    assert "You were signed out" not in client.get(page_of(area)).content.decode()


def test_text_can_be_forgotten(client, administrator, area):
    client.post(page_of(area), TYPED)
    signed_in_again(client, administrator)
    assert "You were signed out" in client.get(page_of(area)).content.decode()
    answer = client.post(reverse("account_discard_unsaved"), {"page": page_of(area)})
    assert answer["Location"] == page_of(area)
    assert "You were signed out" not in client.get(page_of(area)).content.decode()
    away = client.post(reverse("account_discard_unsaved"), {"page": "https://evil.example/"})
    assert away["Location"] == reverse("admin:index")


def test_other_sites_plant_nothing(area):
    client = Client(enforce_csrf_checks=True)
    assert client.post(page_of(area), TYPED).status_code == 403
    assert "unsaved_of_staff" not in client.session


def test_scripts_own_requests_are_not_kept(client, area):
    client.post(page_of(area), TYPED, headers={"Sec-Fetch-Mode": "cors"})
    assert "unsaved_of_staff" not in client.session


def test_sign_in_of_staff_is_noted_roughly_and_an_officers_is_not(client):
    moderator = staff_member("moderator")
    sign_in(Client(REMOTE_ADDR="203.0.113.77"), moderator.email)
    sign_in(Client(REMOTE_ADDR="2001:db8:1:2::9"), moderator.email)
    sign_in(client, "pat@camden.gov.uk")
    noted = SignIn.objects.values_list("person", "network", "method")
    assert list(noted) == [
        (moderator.pk, "2001:db8:1::/48", "code"),
        (moderator.pk, "203.0.113.0/24", "code"),
    ]


def test_account_page_and_administrators_see_the_last_sign_ins(client, administrator):
    moderator = staff_member("moderator")
    SignIn.objects.create(person=moderator, network="203.0.113.0/24", method="webauthn")
    sign_in_as_staff(client, moderator)
    shown = assert_good_page(client.get(reverse("account")).content.decode()).get_text()
    assert "203.0.113.0/24" in shown and "passkey" in shown
    sign_in_as_staff(client, administrator)
    page = client.get(reverse("admin:accounts_user_change", args=[moderator.pk])).content.decode()
    assert "203.0.113.0/24" in page


def test_sign_ins_are_forgotten_after_ninety_days():
    person = staff_member("viewer")
    for days in (91, 89):
        SignIn.objects.create(person=person, method="code", at=timezone.now() - timedelta(days=days))
    assert forget_old() == 1
    assert SignIn.objects.count() == 1


def test_weekday_summary_is_turned_off_and_on_by_oneself(client):
    moderator = staff_member("moderator")
    sign_in_as_staff(client, moderator)
    for data, wanted in (({}, False), ({"digest": "yes"}, True), ({"digest": "yes"}, True)):
        assert client.post(reverse("account"), data).status_code == 302
        moderator.refresh_from_db()
        assert moderator.digest_wanted is wanted
    verbs = [event.verb for event in AuditEvent.objects.about(moderator)]
    assert verbs == ["turned summary off", "turned summary on"]


def test_admin_pages_load_the_warning(client, administrator):
    sign_in_as_staff(client, administrator)
    page = client.get("/admin/").content.decode()
    assert 'id="idle-warning"' in page and "idle.js" in page
