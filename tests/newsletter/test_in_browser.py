"""The newsletter's pages in a real browser: accessible, and no wider than a phone."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from declaration.newsletter.links import manage_token
from declaration.newsletter.models import Suppression
from declaration.newsletter.suppressing import suppress
from declaration.outbox.leaving import leave_token
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.browser import assert_accessible, assert_good_in_browser
from tests.newsletter.making import approved_issue, draft_issue, published_issue, subscriber_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_readers_pages(watched, live_server):
    reader = subscriber_of("jo@camden.gov.uk")
    issue = published_issue(
        body="# Heading\n\nText with [a link](https://www.example.gov.uk/).\n\n- one\n- two"
    )
    token = manage_token(reader)
    paths = [
        reverse("newsletter"),
        reverse("newsletter_look"),
        reverse("newsletter_leave", args=[leave_token(reader.pk)]),
        reverse("newsletter_left"),
        reverse("newsletter_ask_for_link"),
        reverse("newsletter_manage", args=[token]),
        reverse("newsletter_change_address", args=[token]),
        reverse("newsletter_forget", args=[token]),
        reverse("newsletter_issues"),
        issue.get_absolute_url(),
    ]
    for path in paths:
        assert watched.goto(live_server.url + path).status == 200
        assert_good_in_browser(watched)
    watched.goto(live_server.url + reverse("newsletter"))
    watched.get_by_role("button", name="Subscribe").click()
    watched.get_by_text("There is a problem").wait_for()
    assert_good_in_browser(watched)


def test_editors_pages(watched, live_server):
    client = sign_in_as_staff(Client(), staff_member("editor"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    watched.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    subscriber_of("jo@camden.gov.uk")
    draft, approved, going = draft_issue(), approved_issue(), published_issue()
    change = reverse("admin:newsletter_newsletterissue_change", args=[draft.pk])
    paths = [reverse("admin:newsletter_newsletterissue_changelist"), change]
    paths += [
        reverse("admin:newsletter_newsletterissue_sending", args=[one.pk]) for one in (draft, approved, going)
    ]
    paths.append(reverse("admin:newsletter_subscriber_changelist"))
    suppress(address="gone@example.uk", reason="bounced", by=None, source="GOV.UK Notify")
    paths.append(reverse("admin:newsletter_suppression_changelist"))
    paths.append(reverse("admin:newsletter_suppression_change", args=[Suppression.objects.get().pk]))
    for path in paths:
        assert watched.goto(live_server.url + path).status == 200
        assert_accessible(watched)
    watched.goto(live_server.url + change)
    watched.get_by_label("Body").fill("What is **new**")
    preview = watched.frame_locator("iframe[name=newsletter-preview]")
    preview.get_by_text("new", exact=True).wait_for()
