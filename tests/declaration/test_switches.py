"""What administrators turn off for a while: who may, what is written down, and until when it holds."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from declaration import switches
from declaration.audit.models import AuditEvent
from declaration.models import Switches
from tests.accounts.people import sign_in_as_staff, staff_member

pytestmark = pytest.mark.django_db

PAGE = "/admin/declaration/switches/1/change/"
ELECTION = date(2027, 5, 7)


def test_everything_is_on_before_anybody_touched_it():
    now = switches.current()
    assert (now.sign_up_paused, now.quiet_until, now.banner, now.is_quiet) == (False, None, "", False)


@pytest.mark.parametrize(
    ("moment", "paused"),
    [("2027-05-06T23:59+01:00", ELECTION), ("2027-05-07T00:00+01:00", None), ("2027-03-28T12:00Z", ELECTION)],
)
def test_pause_holds_until_the_day_begins_in_london(moment, paused):
    switches.change(by=None, quiet_until=ELECTION)
    with time_machine.travel(moment, tick=False):
        assert switches.publication_paused_until() == paused


def test_change_is_written_down_with_what_was_before():
    person = staff_member("administrator")
    switches.change(by=person, banner="We are away on Monday.")
    switches.change(by=person, banner="We are away on Monday.", sign_up_paused=True)
    switches.change(by=person, sign_up_paused=True)
    first, second = AuditEvent.objects.about(switches.current())
    assert (first.verb, first.actor, first.actor_role) == ("changed switches", person, "administrator")
    assert (second.before, second.after) == ({"sign_up_paused": False}, {"sign_up_paused": True})


def test_administrator_turns_switches_in_the_admin(client):
    sign_in_as_staff(client, staff_member("administrator"))
    assert client.get("/admin/declaration/switches/")["Location"] == PAGE
    assert client.get(PAGE).status_code == 200
    assert not Switches.objects.exists(), "looking makes no row"
    until = timezone.localdate() + timedelta(days=30)
    answer = client.post(PAGE, {"sign_up_paused": "on", "quiet_until": until.isoformat(), "banner": "Hello"})
    assert answer.status_code == 302
    now = switches.current()
    assert (now.sign_up_paused, now.quiet_until, now.banner) == (True, until, "Hello")
    assert AuditEvent.objects.filter(verb="changed switches").count() == 1


def test_date_that_would_pause_nothing_is_refused(client):
    sign_in_as_staff(client, staff_member("administrator"))
    answer = client.post(PAGE, {"quiet_until": timezone.localdate().isoformat(), "banner": ""})
    assert "Enter a day after today" in answer.content.decode()
    assert not Switches.objects.exists()


def test_date_that_has_passed_may_stay_when_something_else_changes(client):
    past = timezone.localdate() - timedelta(days=3)
    switches.change(by=None, quiet_until=past)
    sign_in_as_staff(client, staff_member("administrator"))
    assert client.post(PAGE, {"quiet_until": past.isoformat(), "banner": "New"}).status_code == 302
    assert (switches.current().quiet_until, switches.current().banner) == (past, "New")
