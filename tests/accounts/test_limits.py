"""A sign-in code works once, for ten minutes, in one browser, and can be neither guessed nor piled up."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.accounts import codes
from declaration.accounts.models import SignInCode
from declaration.outbox import claiming
from declaration.outbox.models import Email
from tests.accounts.people import ask, enter, is_signed_in, newest_code, wrong
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

OFFICER = "pat.smith@camden.gov.uk"
REQUEST = "account_request_login_code"


def page(response):
    return assert_good_page(response.content.decode())


def errors(response):
    return [item.get_text(strip=True) for item in page(response).select(".govuk-error-summary li")]


def test_enter_code_in_another_browser_is_refused(client):
    ask(client, OFFICER)
    code = newest_code(OFFICER)
    stranger = Client()
    assert enter(stranger, code)["Location"] == reverse(REQUEST)
    ask(stranger, "somebody.else@leeds.gov.uk")
    enter(stranger, code)
    assert not is_signed_in(stranger)
    enter(client, code)
    assert is_signed_in(client)


def test_enter_code_twice_is_refused(client):
    ask(client, OFFICER)
    code = newest_code(OFFICER)
    second_tab = Client()
    second_tab.cookies = client.cookies.copy()
    kept = client.session["sign_in"]
    enter(client, code)
    with pytest.raises(codes.CodeRefused) as refused:
        codes.use(code_id=kept["code"], email=kept["email"], digits=code, network="127.0.0.1")
    assert refused.value.reason == "ended"


def test_enter_code_after_ten_minutes_is_refused(client):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        ask(client, OFFICER)
        code = newest_code(OFFICER)
    with time_machine.travel(start + timedelta(minutes=10), tick=False):
        assert errors(enter(client, code)) == ["The code has expired. Ask for a new code"]
    with time_machine.travel(start + timedelta(minutes=9, seconds=59), tick=False):
        enter(client, code)
    assert is_signed_in(client)


def test_ask_again_kills_the_old_code(client):
    ask(client, OFFICER)
    old = newest_code(OFFICER)
    client.post(reverse("account_resend_login_code"))
    new = newest_code(OFFICER)
    if old != new:
        enter(client, old)
        assert not is_signed_in(client)
    enter(client, new)
    assert is_signed_in(client)


def test_ask_again_while_mail_is_slow_sends_the_new_code_alone(client):
    ask(client, OFFICER)
    [taken] = claiming.claim(1)
    assert claiming.begin(taken) and claiming.finish(taken, Email.State.PENDING)
    ask(client, OFFICER)
    begun = [email.pk for email in claiming.claim(10) if claiming.begin(email)]
    assert begun == [Email.objects.latest("pk").pk]


def test_ask_again_from_another_browser_kills_the_old_code(client):
    ask(client, OFFICER)
    old = newest_code(OFFICER)
    ask(Client(), OFFICER)
    assert "no longer works" in errors(enter(client, old))[0]
    assert not is_signed_in(client)


def test_enter_wrong_code_five_times_ends_the_code(client):
    ask(client, OFFICER)
    code = newest_code(OFFICER)
    said = [errors(enter(client, wrong(code)))[0] for _ in range(5)]
    assert said[:4] == [
        f"The code is not right. Take it from our newest email. You have {left} left"
        for left in ("4 tries", "3 tries", "2 tries", "1 try")
    ]
    assert said[4].startswith("Too many wrong codes")
    assert errors(enter(client, code))[0].startswith("Too many wrong codes")
    assert not is_signed_in(client)


def test_enter_ten_wrong_codes_in_an_hour_closes_the_address_for_that_hour(client):
    start = timezone.now()
    for at in (start, start + timedelta(minutes=1)):
        with time_machine.travel(at, tick=False):
            ask(client, OFFICER)
            for _ in range(5):
                enter(client, wrong(newest_code(OFFICER)))
    with time_machine.travel(start + timedelta(minutes=2), tick=False):
        ask(client, OFFICER)
        enter(client, newest_code(OFFICER))
        assert not is_signed_in(client)
    with time_machine.travel(start + timedelta(minutes=62), tick=False):
        ask(client, OFFICER)
        enter(client, newest_code(OFFICER))
    assert is_signed_in(client)


def test_ask_six_times_in_fifteen_minutes_is_refused_and_says_until_when(client):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        assert [ask(client, OFFICER).status_code for _ in range(5)] == [302] * 5
        refused = ask(client, OFFICER)
        assert refused.status_code == 429
        assert "You can ask for another code after" in page(refused).main.get_text()
        assert client.post(reverse("account_resend_login_code")).status_code == 429
        assert ask(client, "somebody.else@camden.gov.uk").status_code == 302
    with time_machine.travel(start + timedelta(minutes=15, seconds=1), tick=False):
        assert ask(client, OFFICER).status_code == 302
    assert Email.objects.filter(to=OFFICER).count() == 6


def test_limits_of_a_network_are_generous_and_ignore_a_forged_header(client, settings):
    settings.SIGN_IN_CODES_PER_NETWORK = 30
    answers = [
        ask(client, f"officer{n}@camden.gov.uk", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").status_code
        for n in range(31)
    ]
    assert answers == [302] * 30 + [429]


def test_limits_of_a_network_believe_our_own_proxies_alone(client, settings):
    settings.SIGN_IN_CODES_PER_NETWORK = 5
    settings.TRUSTED_PROXY_COUNT = 1
    spoofed = [
        ask(client, f"a{n}@camden.gov.uk", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.7").status_code
        for n in range(6)
    ]
    assert spoofed == [302] * 5 + [429]
    assert ask(client, "b@camden.gov.uk", HTTP_X_FORWARDED_FOR="203.0.113.8").status_code == 302


def test_forget_old_removes_what_no_limit_looks_at():
    start = timezone.now()
    with time_machine.travel(start - timedelta(days=1, minutes=1), tick=False):
        code = codes.ask(email=OFFICER, network="127.0.0.1")
        with pytest.raises(codes.CodeRefused):
            codes.use(code_id=code.pk, email=OFFICER, digits="x", network="127.0.0.1")
    codes.ask(email="b@camden.gov.uk", network="127.0.0.1")
    assert codes.forget_old() == 3
    assert SignInCode.objects.count() == 1
