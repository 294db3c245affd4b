"""Every page of the admin in a real browser: axe finds nothing, the HTML is valid, a phone can show it.

The pages are those of the table in test_access.py, which fails for an address without a row.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.accounts.models import User
from declaration.newsletter.admin.sender_domain import mail_domain
from declaration.outbox.models import Email
from declaration.outbox.queue import queue
from signatories import casework, editing, moderation, reporting, signing, taking_down
from signatories.models import DraftEditDecision, Outcome, Status
from tests.accounts.asking_everybody import PEOPLE, arguments
from tests.accounts.people import sign_in_as_staff
from tests.accounts.test_access import ROWS
from tests.factories import (
    CommitmentFactory,
    OrganisationFactory,
    ReasonFactory,
    SignatureFactory,
    signature_that_is,
)
from tests.journeys.page_checks import PageChecks
from tests.newsletter.making import approved_issue, draft_issue
from tests.outbox.test_mail_domain import DOMAIN, GOOD, Zone
from tests.signatories.additions import addition_to

pytestmark = pytest.mark.django_db(transaction=True)

# Files; and an email as it is sent, where no script runs and so no axe.
NO_PAGES = {
    "admin:jsi18n",
    "admin:signatories_signature_report_csv",
    "admin:newsletter_newsletterissue_preview",
    "admin:newsletter_newsletterissue_results",
    "admin:newsletter_subscriber_export",
    "admin:newsletter_subscriberimport_problems",
}
# Whoever may see less sees these otherwise than an administrator.
OTHERWISE = ["index", "signatories_signature_change", "signatories_commitmentedit_change"]
OTHERWISE += ["signatories_organisation_change", "declaration_declarationversion_change"]


def a_record_in_use(moderator):
    """Return a submission with something in every part of its page."""
    waiting = SignatureFactory(submitted=True, submitted_at=timezone.now() - timedelta(days=9))
    reason = ReasonFactory()
    why = {"seen": waiting.submitted_at, "reasons": [reason]}
    moderation.request_changes(signature=waiting, by=moderator, **why)
    waiting.commitment.title = "Fewer missed green bins, see https://bins.example"
    waiting.commitment.save()
    waiting.refresh_from_db()
    signing.submit(signature=waiting, by=waiting.started_by)
    casework.assign(about=waiting, to=moderator, by=moderator)
    casework.write_note(signature=waiting, text="Rang them.", by=moderator)
    casework.save_draft(about=waiting, outcome=Outcome.REJECTED, reasons=[reason], text="No.", by=moderator)
    day = timezone.localdate() + timedelta(days=2)
    casework.park(about=waiting, until=day, note="Legal reads it.", by=moderator)
    return waiting


def an_edit_in_use(moderator):
    public = SignatureFactory(published=True)
    edit = editing.start_edit(signature=public, by=public.started_by)
    edit.title = "Fewer missed brown bins"
    edit.save()
    editing.submit_edit(edit=edit, by=public.started_by)
    casework.save_draft(about=edit, outcome=Outcome.ACCEPTED, note="Perhaps.", by=moderator)
    assert DraftEditDecision.objects.exists()
    casework.assign(about=edit, to=moderator, by=moderator)
    day = timezone.localdate() + timedelta(days=2)
    casework.park(about=edit, until=day, note="Legal reads it.", by=moderator)
    return edit


@pytest.fixture
def busy(world):
    """The people, and a desk in use: records in every status, one of them with everything on its page."""
    people, objects = world
    moderator = User.objects.get(role="moderator")
    with transaction.atomic():
        queue(to="x@camden.gov.uk", message="sign_in_code", key="failed", context={"code": "1"}, secret=True)
    failed = Email.objects.get(key="failed")
    Email.objects.filter(pk=failed.pk).update(state="failed", last_error="550 No such mailbox")
    of_each = {status: signature_that_is(status) for status in Status.values}
    edit = an_edit_in_use(moderator)
    ended = OrganisationFactory(name="Old Borough Council", proposed=True)
    ended.successors.add(edit.signature.organisation)
    reported = reporting.report_progress(
        signature=of_each["published"],
        by=of_each["published"].started_by,
        stage="on-track",
        happened="The first street is done.",
        learned="Ask earlier.",
    )
    in_use = {
        "outbox.email": failed,
        "signatories.commitmentedit": edit,
        "signatories.organisation": ended,
        "signatories.progress": reported,
        "signatories.signature": a_record_in_use(moderator),
    }
    return people, {**objects, **in_use}, of_each


def admin_paths(objects, role):
    """Return every address of the admin that shows this role a page of HTML."""
    place = PEOPLE.index(role)
    seen = {name for name, row in ROWS.items() if name.startswith("admin:") and row["GET"][place] == "i"}
    return {name: reverse(name, kwargs=arguments(name, objects)) for name in sorted(seen - NO_PAGES)}


def more_states(objects, of_each):
    """Return the pages that the table has once and the desk in several forms."""
    decide = "admin:signatories_signature_decide"
    waiting, public = objects["signatories.signature"].pk, of_each["published"].pk
    edit, issue = objects["signatories.commitmentedit"].pk, draft_issue().pk
    yield from (reverse(decide, args=[waiting, what]) for what in ("request-changes", "reject"))
    yield reverse(decide, args=[public, "take-down"])
    addition = addition_to(of_each["published"], "submitted", mission="See www.example.com.").pk
    yield reverse("admin:signatories_commitmentedit_change", args=[addition])
    yield from (
        reverse("admin:signatories_commitmentedit_decide", args=[one, what])
        for one in (edit, addition)
        for what in ("accept", "reject")
    )
    for status in ("draft", "published", "declined", "taken_down"):
        yield reverse("admin:signatories_signature_change", args=[of_each[status].pk])
    yield reverse("admin:signatories_signature_restore", args=[of_each["taken_down"].pk])
    yield reverse("admin:signatories_signature_find") + "?q=bins"
    yield reverse("admin:newsletter_newsletterissue_change", args=[issue])
    yield reverse("admin:newsletter_newsletterissue_sending", args=[issue])


def taken_down_in_part(public, moderator):
    """Return the pages about one of two commitments, shown and taken down, and about an earlier text."""
    further = CommitmentFactory(signature=public)
    edit = editing.start_edit(signature=public, commitment=public.commitment, by=public.started_by)
    edit.title = "Fewer missed blue bins"
    edit.save()
    sent = editing.submit_edit(edit=edit, by=public.started_by)
    editing.accept_edit(edit=sent, by=moderator, seen=sent.submitted_at)
    seen = {"by": moderator, "seen": public.submitted_at, "reasons": [], "text": "It names a person."}
    taking_down.take_commitment_down(commitment=further, public_notice=True, **seen)
    for name, key in (("change", further), ("restore", further), ("change", public.commitment)):
        yield reverse(f"admin:signatories_commitment_{name}", args=[key.pk])
    for name in ("change", "hide"):
        yield reverse(f"admin:signatories_commitmentedit_{name}", args=[edit.pk])
    yield reverse("admin:signatories_signature_change", args=[public.pk])


class Looking:
    """Looks at pages as somebody; the same page for somebody else is looked at when it differs."""

    def __init__(self, page, live_server):
        self.page, self.site, self.checks = page, live_server.url, PageChecks()

    def __call__(self, client, path):
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": self.site}
        self.page.context.add_cookies([cookie])
        answer = self.page.goto(self.site + path)
        self.checks.check(self.page, answer.text())
        return answer

    def press(self, name):
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()
        self.checks.check_again(self.page)


def test_every_page_is_accessible_and_valid(busy, watched, live_server):
    look = Looking(watched, live_server)
    people, objects, of_each = busy
    administrator = people["administrator"]
    paths = admin_paths(objects, "administrator")
    assert paths
    wrong = []
    in_part = taken_down_in_part(SignatureFactory(published=True), User.objects.get(role="moderator"))
    for path in [*paths.values(), *more_states(objects, of_each), *in_part]:
        try:
            assert look(administrator, path).ok, path
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n\n".join(wrong)


def test_pages_of_other_roles_and_refusals_are_accessible(busy, page, live_server):
    look = Looking(page, live_server)
    people, objects, _ = busy
    people["nobody"] = Client()
    sign_in_as_staff(people["nobody"], User.objects.create_user("nobody@communities.gov.uk", role=""))
    assert look(people["nobody"], reverse("admin:index")).status == 403
    for role, names in (("viewer", OTHERWISE), ("moderator", OTHERWISE[:2]), ("editor", OTHERWISE[:1])):
        mine = admin_paths(objects, role)
        for name in names:
            assert look(people[role], mine[f"admin:{name}"]).ok, (role, name)
        assert look(people[role], reverse("admin:accounts_user_changelist")).status == 403


def test_pages_behind_a_button_are_accessible(busy, watched, live_server):
    look = Looking(watched, live_server)
    people, objects, of_each = busy
    moderator = people["moderator"]
    signature = objects["signatories.signature"]
    look(moderator, reverse("admin:signatories_signature_decide", args=[of_each["submitted"].pk, "reject"]))
    look.press("Preview the email")
    watched.get_by_label("Message to the officer").fill("We cannot.")
    look.press("Preview the email")
    look(
        moderator, reverse("admin:signatories_signature_decide", args=[of_each["published"].pk, "take-down"])
    )
    look.press("Preview the email")
    look(moderator, reverse("admin:signatories_signature_restore", args=[of_each["taken_down"].pk]))
    watched.get_by_label("Why it is restored").fill("It was another council.")
    look.press("Preview the email")
    look(moderator, reverse("admin:signatories_progress_change", args=[objects["signatories.progress"].pk]))
    watched.get_by_label("Why it is taken down").fill("It names a person.")
    look.press("Preview the email")
    look(moderator, reverse("admin:signatories_signature_change", args=[signature.pk]))
    look.press("Add the note")
    for action, done in (("Park", "Park"), ("Hand over or take", "Hand over"), ("Accept", "Accept")):
        look(moderator, reverse("admin:signatories_signature_changelist"))
        watched.locator("#result_list tbody .action-select").first.check()
        watched.get_by_label("Action:").select_option(label=action)
        look.press("Go")
        look.press(f"{done} 1 and send the emails" if action == "Accept" else f"{done} 1")


@pytest.fixture
def red_domain(monkeypatch, settings):
    """A sender's domain of which some records are right, some wrong, and one is long."""
    settings.DEFAULT_FROM_EMAIL = f"Local Digital <news@{DOMAIN}>"
    settings.MAIL_DKIM_SELECTOR = "mail1"
    long = f"v=spf1 {' '.join(f'ip4:192.0.2.{number}' for number in range(30))} +all"
    zone = Zone({**GOOD, DOMAIN: [long], "_dmarc.example.gov.uk": []})
    report = mail_domain.check_mail_domain(names=zone, pages=zone)
    assert {finding.good for finding in report.findings} == {True, False}
    monkeypatch.setattr(mail_domain, "check_mail_domain", lambda: report)


def test_what_the_newsletter_finds_is_shown_accessibly(world, red_domain, page, live_server):
    look = Looking(page, live_server)
    editor = world[0]["editor"]
    look(editor, reverse("admin:newsletter_newsletterissue_sender_domain"))
    look.press("Check the domain")
    assert page.get_by_role("heading", name="Something has to be put right").is_visible()

    rows = ["email,consent date,consent source,consent wording"]
    rows += [f"p{number}@example.gov.uk,2024-11-21,Workshop,Email me" for number in range(7)]
    rows += ["no address,2024-11-21,Workshop,Email me", f"{'x' * 60}@example.gov.uk,31/31/2024,Workshop,"]
    look(editor, reverse("admin:newsletter_subscriberimport_add"))
    look.press("Check the list")
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    page.get_by_label("The list, as a CSV file").set_input_files(file)
    look.press("Check the list")
    assert page.get_by_role("heading", name="Rows that are not imported").is_visible()
    look.press("Subscribe 7 readers")

    look(editor, reverse("admin:newsletter_newsletterissue_sending", args=[approved_issue().pk]))
    page.get_by_label("Type the number of readers").fill("3")
    look.press("Send it")
    assert page.get_by_role("link", name="It goes to 8 readers now, and you typed 3.").is_visible()
