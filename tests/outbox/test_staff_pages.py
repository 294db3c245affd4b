"""Staff search the outbox, see why something failed, and settle it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from declaration.accounts.roles import Role
from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email, Mailing
from tests.accounts.people import sign_in_as_staff, staff_member

pytestmark = pytest.mark.django_db
LIST = "admin:outbox_email_changelist"
CODE = "481516"


@pytest.fixture
def moderator(client):
    person = staff_member(Role.MODERATOR)
    sign_in_as_staff(client, person)
    return person


def page(client, email):
    return client.get(reverse("admin:outbox_email_change", args=[email.pk])).content.decode()


def press(client, button, email):
    return client.post(reverse(f"admin:outbox_email_{button}", args=[email.pk]))


def failed(owe, **circumstances):
    return owe(
        state="failed", code="550", last_error="The mail server answered: 550 No such person", **circumstances
    )


def test_counts_what_needs_staff_at_the_top(client, moderator, owe):
    assert "No email has failed." in client.get(reverse(LIST)).content.decode()
    failed(owe)
    owe(state="uncertain")
    shown = client.get(reverse(LIST)).content.decode()
    assert "1 failed</a>" in shown
    assert "1 uncertain</a>" in shown
    assert "No email has failed." not in shown


@pytest.mark.parametrize("term", ["jo@camden", "Certain words", "4711"])
def test_finds_an_email_by_address_subject_and_record(client, moderator, owe, term):
    wanted = owe(to="jo@camden.gov.uk", subject="Certain words", about_type="a.b", about_id="4711")
    owe()
    found = client.get(reverse(LIST), {"q": term}).context["cl"].queryset
    assert list(found) == [wanted]


def test_says_why_it_failed_and_sends_it_again(client, moderator, owe):
    email = failed(owe, attempts=14)
    assert "The mail server answered: 550 No such person" in page(client, email)
    assert press(client, "send_again", email).status_code == 302
    email.refresh_from_db()
    assert (email.state, email.attempts, email.last_error) == ("pending", 0, "")
    [event] = AuditEvent.objects.about(email)
    assert (event.verb, event.actor, event.actor_role) == ("sent again", moderator, Role.MODERATOR)
    assert (event.before["state"], event.after) == ("failed", {"state": "pending"})


@pytest.mark.parametrize("button", ["send_again", "mark_as_sent"])
def test_leaves_emails_of_a_mailing_to_its_own_page(client, moderator, owe, button):
    mailing = Mailing.objects.create(key="issue:1", name="News", template=b"")
    email = owe(state="uncertain", mailing=mailing, key=None, recipient=1)
    assert press(client, button, email).status_code == 404
    email.refresh_from_db()
    assert email.state == "uncertain"


@pytest.mark.parametrize(
    ("button", "state", "verb"),
    [("send_again", "pending", "sent again"), ("mark_as_sent", "sent", "marked as sent")],
)
def test_settles_an_uncertain_email_either_way_once(client, moderator, owe, button, state, verb):
    email = owe(state="uncertain")
    shown = page(client, email)
    assert "Send again" in shown
    assert "Mark as sent" in shown
    press(client, button, email)
    press(client, button, email)
    email.refresh_from_db()
    assert email.state == state
    assert [event.verb for event in AuditEvent.objects.about(email)] == [verb]


def test_sends_the_selected_failed_emails_again(client, moderator, owe):
    first, second = failed(owe), failed(owe)
    sent = owe(state="sent", sent_at=timezone.now())
    selected = {"action": "send_selected_again", "_selected_action": [first.pk, second.pk, sent.pk]}
    client.post(reverse(LIST), selected)
    states = dict(Email.objects.values_list("pk", "state"))
    assert states == {first.pk: "pending", second.pk: "pending", sent.pk: "sent"}
    assert AuditEvent.objects.filter(verb="sent again").count() == 2


def test_never_shows_the_words_of_a_sign_in_code(client, moderator, owe):
    words = {"subject": f"{CODE} is your code", "text": f"Your code is {CODE}", "html": f"<p>{CODE}</p>"}
    secret = owe(secret=True, state="uncertain", **words)
    assert CODE not in page(client, secret)
    listed = client.get(reverse(LIST))
    assert CODE not in listed.content.decode()
    assert list(listed.context["cl"].queryset) == [secret]
    assert list(client.get(reverse(LIST), {"q": CODE}).context["cl"].queryset) == []


def test_never_sends_a_sign_in_code_again(client, moderator, owe):
    secret = owe(secret=True, state="failed")
    assert 'value="Send again"' not in page(client, secret)
    press(client, "send_again", secret)
    secret.refresh_from_db()
    assert secret.state == "failed"


@pytest.mark.parametrize("button", ["send_again", "mark_as_sent"])
def test_changes_nothing_on_get(client, moderator, owe, button):
    email = owe(state="uncertain")
    response = client.get(reverse(f"admin:outbox_email_{button}", args=[email.pk]))
    assert response.status_code == 405
    email.refresh_from_db()
    assert email.state == "uncertain"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
@pytest.mark.parametrize("button", ["send_again", "mark_as_sent"])
def test_refuses_a_role_that_may_not(client, owe, role, button):
    sign_in_as_staff(client, staff_member(role))
    email = owe(state="uncertain")
    assert client.get(reverse(LIST)).status_code == 403
    assert press(client, button, email).status_code == 403
    email.refresh_from_db()
    assert email.state == "uncertain"


def test_shows_the_history_to_read_only(client, moderator, owe):
    email = failed(owe)
    press(client, "send_again", email)
    event = AuditEvent.objects.get()
    listed = client.get(reverse("admin:audit_auditevent_changelist"), {"q": "sent again"})
    assert list(listed.context["cl"].queryset) == [event]
    shown = client.get(reverse("admin:audit_auditevent_change", args=[event.pk])).content.decode()
    assert 'name="_save"' not in shown
    assert client.get(reverse("admin:audit_auditevent_add")).status_code == 403
    assert (
        client.post(reverse("admin:audit_auditevent_delete", args=[event.pk]), {"post": "yes"}).status_code
        == 403
    )
