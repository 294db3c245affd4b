"""The link in the approver's email: what it opens, when it ends, and where it may go."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import signing as tokens
from django.urls import reverse

from declaration.logs import JsonFormatter, PlainFormatter
from declaration.outbox.models import Email
from signatories import asking, moderation, signing
from signatories.links import (
    APPROVER_LINK_DAYS,
    APPROVER_SALT,
    LinkIsOld,
    approver_token,
    read_approver_link,
)
from signatories.models import Signature
from tests.factories import SignatureFactory, current_version
from tests.signatories.approving import answers, everything, heading, link

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)


def test_open_shows_the_commitment_and_the_wording(waiting, stranger):
    page = stranger.get(link(waiting))
    soup = BeautifulSoup(page.content, "html5lib")
    text = soup.main.get_text(" ", strip=True)
    version = current_version()
    for shown in (waiting.commitment.title, waiting.commitment.mission, version.principles.get().text):
        assert shown in text
    form = soup.find("form", method="post")
    assert form.find("button").get_text(strip=True) == "Sign"
    assert form.find("input", {"name": "version"})["value"] == str(version.number)


def test_open_a_hundred_times_changes_nothing(waiting, stranger):
    before = everything()
    for _ in range(50):
        assert stranger.get(link(waiting)).status_code == 200
        assert stranger.head(link(waiting)).status_code == 200
    assert stranger.get(f"{link(waiting)}decline/").status_code == 200
    assert stranger.get(f"{link(waiting)}new-link/").status_code == 405
    assert everything() == before


# Links that are no good.


def test_tampered_link_opens_nothing(waiting, stranger):
    token = approver_token(waiting)
    for place in range(0, len(token), 3):
        other = "A" if token[place] != "A" else "B"
        page = stranger.get(f"/approve/{token[:place]}{other}{token[place + 1 :]}/")
        assert page.status_code == 404
        assert waiting.organisation.name not in page.content.decode()


@pytest.mark.parametrize("token", ["x", "x:y:z", "a" * 5000, "..%2f..", "%ff%fe", "WzFd:1:1"])
def test_nonsense_link_gets_a_helpful_page(token, version, stranger):
    page = stranger.get(f"/approve/{token}/")
    assert page.status_code == 404


@pytest.mark.parametrize(
    "content", [[1], [1, 2, 3], "x", None, {"pk": 1}, ["x", "y"], [10**30, "k"], [[1], 2]]
)
def test_link_signed_over_something_else_opens_nothing(content, version, stranger):
    token = tokens.dumps(content, salt=APPROVER_SALT)
    assert stranger.get(f"/approve/{token}/").status_code == 404


def test_token_made_for_another_purpose_opens_nothing(waiting, stranger):
    token = tokens.dumps([waiting.pk, waiting.approver_link_key], salt="newsletter.confirm")
    assert stranger.get(f"/approve/{token}/").status_code == 404


def test_key_of_one_signature_opens_no_other(waiting, stranger):
    other = SignatureFactory(awaiting_approver=True)
    mixed = tokens.dumps([other.pk, waiting.approver_link_key], salt=APPROVER_SALT)
    page = stranger.post(f"/approve/{mixed}/", answers(other))
    assert page.status_code == 410
    assert other.organisation.name not in page.content.decode()
    other.refresh_from_db()
    assert other.status == "awaiting_approver"


def test_link_of_one_signature_signs_that_one_alone(waiting, stranger):
    other = SignatureFactory(awaiting_approver=True)
    extra = {"signature": other.pk, "reference": other.reference, "organisation": other.organisation_id}
    stranger.post(link(waiting), {**answers(waiting), **extra})
    statuses = Signature.objects.filter(pk__in=[waiting.pk, other.pk]).order_by("pk")
    assert [s.status for s in statuses] == ["published", "awaiting_approver"]


def test_link_works_on_its_last_day_and_no_longer(waiting, stranger, time_machine):
    old = link(waiting)
    time_machine.move_to(NOW + timedelta(days=APPROVER_LINK_DAYS, seconds=-5), tick=False)
    assert stranger.get(old).status_code == 200
    time_machine.move_to(NOW + timedelta(days=APPROVER_LINK_DAYS, seconds=5), tick=False)
    page = stranger.get(old)
    assert (page.status_code, heading(page)) == (410, "This link is too old")
    before = everything()
    assert stranger.post(old, answers(waiting)).status_code == 410
    assert stranger.post(f"{old}decline/", {"reason": "No"}).status_code == 302
    assert everything() == before


def correct(signature, mailbox="new.chief"):
    asking.correct_approver(
        signature=signature,
        by=signature.started_by,
        name="New Chief",
        job_title="Leader",
        email=f"{mailbox}@{signature.organisation.slug}.gov.uk",
        capacity="leader",
    )
    signature.refresh_from_db()


def test_link_stops_working_when_the_approver_is_corrected(waiting, stranger):
    old = link(waiting)
    assert stranger.get(old).status_code == 200
    correct(waiting)
    assert stranger.get(old).status_code == 410
    assert stranger.post(old, answers(waiting)).status_code == 410
    waiting.refresh_from_db()
    assert waiting.status == "awaiting_approver"
    assert stranger.get(link(waiting)).status_code == 200


def test_link_replaced_between_its_reading_and_the_lock_signs_nothing(waiting):
    seen = read_approver_link(approver_token(waiting))
    correct(waiting)
    before = everything()
    with pytest.raises(LinkIsOld):
        signing.sign(signature=seen, name="Old", job_title="Chief", capacity="leader", version=1)
    assert everything() == before


def test_new_link_goes_to_the_address_on_record_alone(waiting, stranger, time_machine):
    old = link(waiting)
    correct(waiting)
    asked = Email.objects.count()
    time_machine.move_to(NOW + timedelta(hours=2), tick=False)
    page = stranger.post(f"{old}new-link/", {"email": "eve@evil.example", "to": "eve@evil.example"})
    assert (page.status_code, heading(page)) == (200, "Check your email")
    assert "new.chief" not in page.content.decode()
    [email] = Email.objects.order_by("pk")[asked:]
    assert (email.to, email.message) == (waiting.approver_email, "ask_approver_to_sign")
    assert stranger.get(re.search(r"/approve/\S+/", email.text).group()).status_code == 200


def test_new_link_is_sent_at_most_once_an_hour(waiting, stranger, time_machine):
    old = link(waiting)
    correct(waiting)
    sent = []
    for minutes in range(0, 300, 10):
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)
        before = Email.objects.count()
        page = stranger.post(f"{old}new-link/")
        assert page.status_code == 200
        if Email.objects.count() > before:
            sent.append(minutes)
    assert sent == [60, 120, 180, 240]


def test_new_link_is_not_given_to_a_wrong_one_or_when_nothing_waits(waiting, stranger):
    assert stranger.post("/approve/wrong/new-link/").status_code == 404
    old = link(waiting)
    correct(waiting)
    signing.withdraw(signature=waiting, by=waiting.started_by)
    before = everything()
    assert stranger.post(f"{old}new-link/").status_code == 302
    page = stranger.get(old)
    assert page.status_code == 410
    assert not BeautifulSoup(page.content, "html5lib").main.find("form")
    assert everything() == before


def test_button_of_a_good_link_asks_for_no_new_one(waiting, stranger):
    before = everything()
    answer = stranger.post(f"{link(waiting)}new-link/")
    assert answer.headers["Location"] == link(waiting)
    assert everything() == before


# Where the token may go.


def test_token_is_kept_from_other_sites_caches_and_logs(waiting, stranger, caplog):
    pages = [
        stranger.get(link(waiting)),
        stranger.get(f"{link(waiting)}decline/"),
        stranger.post(link(waiting), {}),
        stranger.get(f"/approve/{approver_token(waiting)[:-1]}/"),
        stranger.get(f"{link(waiting)}new-link/"),
    ]
    for page in pages:
        assert page.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
        assert "no-store" in page.headers["Cache-Control"]
    elsewhere = [
        tag.get("href") or tag.get("src")
        for tag in BeautifulSoup(pages[0].content, "html5lib").select("script, img, link, iframe, form")
        if (tag.get("href") or tag.get("src") or "/").startswith(("http", "//"))
    ]
    assert elsewhere == []
    ways_out = [PlainFormatter("%(message)s"), JsonFormatter()]
    logged = [way.format(record) for way in ways_out for record in caplog.records]
    assert len([line for line in logged if "Method Not Allowed" in line]) == len(ways_out)
    assert [line for line in logged if approver_token(waiting).split(":")[-1][:10] in line] == []


def test_forwarded_link_shows_no_address_of_anybody(waiting, stranger):
    page = stranger.get(link(waiting)).content.decode()
    for private in (waiting.approver_email, waiting.submitted_by.email):
        assert private not in page


def test_approver_is_asked_with_a_link_that_works(moderator, version, stranger):
    signature = SignatureFactory(submitted=True)
    moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)
    email = Email.objects.get(message="ask_approver_to_sign")
    for text in (email.text, email.html):
        [path] = set(re.findall(r"http://localhost:8000(/approve/[^\s\"<]+)", text))
        assert stranger.get(path).status_code == 200


def test_link_is_kept_from_staff(waiting, staff):
    correct(waiting)
    [email] = Email.objects.filter(message="ask_approver_to_sign")
    assert "/approve/" in email.text

    page = staff.get(reverse("admin:outbox_email_change", args=[email.pk])).content.decode()

    assert "/approve/(token)/" in page
    assert re.search(r"/approve/(\S+?)/", email.text).group(1) not in page
