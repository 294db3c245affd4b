"""One issue as a mail and as a page, from the same words by the same function."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from declaration.newsletter.models import NewsletterIssue, Picture
from declaration.newsletter.writing import PAGE, write
from declaration.outbox.leaving import PLACEHOLDER


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str
    html: str


def mail_of(issue: NewsletterIssue) -> Mail:
    """Return an issue as it is mailed, with `PLACEHOLDER` where each reader's own token goes."""
    written = write(issue.body)
    context = {
        "issue": issue,
        "body_html": written.html,
        "body_text": written.text,
        "archive_url": archive_url(issue),
        "leave_url": f"{leave_prefix()}{PLACEHOLDER}/",
        "choices_url": f"{settings.SITE_URL}{reverse('newsletter_ask_for_link')}",
        "site_url": settings.SITE_URL,
    }
    return Mail(
        subject=issue.subject,
        text=render_to_string("newsletter/issue_mail.txt", context, using="jinja2").strip() + "\n",
        html=render_to_string("newsletter/issue_mail.html", context, using="jinja2"),
    )


def page_html(issue: NewsletterIssue) -> SafeString:
    """Return the words of an issue for a page of ours, which has a style sheet."""
    return write(issue.body, PAGE).html


def archive_url(issue: NewsletterIssue) -> str:
    return f"{settings.SITE_URL}{issue.get_absolute_url()}"


def picture_markdown(picture: Picture) -> str:
    """Return what an editor writes to show a picture."""
    return f"![{picture.alt}]({settings.SITE_URL}{picture.get_absolute_url()})"


def leave_prefix() -> str:
    """Return where readers leave, up to their token."""
    return f"{settings.SITE_URL}{reverse('newsletter_leave', args=['-'])}".removesuffix("-/")


def list_id() -> str:
    """Return the name of the list for mail programs (RFC 2919)."""
    return f"newsletter.{urlsplit(settings.SITE_URL).hostname}"
