"""What administrators rule: pauses and what they mean for everybody, idle sessions, doors that stay shut."""

import pytest

from tests.journeys.administrators import Administrator
from tests.journeys.moderators import Moderator
from tests.journeys.telling import given, then, when

BANNER = "We are quiet before the elections."


@pytest.fixture(scope="module")
def _enrolled():
    return {}


@pytest.fixture
def administrator(world, _enrolled):
    """Enrolled once, with recovery codes to come in again."""
    if not _enrolled:
        first = Administrator(world, "ada.rules@communities.gov.uk")
        first.enrols()
        _enrolled.update(codes=first.page.locator("main li").all_inner_texts(), read=first.mails_read)
        _enrolled["state"] = first.context.storage_state()
        first.context.close()

    def comes(**options):
        person = Administrator(world, "ada.rules@communities.gov.uk", **options)
        person.codes, person.mails_read = _enrolled["codes"], _enrolled["read"]
        return person

    person = comes(storage_state=_enrolled["state"])
    person.comes_again = lambda **options: comes(storage_state=_enrolled["state"], **options)
    return person


@pytest.fixture
def everything_goes_on(world):
    """Whatever becomes of the journey, the others find the service open."""
    yield
    world.stack.python(
        "from declaration import switches\n"
        "switches.change(by=None, sign_up_paused=False, quiet_until=None, banner='')"
    )


def test_administrator_pauses_and_resumes(administrator, officer, approver, public, everything_goes_on):
    given(officer).has_an_accepted_commitment()
    when(administrator).pauses(until="2099-05-07", banner=BANNER)

    when(public).goes_to("/sign/")
    then(public).sees(BANNER, "Sign-up is paused")
    then(public).does_not_see("Start now")
    when(approver).gets_the_link()
    when(approver).opens_the_link()
    then(approver).sees("become public on 7 May 2099", BANNER)
    when(approver).signs()
    then(approver).sees("joins the public list on 7 May 2099")
    then(approver).receives("Your copy: you signed")
    when(officer).opens_the_dashboard()
    then(officer).sees("Signed, waiting to be published", "7 May 2099")
    then(public).sees_that_it_has_not_signed(officer.council)

    when(administrator).resumes()
    officer.world.inside.do("the_clock_looked_for_what_may_be_published")
    then(approver).receives(f"{officer.council.name} is on the public list")
    then(public).finds_on_the_list(officer.council)
    then(public).does_not_see(BANNER)


def test_draft_is_kept_through_a_pause(administrator, officer, everything_goes_on):
    given(officer).has_answered_everything()
    when(administrator).pauses(until="", banner="")
    when(officer).presses("Send for review")
    then(officer).sees("they were not sent")
    when(officer).changes("title", "What is your commitment, in a few words?", "A title of the pause")
    when(administrator).resumes()
    when(officer).goes_on()
    then(officer).sees("A title of the pause")
    when(officer).sends_it()
    then(officer).sees("What happens next")


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_outlives_an_idle_session(administrator, _enrolled, scripts):
    person = administrator.comes_again(scripts=scripts)
    given(person).goes_to("/admin/signatories/reason/add/")
    person.page.get_by_label("Title:").fill(f"Too long {scripts}")
    person.page.get_by_label("Slug:").fill(f"too-long-{scripts}".lower())
    person.page.get_by_label("Text:").fill("Please write less.\n\nThree sentences are enough.")
    given(person).is_idle_until_the_session_ends()
    when(person).presses("Save")
    then(person).sees_heading("What is your work email address?")
    when(person).signs_in_again()
    then(person).sees_heading("You were signed out before this was saved")
    then(person).sees("Three sentences are enough.")
    when(person).presses("Go on with what you typed")
    then(person).sees("was added successfully", f"Too long {scripts}")
    _enrolled.update(state=person.context.storage_state(), read=person.mails_read)


def test_administrator_is_warned_before_an_idle_session_ends(administrator):
    given(administrator).goes_to("/admin/signatories/reason/add/")
    administrator.page.get_by_label("Title:").fill("Half a sentence")
    when(administrator).is_idle_for_most_of_the_session()
    administrator.page.evaluate("() => import(document.querySelector('script[src*=idle]').src + '?again')")
    then(administrator).is_warned()
    when(administrator).stays_signed_in()


DOORS = [
    "accounts/user/",
    "accounts/user/add/",
    "audit/auditevent/",
    "declaration/switches/1/change/",
    "outbox/email/",
    "signatories/reason/add/",
]


def test_viewer_tries_every_door(world, officer):
    given(officer).has_sent_a_commitment()
    viewer = Moderator(world, email="vera.rules@communities.gov.uk", role="viewer")
    given(viewer).enrols()
    for door in DOORS:
        when(viewer).goes_to(f"/admin/{door}")
        assert viewer.status == 403, door
    when(viewer).opens_the_record(officer)
    then(viewer).does_not_see("Request changes", "Reject", "Take to mine")
    record = viewer.path
    for decision in ("accept", "request-changes", "reject"):
        when(viewer).goes_to(record.replace("change/", f"decide/{decision}/"))
        assert viewer.status == 403, decision
    when(viewer).goes_to("/admin/signatories/signature/report/")
    then(viewer).sees("Where people stop")
    when(viewer).goes_to("/account/")
    then(viewer).sees("Your last sign-ins", "Viewer")
