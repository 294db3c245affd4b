"""The mailbox page shows what the local transport wrote, and exists on a developer's machine alone."""

import os
import subprocess

import pytest
from django.urls import reverse

from declaration.outbox.models import Email
from declaration.outbox.transports.mailbox import MailboxTransport
from tests.programs import ROOT, python

# Every page asks the switches whether a banner stands on it.
pytestmark = pytest.mark.django_db

ADDRESS_OF_MAILBOX = "from django.urls import reverse; print(reverse('mailbox'))"
PRODUCTION = {
    "SECRET_KEY": "an-example-of-fifty-letters-and-more-0123456789-abcdefgh",
    "ALLOWED_HOSTS": "www.example.gov.uk",
    "SITE_URL": "https://www.example.gov.uk",
    "DATABASE_URL": "postgres://nobody@localhost/nothing",
    "REDIS_URL": "redis://localhost/0",
    "EMAIL_URL": "smtp://localhost:25",
}


@pytest.fixture
def deliver(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    transport = MailboxTransport(settings.MAILBOX_DIR)

    def deliver_one(**circumstances):
        plain = {"to": "jo@camden.gov.uk", "subject": "Hello", "text": "Hello\n", "html": "<p>Hello</p>\n"}
        return transport.send(Email(**{**plain, **circumstances}))

    return deliver_one


def test_says_that_there_is_nothing_yet(client, deliver):
    assert "There are no emails yet." in client.get(reverse("mailbox")).content.decode()


def test_lists_the_newest_first(client, deliver):
    deliver(subject="First", to="a@camden.gov.uk")
    deliver(subject="Second – für Zoë", to="b@camden.gov.uk")
    shown = client.get(reverse("mailbox")).content.decode()
    assert shown.index("Second – für Zoë") < shown.index("First")
    assert "a@camden.gov.uk" in shown


def test_shows_the_words_with_links_to_follow(client, deliver):
    name = deliver(text="Your code is:\n\n123456\n\nhttps://example.gov.uk/a/b\n<script>alert(1)</script>\n")
    shown = client.get(reverse("mailbox_message", args=[name])).content.decode()
    assert "<br>123456<br>" in shown.replace("\n", "").replace("\r", "")
    assert '<a href="https://example.gov.uk/a/b"' in shown
    assert "<script>alert(1)" not in shown
    assert reverse("mailbox_html", args=[name]) in shown


def test_shows_the_html_without_letting_it_run(client, deliver):
    name = deliver(html='<p style="color: red">Hello</p><script>alert(1)</script>')
    response = client.get(reverse("mailbox_html", args=[name]))
    assert '<p style="color: red">Hello</p>' in response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups" in policy


@pytest.mark.parametrize("name", ["20260101T000000000000-" + "0" * 32, "..", "secret-key"])
def test_knows_no_other_file(client, deliver, name):
    deliver()
    assert client.get(f"{reverse('mailbox')}{name}/").status_code == 404


def test_asks_the_mailbox_what_it_took(deliver, settings):
    row = Email(to="jo@camden.gov.uk", subject="Hello", text="Hello", html="Hello")
    transport = MailboxTransport(settings.MAILBOX_DIR)
    assert transport.find(row) is None
    assert transport.send(row) == transport.find(row)


@pytest.mark.parametrize(("env", "exists"), [({"DEBUG": "true"}, True), (PRODUCTION, False)])
def test_exists_on_a_machine_of_ones_own_alone(tmp_path, env, exists):
    kept = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    command = [
        *python("manage"),
        "shell",
        "--verbosity",
        "0",
        "--no-imports",
        "--command",
        ADDRESS_OF_MAILBOX,
    ]
    ran = subprocess.run(command, cwd=ROOT, env={**kept, **env}, capture_output=True, text=True, check=False)
    assert (ran.stdout == "/mailbox/\n") is exists, ran.stderr
    assert ("NoReverseMatch" in ran.stderr) is not exists
