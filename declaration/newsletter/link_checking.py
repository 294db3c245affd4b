"""Follow the links of an issue when a person asks for it, and keep what was found with those words."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from declaration.internet import NoAnswer, NotThere, Pages, PublicPages, Refused, follow
from declaration.newsletter.models import NewsletterIssue
from declaration.newsletter.writing import is_web_address, links_and_pictures

LINKS_AT_MOST: Final = 40
AT_ONCE: Final = 8
# Somebody waits for the page.
SECONDS: Final = 15.0
_GONE: Final = {404, 410}


def check_links(*, issue: NewsletterIssue, by: User, pages: Pages | None = None) -> int:
    """Ask every address that an issue leads to, and write down those that lead nowhere; return how many.

    An answer says nothing once the words are others.
    """
    revision = issue.revision
    found = _what_is_wrong(_addresses(issue), pages or PublicPages())
    with transaction.atomic():
        issue = NewsletterIssue.objects.select_for_update().get(pk=issue.pk)
        issue.links_checked = {
            "revision": revision,
            "at": timezone.now().isoformat(),
            "found": found,
        }
        issue.save(update_fields=["links_checked"])
        facts = {"revision": revision, "found": [one["address"] for one in found]}
        record(verb="checked the links", on=issue, by=by, role=by.role, after=facts)
    return len(found)


def found_in(issue: NewsletterIssue) -> list[dict[str, Any]] | None:
    """Return what the links of these very words were found to be; None when nobody has looked."""
    checked = issue.links_checked
    return checked["found"] if checked.get("revision") == issue.revision else None


def _addresses(issue: NewsletterIssue) -> list[str]:
    links, pictures = links_and_pictures(issue.body)
    found = [link.address for link in links] + [picture.address for picture in pictures]
    return list(dict.fromkeys(address for address in found if is_web_address(address)))


def _what_is_wrong(addresses: Sequence[str], pages: Pages) -> list[dict[str, Any]]:
    """Return the addresses with something wrong, in their order; nobody holds up the others."""
    asked = addresses[:LINKS_AT_MOST]
    pool = ThreadPoolExecutor(AT_ONCE)
    answers = {address: pool.submit(_wrong_with, address, pages) for address in asked}
    wait(answers.values(), timeout=SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    found = []
    for address in addresses:
        answer = answers.get(address)
        if answer is None:
            wrong = ("was not checked: there are too many", False)
        elif not answer.done() or answer.cancelled():
            wrong = ("did not answer in time", False)
        else:
            wrong = answer.result()
        if wrong[0]:
            found.append({"address": address, "words": wrong[0], "serious": wrong[1]})
    return found


def _wrong_with(address: str, pages: Pages) -> tuple[str, bool]:
    """Return what is wrong with an address, and whether it is certain; nothing when it is there."""
    if address.startswith(f"{settings.SITE_URL}/"):
        return ("", False) if _is_ours(address) else ("leads to no page of ours", True)
    try:
        status = follow(pages, address, method="HEAD").status
        if status >= 400:
            # Some servers answer HEAD as they answer nothing else.
            status = follow(pages, address, method="GET").status
    except NotThere:
        return "leads to a website that does not exist", True
    except NoAnswer:
        return "did not answer", False
    except Refused as refused:
        return f"was not followed: {str(refused)[0].lower()}{str(refused)[1:].rstrip('.')}", False
    if status in _GONE:
        return f"leads to a page that is not there ({status})", True
    return ("", False) if status < 400 else (f"could not be checked: its server said {status}", False)


def _is_ours(address: str) -> bool:
    path = address.removeprefix(settings.SITE_URL).partition("?")[0].partition("#")[0]
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
