"""A picture is read, drawn anew and served for good; nothing else gets in under its name."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.newsletter import illustrating
from declaration.newsletter.illustrating import NotAPicture, add_picture
from declaration.newsletter.linting import problems_of
from declaration.newsletter.models import Picture
from declaration.newsletter.rendering import mail_of, picture_markdown
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.html import assert_valid_html
from tests.newsletter.making import draft_issue, published_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return User.objects.create_user("drawing@communities.gov.uk", role="editor")


def drawn(kind, size=(40, 30), mode="RGB", **options):
    written = io.BytesIO()
    Image.new(mode, size, "red").save(written, kind, **options)
    return written.getvalue()


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("GIF", "P"), ("JPEG", "RGB"), ("PNG", "L")])
def test_keeps_a_picture_and_serves_it_for_good(editor, client, kind, mode):
    content = drawn(kind, mode=mode)
    picture = add_picture(content=content, alt="A red bin", by=editor)
    assert add_picture(content=content, alt="The same", by=editor) == picture
    served = client.get(picture.get_absolute_url())
    expected = "jpeg" if kind == "JPEG" else "png"
    assert served["Content-Type"] == f"image/{expected}"
    assert served["Cache-Control"] == "public, max-age=31536000, immutable"
    assert served["X-Content-Type-Options"] == "nosniff"
    assert set(served["Content-Security-Policy"].split("; ")) == {"default-src 'none'", "sandbox"}
    assert not served.cookies
    with Image.open(io.BytesIO(served.content)) as image:
        assert (image.format.lower(), image.size) == (expected, (40, 30))
    assert AuditEvent.objects.filter(verb="added a picture").count() == 1


def test_takes_away_the_place_and_what_hangs_behind(editor):
    exif = Image.Exif()
    exif[0x010E] = "taken in the garden of Jo"
    content = drawn("JPEG", exif=exif, comment=b"secret words") + b"<script>alert(1)</script>"
    assert b"garden" in content
    picture = add_picture(content=content, alt="A garden", by=editor)
    assert not any(part in bytes(picture.content) for part in (b"garden", b"secret", b"script"))


def test_makes_a_wide_picture_as_wide_as_a_mail_needs(editor):
    picture = add_picture(content=drawn("PNG", size=(3000, 1500)), alt="Wide", by=editor)
    assert (picture.width, picture.height) == (1200, 600)


def moving():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    return written.getvalue()


REFUSED = [
    (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture that we can read"),
    (lambda: b"<html>\x89PNG", "no picture that we can read"),
    (lambda: drawn("BMP"), "no picture that we can read"),
    (lambda: drawn("PNG")[:60], "no picture that we can read"),
    (moving, "The picture moves"),
    (lambda: b"\x89PNG" + b"0" * 930_000, "smaller than 900 KB"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED)
def test_refuses_what_is_no_still_picture(editor, content, words):
    with pytest.raises(NotAPicture, match=words):
        add_picture(content=content(), alt="x", by=editor)
    assert not Picture.objects.exists()


def test_refuses_a_small_file_with_too_many_pixels(editor, monkeypatch):
    monkeypatch.setattr(illustrating, "PIXELS_AT_MOST", 1_000)
    with pytest.raises(NotAPicture, match="too many pixels"):
        add_picture(content=drawn("PNG", size=(100, 100)), alt="x", by=editor)


def test_editor_uploads_a_picture_with_words_and_puts_it_into_an_issue(client, settings):
    staff = sign_in_as_staff(Client(), staff_member("editor"))
    add = reverse("admin:newsletter_picture_add")
    assert_valid_html(staff.get(add).content.decode())
    for alt, words in (("", "Say what the picture shows"), ("a ](b", "without square brackets")):
        file = SimpleUploadedFile("a.png", drawn("PNG"))
        refused = staff.post(add, {"file": file, "alt": alt}).content.decode()
        assert_valid_html(refused)
        assert words in refused
    assert not Picture.objects.exists()
    page = staff.post(add, {"file": SimpleUploadedFile("a.png", drawn("PNG")), "alt": "A red bin"})[
        "Location"
    ]
    picture = Picture.objects.get()
    shown = staff.get(page).content.decode()
    assert_valid_html(shown)
    assert picture_markdown(picture) in shown
    issue = draft_issue(body=f"See:\n\n{picture_markdown(picture)}")
    assert problems_of(issue) == []
    mail = mail_of(issue)
    assert (
        f'src="{settings.SITE_URL}{picture.get_absolute_url()}"' in mail.html
        and 'alt="A red bin"' in mail.html
    )
    assert "A red bin" in mail.text
    without = draft_issue(body=picture_markdown(picture).replace("A red bin", " "))
    assert "has no text" in problems_of(without)[0].words


def test_page_of_an_issue_may_show_pictures_from_elsewhere(client):
    issue = published_issue(body="![Bins](https://elsewhere.example/bins.png)")
    policy = client.get(issue.get_absolute_url())["Content-Security-Policy"]
    assert "img-src 'self' https:" in policy
    assert "https:" not in client.get(reverse("newsletter_issues"))["Content-Security-Policy"]
