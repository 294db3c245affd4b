"""Many requests at the same moment, at a real server with two processes, on both databases."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests

from tests.servers import KINDS, Stack

AT_ONCE = 20
ASK = "/account/login/code/"
CONFIRM = "/account/login/code/confirm/"


@pytest.fixture(scope="module", params=KINDS)
def stack(request):
    with Stack(request.param, worker=False, env={"WEB_CONCURRENCY": "2"}) as running:
        yield running


class Browser:
    def __init__(self, stack):
        self.url = stack.url
        self.session = requests.Session()

    def token(self, path):
        page = self.session.get(self.url + path, timeout=20).text
        return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)

    def post(self, path, **data):
        return self.session.post(self.url + path, data=data, allow_redirects=False, timeout=20)

    def ask(self, email):
        return self.post(ASK, csrfmiddlewaretoken=self.token(ASK), email=email)


def together(*calls):
    """Make all calls at the same moment and return their answers."""
    barrier = Barrier(len(calls))

    def wait_and(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(wait_and, calls))


def newest_code(stack, email):
    query = 'SELECT text FROM outbox_email WHERE "to" = ? ORDER BY id DESC LIMIT 1'
    return re.search(r"^(\d{6})$", stack.rows(query, email)[0][0], re.MULTILINE).group(1)


def copies(browser, stack):
    """Return requests that carry one browser's cookies, as of one person pressing many times."""
    sessions = []
    for _ in range(AT_ONCE):
        copy = Browser(stack)
        copy.session.cookies.update(browser.session.cookies)
        sessions.append(copy)
    return sessions


@pytest.mark.parametrize("turn", range(3))
def test_code_used_twenty_times_at_once_signs_in_once(stack, turn):
    email = f"once{turn}@camden.gov.uk"
    browser = Browser(stack)
    assert browser.ask(email).status_code == 302
    code, token = newest_code(stack, email), browser.token(CONFIRM)
    answers = together(
        *(
            lambda copy=copy: copy.post(CONFIRM, csrfmiddlewaretoken=token, code=code)
            for copy in copies(browser, stack)
        )
    )
    assert {answer.status_code for answer in answers} <= {200, 302}
    assert [answer.headers.get("Location") for answer in answers].count("/dashboard/") == 1
    assert stack.rows("SELECT count(*) FROM accounts_user WHERE email = ?", email) == [(1,)]


def test_twenty_wrong_codes_at_once_count_five_tries(stack):
    email = "guessed@camden.gov.uk"
    browser = Browser(stack)
    browser.ask(email)
    code, token = newest_code(stack, email), browser.token(CONFIRM)
    guesses = [f"{(int(code) + n) % 10**6:06}" for n in range(1, AT_ONCE + 1)]
    together(
        *(
            lambda copy=copy, guess=guess: copy.post(CONFIRM, csrfmiddlewaretoken=token, code=guess)
            for copy, guess in zip(copies(browser, stack), guesses, strict=True)
        )
    )
    tries = "SELECT wrong_tries FROM accounts_signincode ORDER BY id DESC LIMIT 1"
    assert stack.rows(tries) == [(5,)]
    assert "/dashboard/" not in browser.post(CONFIRM, csrfmiddlewaretoken=token, code=code).headers.values()


def test_twenty_requests_at_once_owe_five_mails_and_leave_one_code_alive(stack):
    email = "eager@camden.gov.uk"
    browsers = [Browser(stack) for _ in range(AT_ONCE)]
    for browser in browsers:
        browser.ready = browser.token(ASK)
    answers = together(
        *(
            lambda one=one: one.post(ASK, csrfmiddlewaretoken=one.ready, email=email).status_code
            for one in browsers
        )
    )
    assert sorted(answers) == [302] * 5 + [429] * (AT_ONCE - 5)
    assert stack.rows('SELECT count(*) FROM outbox_email WHERE "to" = ?', email) == [(5,)]
    newest = stack.rows("SELECT address FROM accounts_signincode ORDER BY id DESC LIMIT 1")[0][0]
    alive = "SELECT count(*) FROM accounts_signincode WHERE ended_at IS NULL AND address = ?"
    assert stack.rows(alive, newest) == [(1,)]
