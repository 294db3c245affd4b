"""What is wrong with an issue, in words, before it is approved."""

from dataclasses import dataclass

from django.conf import settings

from declaration.newsletter.link_checking import found_in
from declaration.newsletter.models import NewsletterIssue
from declaration.newsletter.rendering import mail_of
from declaration.newsletter.writing import links_and_pictures
from declaration.outbox.leaving import PLACEHOLDER

# Some mailboxes cut a message here, and the link to leave with it.
BYTES_AT_MOST = 100 * 1024
SAYS_NOTHING = {"click here", "here", "this", "link", "this link", "read more", "more", "learn more"}


@dataclass(frozen=True)
class Problem:
    words: str
    # A serious one has to be put right before the issue can be approved.
    serious: bool = True


def problems_of(issue: NewsletterIssue) -> list[Problem]:
    """Return what is wrong, in the order in which it stands in the text."""
    links, pictures = links_and_pictures(issue.body)
    found = [
        Problem(f"The picture {picture.address} has no text for people who cannot see it.")
        for picture in pictures
        if not picture.alt.strip()
    ]
    for link in links:
        if link.text.strip().lower().rstrip(".") in SAYS_NOTHING:
            found.append(Problem(f"The link “{link.text}” does not say where it leads."))
        if not link.text.strip():
            found.append(Problem(f"The link to {link.address} has no words."))
        if link.address.startswith("http:") and not link.address.startswith(f"{settings.SITE_URL}/"):
            found.append(Problem(f"The link to {link.address} is not secure: it begins with http."))
        elif not link.address.startswith(("http:", "https:", "mailto:")):
            found.append(Problem(f"The link to {link.address} leads nowhere from an email."))
    for picture in pictures:
        if not picture.address.startswith(("https:", f"{settings.SITE_URL}/")):
            found.append(Problem(f"The picture {picture.address} must begin with https."))
    found += [
        Problem(f"The link to {one['address']} {one['words']}.", serious=one["serious"])
        for one in found_in(issue) or []
    ]
    mail = mail_of(issue)
    size = len(mail.html.encode()) + len(mail.text.encode())
    if size > BYTES_AT_MOST:
        found.append(Problem(f"The email is {size // 1024} KB long. It must be under 100 KB."))
    if PLACEHOLDER not in mail.html or PLACEHOLDER not in mail.text:
        found.append(Problem("The link to leave is missing."))
    if not issue.summary:
        found.append(Problem("There is no summary for the mailbox and the archive.", serious=False))
    if len(issue.subject) > 70:
        found.append(Problem("The subject is long. Phones show about 40 letters of it.", serious=False))
    return found
