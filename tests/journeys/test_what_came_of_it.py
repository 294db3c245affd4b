"""After signing: the certificate, the badge, and what a reader says is wrong."""

import io

import pytest
from pypdf import PdfReader

from tests.journeys.public import Public
from tests.journeys.telling import given, then, when


@pytest.fixture
def signatory(officer, approver):
    given(officer).has_an_accepted_commitment()
    given(approver).has_signed()
    return officer


def read_pdf(file):
    return PdfReader(io.BytesIO(file), strict=True)


def test_reader_prints_a_certificate_and_shows_a_badge(signatory, public, world):
    council = signatory.council
    when(public).opens_the_page_of(council)
    when(public).follows("Certificate")
    then(public).sees("This certifies that", council.name, signatory.reference)
    [sheet] = read_pdf(public.prints_the_page()).pages
    assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
    printed = sheet.extract_text()
    assert signatory.reference in printed and council.name in " ".join(printed.split())
    assert "Sign the Declaration" not in printed

    pdf = read_pdf(public.downloads("open the certificate as a PDF"))
    assert council.name in pdf.metadata.title
    assert signatory.reference in pdf.pages[0].extract_text()
    # Whoever got the signed copy finds the same address there.
    assert (
        f"{world.stack.url}/certificates/{signatory.reference}/"
        in signatory.receives(f"{council.name} has signed").text
    )

    when(public).opens_the_page_of(council)
    when(public).follows("Badge for its own website")
    then(public).sees_a_picture_that_says("has signed")
    html = public.hands.field("HTML to copy").input_value()
    then(public).sees_the_badge_on_another_website(html)
    then(public).has_no_cookie()

    when(signatory).withdraws()
    when(public).goes_to(f"/certificates/{signatory.reference}/")
    then(public).sees("Not valid any more", "is no longer on the register")
    when(public).goes_to(f"/signatories/{council.slug}/badge/")
    then(public).sees("is not on the list of signatories today")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_reader_says_what_is_wrong_and_staff_settle_it(scripts, signatory, moderator, world):
    reader = Public(world, scripts=scripts, email=f"reader.{scripts}@example.org".lower())
    when(reader).opens_the_page_of(signatory.council)
    when(reader).follows("Tell us if something on this page is wrong")
    when(reader).presses("Send")
    then(reader).sees_error("Enter what is wrong")
    when(reader).hands.type("What is wrong?", "The website moved last week.")
    when(reader).hands.type("Your email address (optional)", reader.email)
    when(reader).presses("Send")
    then(reader).sees_heading("Thank you for telling us")
    assert signatory.council.name in reader.receives("We have what you told us").text

    when(moderator).goes_to("/admin/signatories/correctionrequest/")
    then(moderator).sees("The website moved last week.")
    when(moderator).follows(signatory.council.name)
    when(moderator).presses("Settle, send nothing")
    then(moderator).sees("Enter what was done, or why nothing was")
    when(moderator).hands.type("What was done", "Put the new address in.")
    when(moderator).hands.type("Answer to the person (optional)", "Thank you, the address is right now.")
    when(moderator).presses("Settle, send nothing")
    then(moderator).sees("Preview and send the answer, or remove it")
    when(moderator).presses("Preview the email")
    then(moderator).sees(f"To {reader.email}")
    when(moderator).presses("Settle and send the answer")
    then(moderator).sees(f"Settled: {signatory.council.name}")
    then(moderator).does_not_see("The website moved last week.")
    assert "the address is right now" in reader.receives(f"About {signatory.council.name}").text

    when(moderator).goes_to("/admin/signatories/correctionrequest/?state=settled")
    when(moderator).opens_the_first_record()
    then(moderator).sees("Put the new address in.")
    when(moderator).opens_the_history_of_the_record()
