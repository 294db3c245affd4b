"""The pages on which a further commitment is written, sent and decided."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import adding, editing, finishing, signing
from signatories.models import Commitment, CommitmentEdit, DraftEditDecision
from tests.factories import CommitmentFactory, RepresentativeFactory, SignatureFactory, UserFactory
from tests.html import assert_good_page, assert_valid_html
from tests.signatories.additions import addition_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]

QUESTIONS = ["title", "mission", "impact", "partners", "principles"]
QUESTIONS += ["service-areas", "target-date", "open-to-others"]


@pytest.fixture
def signature():
    return SignatureFactory(published=True, commitment__title="Fewer missed bins")


@pytest.fixture
def officer(signature, signed_in):
    return signed_in(signature.started_by)


def page(signature, slug=""):
    return f"/dashboard/{signature.reference}/add/{slug}{'/' if slug else ''}"


def text(response):
    return " ".join(assert_good_page(response.content.decode()).get_text(" ").split())


def test_go_from_question_to_question_and_to_the_queue(officer, signature):
    assert "Add another commitment" in text(officer.get("/dashboard/"))
    assert "Start" in text(officer.get(page(signature)))
    assert not CommitmentEdit.objects.exists()
    for slug in (*QUESTIONS, "check", "drop"):
        assert officer.get(page(signature, slug)).headers["Location"] == page(signature)
    assert officer.post(page(signature)).headers["Location"] == page(signature)
    assert officer.get(page(signature)).headers["Location"] == page(signature, "title")
    assert "question 1 of 8" in text(officer.get(page(signature, "title")))
    saved = officer.post(page(signature, "title"), {"title": "Warmer libraries", "later": "yes"})
    assert saved.headers["Location"] == f"/dashboard/?saved={signature.reference}"
    assert "Another commitment: Warmer libraries" in text(officer.get("/dashboard/"))
    assert officer.get(page(signature)).headers["Location"] == page(signature, "mission")
    typed = {"mission": "Sensors.", "impact": "Readers.", "partners": ""}
    for slug, following in zip(QUESTIONS[1:4], QUESTIONS[2:5], strict=True):
        assert officer.get(page(signature, slug)).status_code == 200
        answer = officer.post(page(signature, slug), {slug: typed[slug]})
        assert answer.headers["Location"] == page(signature, following)
    for slug in QUESTIONS:
        text(officer.get(page(signature, slug)))
    missing = text(officer.post(page(signature, "check")))
    assert "Answer this question: Principles" in missing and "Answer this question: Mission" not in missing
    addition = addition_to(signature)
    sent = officer.post(page(signature, "check"))
    assert sent.headers["Location"] == "/dashboard/?addition-sent"
    assert "We have your further commitment." in text(officer.get("/dashboard/?addition-sent"))
    addition.refresh_from_db()
    assert (addition.status, addition.submitted_by) == ("submitted", signature.started_by)
    assert officer.get(page(signature)).headers["Location"] == page(signature, "check")
    shown = text(officer.get(page(signature, "check")))
    assert "Waiting for review" in shown and "Send for review" not in shown
    # Nothing can be changed, or sent again, while staff read it.
    assert officer.post(page(signature, "check")).headers["Location"] == page(signature)
    late = officer.post(page(signature, "title"), {"title": "Typed while staff read"})
    assert late.status_code == 409 and "Typed while staff read" in text(late)
    assert Email.objects.get().message == "tell_officer_addition_received"


def test_change_one_answer_from_the_check(officer, signature):
    addition_to(signature)
    changed = officer.post(page(signature, "title") + "?change", {"title": "Warm libraries"})
    assert changed.headers["Location"] == page(signature, "check")
    assert "Warm libraries" in text(officer.get(page(signature, "check")))


def test_hints_stand_beside_the_answer_and_on_the_check(officer, signature):
    addition_to(signature, mission="We will do things.", impact="Better.")
    asked = page(signature, "mission") + "?change"
    checked = officer.post(asked, {"mission": "We will do things.", "check": "yes"}).headers["Location"]
    assert checked == f"{page(signature, 'mission')}?checked&change"
    assert assert_good_page(officer.get(checked).content.decode()).select("#hints")
    assert "You may want to improve" in text(officer.get(page(signature, "check")))


def test_answer_what_staff_asked_for(officer, signature, moderator):
    addition = addition_to(signature, "submitted")
    why = {"reasons": [], "note": "Which libraries?"}
    editing.request_changes_to_edit(edit=addition, by=moderator, seen=addition.submitted_at, **why)
    assert "Which libraries?" in text(officer.get(page(signature, "check")))
    assert "Changes requested" in text(officer.get("/dashboard/"))
    assert page(signature) in Email.objects.get().text
    officer.post(page(signature, "check"))
    assert CommitmentEdit.objects.get().status == "submitted"


def test_begin_again_with_what_was_rejected(officer, signature, moderator):
    addition = addition_to(signature, "submitted")
    why = {"reasons": [], "note": "We do not see whom it helps."}
    editing.reject_edit(edit=addition, by=moderator, seen=addition.submitted_at, **why)
    assert "You begin with the answers about “Warmer libraries”" in text(officer.get(page(signature)))
    officer.post(page(signature))
    assert officer.get(page(signature)).headers["Location"] == page(signature, "check")
    assert "Readers sit in the warm." in text(officer.get(page(signature, "check")))


def test_drop_it(officer, signature):
    addition_to(signature)
    assert "Do you want to drop this commitment?" in text(officer.get(page(signature, "drop")))
    assert officer.post(page(signature, "drop")).headers["Location"] == "/dashboard/?addition-withdrawn"
    assert "is dropped" in text(officer.get("/dashboard/?addition-withdrawn"))
    assert CommitmentEdit.objects.get().status == "withdrawn"
    assert "Start" in text(officer.get(page(signature)))


def test_say_which_one_to_finish_first(officer, signature):
    for _ in range(finishing.MAXIMUM_UNFINISHED - 1):
        CommitmentFactory(signature=signature)
    for said in (officer.get(page(signature)), officer.post(page(signature))):
        shown = text(said)
        assert "has 5 commitments that are not finished" in shown and "Start" not in shown.split("Add")[1]
        assert f"/dashboard/{signature.reference}.5/progress/" in said.content.decode()
    assert not CommitmentEdit.objects.exists()


def test_say_which_one_to_finish_before_it_is_sent_or_accepted(officer, signature, staff):
    addition = addition_to(signature)
    for _ in range(finishing.MAXIMUM_UNFINISHED - 1):
        CommitmentFactory(signature=signature)
    refused = officer.post(page(signature, "check"))
    shown = text(refused)
    assert "Nothing was sent. Your answers are saved." in shown and "Warmer libraries" in shown
    assert f"/dashboard/{signature.reference}.5/progress/" in refused.content.decode()
    Commitment.objects.filter(signature=signature).update(stage="done", stage_reported_at=timezone.now())
    assert officer.post(page(signature, "check")).headers["Location"] == "/dashboard/?addition-sent"
    Commitment.objects.filter(signature=signature).update(stage="on-track")
    address = decide(addition, "accept")
    typed = form_on(staff, address, note="A good one.", action="send")
    html = staff.post(address, typed).content.decode()
    assert "as many commitments to finish as it may have" in assert_valid_html(html).get_text()
    assert "A good one." in html and Commitment.objects.filter(signature=signature).count() == 5


def test_say_that_an_organisation_has_ended(officer, signature):
    signature.organisation.end_date = date(2026, 3, 31)
    signature.organisation.save()
    assert "Add another commitment" not in text(officer.get("/dashboard/"))
    assert officer.post(page(signature)).status_code == 410


def test_what_was_withdrawn_meanwhile_takes_nothing_more(officer, signature):
    addition_to(signature)
    signing.withdraw(signature=signature, by=signature.started_by)
    for slug in ("", "title", "check", "drop"):
        assert officer.get(page(signature, slug)).status_code == 302
        # Whoever typed something is shown it.
        assert officer.post(page(signature, slug)).status_code == (409 if slug == "title" else 302)
    assert officer.get(page(signature)).headers["Location"] == "/dashboard/?too-late"
    assert officer.post(page(signature)).headers["Location"] == "/dashboard/?too-late"
    assert CommitmentEdit.objects.get().status == "draft"


def test_answer_typed_while_a_colleague_sent_it_is_shown(officer, signature, monkeypatch):
    addition = addition_to(signature)
    send = editing.save_edit

    def sent_first(**asked):
        editing.submit_edit(edit=addition, by=signature.started_by)
        return send(**asked)

    monkeypatch.setattr(editing, "save_edit", sent_first)
    answer = officer.post(page(signature, "title"), {"title": "Typed too late"})
    assert answer.status_code == 409
    shown = text(answer)
    assert "Typed too late" in shown and "is now: Waiting for review" in shown


def test_colleague_shares_it_and_strangers_do_not(signature, signed_in):
    addition_to(signature)
    colleague = RepresentativeFactory(organisation=signature.organisation)
    assert "Warmer libraries" in text(signed_in(colleague).get(page(signature, "check")))
    stranger = signed_in(RepresentativeFactory())
    for slug in ("", "title", "check", "drop"):
        assert stranger.get(page(signature, slug)).status_code == 404
        assert stranger.post(page(signature, slug)).status_code == 404
    assert signed_in(colleague).get(page(signature, "approver")).status_code == 404


@pytest.mark.parametrize("known", [True, False])
def test_sign_up_offers_it_where_the_organisation_has_signed(known, signature, signed_in):
    domain = signature.organisation.slug if known else "elsewhere"
    newcomer = UserFactory(email=f"new@{domain}.gov.uk")
    browser, start = signed_in(newcomer), f"/sign/organisation/{signature.organisation.slug}/"
    assert "Join as a representative" in text(browser.get(start))
    joined = text(browser.post(start))
    assert "has already signed" in joined
    assert ("Add another commitment" in joined) == known
    assert (browser.get(page(signature)).status_code == 200) == known


def test_words_typed_while_signed_out_are_kept(signature):
    addition_to(signature)
    browser = Client()
    browser.post(page(signature, "title"), {"title": "Typed before"})
    browser.force_login(signature.started_by.user)
    assert "Typed before" in browser.get(page(signature, "title")).content.decode()


# The desk.


def decide(addition, decision):
    return reverse("admin:signatories_commitmentedit_decide", args=[addition.pk, decision])


def record_of(addition):
    return reverse("admin:signatories_commitmentedit_change", args=[addition.pk])


def seen(browser, address):
    html = browser.get(address).content.decode()
    return assert_valid_html(html), " ".join(BeautifulSoup(html, "html5lib").get_text(" ").split())


def form_on(browser, address, **answers):
    soup, _ = seen(browser, address)
    hidden = soup.select("#content form input[type=hidden]")
    return {**{tag["name"]: tag.get("value", "") for tag in hidden}, **answers}


def test_staff_read_it_in_the_queue_of_edits_with_its_risks(staff, signature):
    hostile = "<script>alert(1)</script>{{ 7*7 }} https://example.com"
    addition = addition_to(signature, "submitted", mission=hostile)
    CommitmentFactory(signature__published=True, title="Heating libraries", mission="Libraries, readers.")
    soup, _ = seen(staff, reverse("admin:signatories_commitmentedit_changelist"))
    [row] = soup.select("#result_list tbody tr")
    assert "Further commitment" in row.get_text() and record_of(addition) in str(row)
    soup, shown = seen(staff, record_of(addition))
    assert hostile in shown and not [tag for tag in soup.select("script") if "alert(" in tag.get_text()]
    for words in ("The text has links in it.", "Fewer missed bins", "has promised already"):
        assert words in shown
    assert "What it would change" not in shown
    for decision in ("accept", "request-changes", "reject"):
        assert decide(addition, decision) in str(soup)
        assert hostile in seen(staff, decide(addition, decision))[1]


@pytest.mark.parametrize(
    ("decision", "typed", "emails"),
    [
        ("accept", {"note": "Good."}, 2),
        ("request-changes", {"text": "Which?"}, 1),
        ("reject", {"text": "No."}, 1),
    ],
)
def test_decide_after_a_preview_of_the_very_emails(decision, typed, emails, staff, signature):
    addition = addition_to(signature, "submitted")
    address, before = decide(addition, decision), AuditEvent.objects.count()
    html = staff.post(address, form_on(staff, address, **typed, action="preview")).content.decode()
    shown = assert_valid_html(html).select(".email-preview")
    assert not Email.objects.exists() and AuditEvent.objects.count() == before
    staff.post(address, form_on(staff, address, **typed, action="save"))
    assert DraftEditDecision.objects.get().edit == addition and not Email.objects.exists()
    assert AuditEvent.objects.about(signature).last().verb == "save a decision on an addition"
    answer = staff.post(address, form_on(staff, address, **typed, action="send"))
    assert answer.headers["Location"] == reverse("admin:signatories_commitmentedit_changelist")
    assert [(mail.subject, mail.text.strip()) for mail in Email.objects.order_by("pk")] == [
        (one.h3.get_text(), one.pre.get_text().strip()) for one in shown
    ]
    assert len(shown) == emails and not DraftEditDecision.objects.exists()
    assert Commitment.objects.filter(signature=signature).count() == (2 if decision == "accept" else 1)
    seen(staff, record_of(addition))


def test_record_of_the_signature_shows_all_its_commitments(staff, signature, moderator):
    record = reverse("admin:signatories_signature_change", args=[signature.pk])
    addition = addition_to(signature, "submitted")
    soup, shown = seen(staff, record)
    assert "Warmer libraries : further commitment, waiting for review" in shown
    assert record_of(addition) in str(soup)
    adding.accept_addition(edit=addition, by=moderator, seen=addition.submitted_at)
    soup, shown = seen(staff, record)
    for words in ("Fewer missed bins", "Commitment 2, added", "Sensors in ten libraries", "accept addition"):
        assert words in shown
    take_down = reverse("admin:signatories_signature_decide", args=[signature.pk, "take-down"])
    assert "Sensors in ten libraries" in seen(staff, take_down)[1]
    everything = reverse("admin:signatories_signature_changelist") + "?status=published"
    assert "Fewer missed bins and 1 more" in seen(staff, everything)[1]
