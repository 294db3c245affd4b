"""Stored text shows as text, whatever is in it: in pages, in mails, in the admin."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from declaration.outbox.models import Email
from signatories import moderation, signing
from tests.factories import OrganisationFactory, ReasonFactory, RepresentativeFactory, SignatureFactory
from tests.html import assert_valid_html

pytestmark = pytest.mark.django_db

HOSTILE = {
    "markup": '<script>alert("x")</script><b>bold</b><img src=x onerror=alert(1)>',
    "an attribute's end": "\"'><svg onload=alert(1)>",
    "an entity": "&lt;b&gt; &amp; &#x3c;",
    "template syntax": "{{ 7*7 }}{% raise %}{# gone #}${7*7}<%= 7 %>",
    "format syntax": "%(name)s {0} {signature.approver_email} %s",
    "a right-to-left mark": "abc\u202egnp.exe\u202c \u200f",
    "a comment": "<!-- --> ]]> </textarea></title></style>",
    "a link": "javascript:alert(1) https://evil.example/",
}


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE)
def hostile(request):
    return request.param


@pytest.fixture
def signature(hostile, version):
    officer = RepresentativeFactory(
        full_name=hostile[:150], job_title=hostile[:150], organisation__name=f"Council {hostile}"
    )
    return SignatureFactory(
        organisation=officer.organisation,
        started_by=officer,
        approver_name=hostile,
        approver_job_title=hostile,
        publish_signer_name=True,
        commitment__title=hostile,
        commitment__mission=f"Mission {hostile}",
        commitment__impact=f"Impact {hostile}",
        commitment__partners=f"{hostile}\nSecond partner",
    )


def go_all_the_way(signature, hostile, moderator, version):
    signing.submit(signature=signature, by=signature.started_by)
    signature.refresh_from_db()
    reason = ReasonFactory(title=hostile[:100], text=hostile)
    moderation.request_changes(
        signature=signature, by=moderator, seen=signature.submitted_at, reasons=[reason], note=hostile
    )
    signing.submit(signature=signature, by=signature.started_by)
    signature.refresh_from_db()
    moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)
    signing.sign(
        signature=signature, name=hostile, job_title=hostile, capacity="leader", version=version.number
    )
    signature.refresh_from_db()


def assert_shown_as_text(html, text):
    """Fail unless the text is in the page as text and none of it became an element or an attribute."""
    assert_valid_html(html)
    soup = BeautifulSoup(html, "html5lib")
    shown = " ".join(soup.get_text(" ").split())
    assert " ".join(text.split()) in shown
    assert not soup.select("[onerror], [onload], svg[onload], img[src=x]")
    assert not [a for a in soup.select("a") if a.get("href", "").startswith(("javascript:", "https://evil"))]
    assert not [script for script in soup.select("script") if "alert" in script.get_text()]


def test_show_it_on_every_page(signature, hostile, moderator, version, signed_in, staff):
    officer = signed_in(signature.started_by)
    sign = f"/sign/{signature.reference}"
    own = ["/dashboard/", f"{sign}/check/", f"{sign}/title/", f"{sign}/mission/", f"{sign}/partners/"]
    for address in own:
        assert_shown_as_text_or_value(officer.get(address).content.decode(), hostile)
    go_all_the_way(signature, hostile, moderator, version)
    for address in ("/", "/signatories/", signature.organisation.get_absolute_url()):
        assert_shown_as_text(Client().get(address).content.decode(), hostile)
    record = staff.get(reverse("admin:signatories_signature_change", args=[signature.pk]))
    assert_shown_as_text(record.content.decode(), hostile)
    queue = staff.get(f"{reverse('admin:signatories_signature_changelist')}?status=all")
    assert_shown_as_text(queue.content.decode(), hostile)
    organisation = reverse("admin:signatories_organisation_changelist")
    assert_shown_as_text(staff.get(organisation).content.decode(), hostile)


def assert_shown_as_text_or_value(html, text):
    soup = BeautifulSoup(html, "html5lib")
    values = " ".join(tag.get("value", "") for tag in soup.select("input"))
    assert " ".join(text.split()) in " ".join(f"{soup.get_text(' ')} {values}".split())
    assert not soup.select("[onerror], [onload], img[src=x]")
    assert not [script for script in soup.select("script") if "alert" in script.get_text()]


def test_send_it_in_mails_as_text(signature, hostile, moderator, version):
    go_all_the_way(signature, hostile, moderator, version)
    emails = list(Email.objects.about(signature))
    assert len(emails) == 7
    for email in emails:
        assert "\n" not in email.subject and "\r" not in email.subject
        soup = BeautifulSoup(email.html, "html5lib")
        assert " ".join(hostile.split()) in " ".join(soup.get_text(" ").split())
        assert not soup.select("script, svg, img, [onerror], [onload]")
        assert " ".join(hostile.split()) in " ".join(email.text.split())


def test_put_no_line_break_of_a_name_into_a_subject(version):
    organisation = OrganisationFactory(name="Council\r\nBcc: eve@evil.example\r\n\r\nHello")
    signature = SignatureFactory(organisation=organisation)
    signing.submit(signature=signature, by=signature.started_by)
    [email] = Email.objects.all()
    assert not set("\r\n\0") & set(email.subject)
    assert "Bcc: eve@evil.example" in email.subject


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("A\x07bell", "Abell"),
        ("A\x1b[31mred", "A[31mred"),
        ("A\x0bbreak", "A\nbreak"),
        ("A\ttab\r\nand a line\rand another", "A\ttab\nand a line\nand another"),
        ("A\u202emark\u200f", "A\u202emark\u200f"),
        ("A\ufffe\uffff\x7f\x85", "A"),
        ("Cŵm 👩‍💻 é", "Cŵm 👩‍💻 é"),
    ],
)
def test_keep_what_was_typed_without_control_characters(typed, kept, signed_in):
    signature = SignatureFactory()
    answer = signed_in(signature.started_by).post(f"/sign/{signature.reference}/mission/", {"mission": typed})
    assert answer.status_code == 302
    assert signature.commitments.get().mission == kept


def test_refuse_an_answer_of_control_characters_alone(signed_in):
    signature = SignatureFactory()
    before = signature.commitment.title
    answer = signed_in(signature.started_by).post(
        f"/sign/{signature.reference}/title/", {"title": "\x07\x1b"}
    )
    assert answer.status_code == 200
    assert signature.commitments.get().title == before
