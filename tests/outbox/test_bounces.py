"""What mail servers send back settles the email it names, and can do nothing to anybody else."""

import io
import ssl
import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as some

from declaration.outbox import bounces, receipts
from declaration.outbox.models import Email, LostAddress, Receipt
from declaration.outbox.return_paths import return_path
from declaration.outbox.tasks import read_bounces
from declaration.outbox.transports.smtp import SMTPTransport
from tests.outbox.imap_stand_in import MailboxOverIMAP
from tests.outbox.returned import bounce, complaint
from tests.programs import LOOPBACK, free_port
from tests.recording_smtp import RecordingSMTP, self_signed

TOKEN = "a-token-for-what-comes-back"
pytestmark = pytest.mark.django_db


@pytest.fixture
def owe_sent(owe):
    def owe_one(**circumstances):
        sent = {"state": "sent", "attempts": 1, "sent_at": timezone.now() - timedelta(minutes=1)}
        return owe(**{**sent, "provider_reference": "250 Ok", **circumstances})

    return owe_one


def settled(email):
    receipts.apply_all()
    email.refresh_from_db()
    return email.state, email.code


def lost():
    return list(LostAddress.objects.values_list("address", "reason"))


@pytest.mark.parametrize(
    ("status", "words", "state", "code", "gone"),
    [
        ("5.1.1", "550 5.1.1 No such person here", "bounced", "5.1.1", True),
        ("5.0.0", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "bounced", "5.1.10", True),
        ("", "550 5.2.1 Closed", "bounced", "5.2.1", True),
        ("5.2.2", "552 5.2.2 Mailbox full", "bounced", "5.2.2", False),
        ("5.7.1", "550 5.7.1 On a blocklist", "bounced", "5.7.1", False),
        ("5.1.8", "550 5.1.8 The sender's domain does not exist", "bounced", "5.1.8", False),
        ("4.4.7", "451 4.4.7 Gave up after five days", "bounced", "4.4.7", False),
        ("nonsense", "no", "bounced", "", False),
    ],
)
def test_settles_the_email_that_came_back(owe_sent, status, words, state, code, gone):
    email = owe_sent()
    assert bounces.take(bounce(email, status, words)) == 1
    assert settled(email) == (state, code)
    assert words in email.last_error
    assert lost() == ([(email.to, "bounced")] if gone else [])


def test_notes_a_delay_and_waits_for_the_end(owe_sent):
    email = owe_sent()
    bounces.take(bounce(email, "4.4.1", "451 4.4.1 No answer", action="delayed"))
    assert settled(email) == ("sent", "4.4.1")
    assert email.last_error == "Not delivered yet: 451 4.4.1 No answer"
    bounces.take(bounce(email, "4.4.7", "451 4.4.7 Gave up"))
    assert settled(email) == ("bounced", "4.4.7")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "", "nonsense"])
def test_believes_no_report_of_anything_else(owe_sent, action):
    email = owe_sent()
    assert bounces.take(bounce(email, "2.0.0", "250 Ok", action=action)) == 0
    assert settled(email) == ("sent", "")


@pytest.mark.parametrize("returned_as", ["text/rfc822-headers", "message/rfc822", "message/global"])
def test_finds_our_email_in_whatever_came_back(owe_sent, returned_as):
    email = owe_sent()
    assert bounces.take(bounce(email, returned_as=returned_as)) == 1
    assert settled(email) == ("bounced", "5.1.1")


def test_finds_our_email_by_the_address_it_came_back_to(owe_sent, settings):
    settings.BOUNCES_ADDRESS = "bounces@example.gov.uk"
    email = owe_sent()
    assert return_path(email) == f"bounces+{email.reference.hex}@example.gov.uk"
    raw = bounce(email, envelope=return_path(email).upper(), reference="cut-off")
    assert bounces.take(raw) == 1
    assert settled(email) == ("bounced", "5.1.1")


def test_gives_the_relay_an_address_for_each_email(owe_sent, settings):
    emails = [owe_sent(), owe_sent()]
    with RecordingSMTP() as server:
        transport = SMTPTransport(host=LOOPBACK, port=server.port, timeout=2)
        transport.send(emails[0])
        settings.BOUNCES_ADDRESS = "bounces@example.gov.uk"
        transport.send(emails[0])
        answers = list(transport.send_together(emails))
        transport.close()
    assert [type(answer) for _, answer in answers] == [str, str]
    assert [mail.sender for mail in server.mails[:2]] == ["no-reply@localhost", return_path(emails[0])]
    assert {mail.to: mail.sender for mail in server.mails[2:]} == {
        email.to: return_path(email) for email in emails
    }


@pytest.mark.parametrize("reference", ["", "x", "0cf564b0-abd8-4805-ab04-80f83fd2bd79", "0" * 36])
def test_is_not_told_what_to_do_by_who_knows_no_reference(owe_sent, settings, reference):
    settings.BOUNCES_ADDRESS = "bounces@example.gov.uk"
    email = owe_sent()
    envelope = f"bounces+{uuid.uuid4().hex}@example.gov.uk"
    assert bounces.take(bounce(email, reference=reference, envelope=envelope)) == 0
    assert bounces.take(complaint(email, reference=reference)) == 0
    assert settled(email) == ("sent", "")
    assert lost() == []


def test_reaches_nobody_but_the_reader_of_the_email(owe_sent):
    mine, stranger = owe_sent(), owe_sent()
    assert bounces.take(bounce(mine, recipient=stranger.to)) == 1
    assert bounces.take(complaint(mine, recipient=stranger.to)) == 0
    assert (settled(mine), settled(stranger)) == (("bounced", "5.1.1"), ("sent", ""))
    assert "an address to which it was passed on" in mine.last_error
    assert lost() == []


@pytest.mark.parametrize("kind", ["abuse", "fraud", "not-spam", "dkim"])
@pytest.mark.parametrize("named", [True, False])
def test_hears_complaints(owe_sent, kind, named):
    email = owe_sent()
    bounces.take(complaint(email, kind, recipient=email.to if named else None))
    assert settled(email) == ("sent", "")
    assert lost() == ([(email.to, "complained")] if kind in {"abuse", "fraud"} else [])


def test_passes_a_bounce_by_that_is_of_an_earlier_sending(owe_sent):
    email = owe_sent()
    old = timezone.now() - timedelta(hours=3)
    bounces.take(bounce(email, date=old))
    assert settled(email) == ("sent", "")
    assert not Receipt.objects.exists()


WRONG = [
    b"",
    b"\0\xff",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n" * 50,
    b"Content-Type: multipart/report; report-type=delivery-status\n\n",
    b"Subject: I am out of the office\n\nUntil Monday.",
]


@pytest.mark.parametrize("raw", WRONG)
def test_survives_what_is_no_report(raw):
    assert bounces.take(raw) == 0


def test_survives_a_report_within_a_report_within(owe_sent):
    inner = bounce(owe_sent())
    for number in range(120):
        inner = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) + inner
    assert bounces.take(inner) == 0


def test_reads_nothing_too_large(owe_sent):
    raw = bounce(owe_sent())
    assert bounces.take(raw + b"\n" * (bounces.BYTES_AT_MOST - len(raw) + 1)) == 0
    assert bounces.take(raw) == 1


@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.data())
def test_never_raises_whatever_is_sent_back(owe, data):
    whole = bounce(Email(to="jo@example.gov.uk"))
    start = data.draw(some.integers(0, len(whole)))
    end = data.draw(some.integers(start, len(whole)))
    put = data.draw(some.binary(max_size=20))
    assert bounces.take(whole[:start] + put + whole[end:]) == 0


def test_is_posted_a_message(client, owe_sent, settings):
    settings.BOUNCES_TOKEN = TOKEN
    email = owe_sent()

    def post(raw, token=TOKEN, content_type="message/rfc822"):
        headers = {"Authorization": f"Bearer {token}"}
        path = reverse("mail_bounces")
        return client.post(path, raw, content_type=content_type, headers=headers).status_code

    assert (post(bounce(email), token="no"), post(b"\n" * (bounces.BYTES_AT_MOST + 1))) == (401, 413)
    assert post(b"--x--\r\n", content_type="multipart/form-data; boundary=x") == 415
    assert settled(email) == ("sent", "")
    assert (post(b"?"), post(bounce(email)), post(bounce(email))) == (204, 204, 204)
    assert settled(email) == ("bounced", "5.1.1")


def test_is_piped_a_message(owe_sent, monkeypatch):
    email, said = owe_sent(), io.StringIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(bounce(email))))
    call_command("read_bounces", stdin=True, stdout=said)
    assert said.getvalue() == "It tells of 1 emails.\n"
    assert settled(email) == ("bounced", "5.1.1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("imap"))


@pytest.fixture
def mailbox(certificate, monkeypatch, settings):
    """Fill a mailbox whose certificate is vouched for."""
    context, path = certificate
    trusting = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting(cafile=str(path)))
    opened = []

    def fill(*messages):
        box = MailboxOverIMAP(context, messages)
        opened.append(box)
        settings.BOUNCES_MAILBOX = f"imaps://me%40example.gov.uk:correct%20horse@localhost:{box.port}/INBOX"
        return box.__enter__()

    yield fill
    for box in opened:
        box.__exit__()


def test_fetches_what_came_back_and_leaves_the_rest(mailbox, owe_sent):
    first, second = owe_sent(), owe_sent()
    large = b"Subject: large\n\n" + b"\n" * bounces.BYTES_AT_MOST
    box = mailbox(b"\xff", bounce(first), large, WRONG[-1], bounce(second))
    said = io.StringIO()
    call_command("read_bounces", stdout=said)
    assert said.getvalue() == "2 told of emails of ours; 3 are left to look at.\n"
    assert (settled(first), settled(second)) == (("bounced", "5.1.1"), ("bounced", "5.1.1"))
    assert box.flags == {101: {"\\Seen"}, 103: {"\\Seen"}, 104: {"\\Seen"}}
    assert 103 not in box.read
    read_bounces()
    assert box.read == [101, 102, 104, 105]


def test_goes_on_where_the_mail_server_broke_off(mailbox, owe_sent, caplog):
    first, second = owe_sent(), owe_sent()
    box = mailbox(bounce(first), bounce(second))
    box.breaks_at = 102
    read_bounces()
    assert "Bounces could not be read: The mail server broke off" in caplog.text
    assert (settled(first)[0], settled(second)[0]) == ("bounced", "sent")
    box.breaks_at = None
    read_bounces()
    assert settled(second) == ("bounced", "5.1.1")
    assert box.messages == {}


@pytest.mark.parametrize("wrong", ["password", "folder", "closed", "certificate", "unset"])
def test_says_in_words_why_a_mailbox_cannot_be_read(mailbox, settings, monkeypatch, wrong):
    box = mailbox()
    match wrong:
        case "password":
            box.password = "another"
        case "folder":
            settings.BOUNCES_MAILBOX = settings.BOUNCES_MAILBOX.replace("INBOX", "Other")
        case "closed":
            settings.BOUNCES_MAILBOX = f"imaps://me:correct@localhost:{free_port()}"
        case "certificate":
            monkeypatch.undo()
        case "unset":
            settings.BOUNCES_MAILBOX = ""
    with pytest.raises(CommandError) as error:
        call_command("read_bounces")
    assert "correct" not in str(error.value)
    assert ("BOUNCES_MAILBOX" if wrong == "unset" else "The mail server") in str(error.value)
