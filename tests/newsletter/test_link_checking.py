"""The links of an issue are followed when a person asks, and never while somebody only looks."""

import threading

import pytest
from django.test import Client
from django.urls import reverse

from declaration.accounts.models import User
from declaration.internet import Answer, NoAnswer, NotThere, Refused
from declaration.newsletter import link_checking, sending
from declaration.newsletter.link_checking import check_links
from declaration.newsletter.linting import problems_of
from declaration.newsletter.models import NewsletterIssue
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.newsletter.making import draft_issue

pytestmark = pytest.mark.django_db


class Web:
    """Pages by their address: a status, a way on, or an error."""

    def __init__(self, **pages):
        self.pages = {f"https://{name}.example/": answer for name, answer in pages.items()}
        self.asked = []

    def ask(self, address, *, method="GET", bytes_at_most=0):
        self.asked.append((method, address))
        answer = self.pages[address]
        if callable(answer):
            answer = answer(method)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Answer) else Answer(answer)


@pytest.fixture
def editor():
    return User.objects.create_user("looking@communities.gov.uk", role="editor")


def issue_with(*names):
    return draft_issue(body="\n".join(f"Read [about {name}](https://{name}.example/)." for name in names))


def found(issue):
    return {
        one["address"].removeprefix("https://").partition(".")[0]: (one["words"], one["serious"])
        for one in NewsletterIssue.objects.get(pk=issue.pk).links_checked["found"]
    }


def test_tells_dead_links_from_those_that_do_not_answer(editor):
    web = Web(
        good=200,
        moved=Answer(301, moved_to="https://good.example/"),
        nohead=lambda method: 405 if method == "HEAD" else 200,
        dead=404,
        gone=410,
        nobody=NotThere("There is no such name."),
        silent=NoAnswer("It did not answer."),
        busy=503,
        locked=403,
        inside=Refused("It is inside a private network."),
        round=Answer(302, moved_to="https://round.example/"),
    )
    issue = issue_with(*[name.partition("//")[2].partition(".")[0] for name in web.pages])
    assert check_links(issue=issue, by=editor, pages=web) == 8
    assert found(issue) == {
        "dead": ("leads to a page that is not there (404)", True),
        "gone": ("leads to a page that is not there (410)", True),
        "nobody": ("leads to a website that does not exist", True),
        "silent": ("did not answer", False),
        "busy": ("could not be checked: its server said 503", False),
        "locked": ("could not be checked: its server said 403", False),
        "inside": ("was not followed: it is inside a private network", False),
        "round": ("was not followed: it leads on and on", False),
    }


def test_keeps_a_dead_link_from_being_approved_until_the_words_change(editor):
    issue = issue_with("dead")
    check_links(issue=issue, by=editor, pages=Web(dead=404))
    issue.refresh_from_db()
    assert [problem.serious for problem in problems_of(issue)] == [True]
    with pytest.raises(sending.NotPossible, match="not there"):
        sending.approve(issue=issue, by=editor, revision=1)
    issue.body, issue.revision = "All is well.", 2
    issue.save()
    assert problems_of(issue) == []
    sending.approve(issue=issue, by=editor, revision=2)


def test_looks_at_our_own_links_without_asking_ourselves(editor, settings):
    body = (
        f"[The list]({settings.SITE_URL}/signatories/?q=a) and [nothing]({settings.SITE_URL}/nothing-here/)"
    )
    issue, web = draft_issue(body=body), Web()
    assert check_links(issue=issue, by=editor, pages=web) == 1
    [wrong] = NewsletterIssue.objects.get().links_checked["found"]
    assert (wrong["address"], wrong["words"]) == (
        f"{settings.SITE_URL}/nothing-here/",
        "leads to no page of ours",
    )
    assert web.asked == []


def test_waits_for_nobody_for_long_and_asks_a_limited_number(editor, monkeypatch):
    monkeypatch.setattr(link_checking, "SECONDS", 0.2)
    monkeypatch.setattr(link_checking, "LINKS_AT_MOST", 2)
    go_on = threading.Event()

    def slow(method):
        go_on.wait(30)
        return 200

    issue = issue_with("slow", "good", "third")
    check_links(issue=issue, by=editor, pages=Web(slow=slow, good=200, third=200))
    go_on.set()
    assert found(issue) == {
        "slow": ("did not answer in time", False),
        "third": ("was not checked: there are too many", False),
    }


def test_follows_links_on_a_button_alone(monkeypatch):
    client, web = sign_in_as_staff(Client(), staff_member("editor")), Web(dead=404)
    monkeypatch.setattr(link_checking, "PublicPages", lambda: web)
    issue = issue_with("dead")
    page = reverse("admin:newsletter_newsletterissue_sending", args=[issue.pk])
    assert "Nobody has followed the links" in client.get(page).content.decode()
    assert web.asked == []
    client.post(reverse("admin:newsletter_newsletterissue_do", args=[issue.pk, "links"]))
    assert web.asked == [("HEAD", "https://dead.example/"), ("GET", "https://dead.example/")]
    shown = client.get(page).content.decode()
    assert "leads to a page that is not there (404)" in shown
    assert len(web.asked) == 2
