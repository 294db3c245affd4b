"""The records of the sender's domain are read as receivers read them, and nobody's silence holds us up."""

import dataclasses

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from declaration.internet import Answer, NoAnswer
from declaration.newsletter.admin.sender_domain import mail_domain as page_uses
from declaration.outbox.mail_domain import check_mail_domain
from declaration.outbox.management.commands import check_mail_domain as command
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.html import assert_valid_html
from tests.newsletter.making import draft_issue

DOMAIN = "localdigital.example.gov.uk"
GOOD = {
    DOMAIN: ["v=spf1 include:relay.example.net -all", "something else"],
    "relay.example.net": ["v=spf1 ip4:192.0.2.1 ~all"],
    f"mail1._domainkey.{DOMAIN}": ["v=DKIM1; k=rsa; p=MIIB"],
    "_dmarc.example.gov.uk": ["v=DMARC1; p=reject; sp=quarantine"],
    f"_mta-sts.{DOMAIN}": ["v=STSv1; id=20261122"],
}
POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.net\r\nmax_age: 86400\r\n"
ALL_GOOD = {"SPF": "good", "DKIM": "good", "DMARC": "good", "Alignment": "good", "MTA-STS": "good"}


@dataclasses.dataclass
class Zone:
    """The DNS and the web, as far as they concern the domain."""

    records: dict
    policy: bytes = POLICY
    silent: bool = False

    def texts(self, name):
        if self.silent:
            raise NoAnswer(f"The DNS did not answer for {name}.")
        return self.records.get(name, [])

    def ask(self, address, *, method="GET", bytes_at_most=0):
        assert address == f"https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt"
        return Answer(200, self.policy[:bytes_at_most])


@pytest.fixture(autouse=True)
def sender(settings):
    settings.DEFAULT_FROM_EMAIL = f"Local Digital <news@{DOMAIN}>"
    settings.MAIL_DKIM_SELECTOR = "mail1"


def codes(zone):
    report = check_mail_domain(names=zone, pages=zone)
    return {finding.what: finding.code for finding in report.findings}


def test_finds_everything_in_order():
    assert codes(Zone(GOOD)) == ALL_GOOD
    assert check_mail_domain(names=Zone(GOOD), pages=Zone(GOOD)).good


MANY = {f"n{n}.net": [f"v=spf1 include:n{n + 1}.net -all"] for n in range(20)}
WRONG = [
    ({DOMAIN: []}, {"SPF": "missing"}),
    ({DOMAIN: ["v=spf1 -all", "v=spf1 a -all"]}, {"SPF": "several"}),
    ({DOMAIN: ["v=spf1 +all"]}, {"SPF": "anybody"}),
    ({DOMAIN: ["v=spf1 mx"]}, {"SPF": "open end"}),
    ({DOMAIN: ["v=spf10 -all"]}, {"SPF": "missing"}),
    ({DOMAIN: ["v=spf1 include:n0.net -all"], **MANY}, {"SPF": "too many lookups"}),
    ({DOMAIN: ["v=spf1 redirect=relay.example.net"]}, {}),
    ({f"mail1._domainkey.{DOMAIN}": []}, {"DKIM": "missing"}),
    ({f"mail1._domainkey.{DOMAIN}": ["v=DKIM1; p="]}, {"DKIM": "revoked"}),
    ({"_dmarc.example.gov.uk": []}, {"DMARC": "missing", "Alignment": None}),
    ({"_dmarc.example.gov.uk": ["v=DMARC1; p=reject; sp=none"]}, {"DMARC": "only watches"}),
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none"]}, {"DMARC": "only watches"}),
    (
        {DOMAIN: [], f"mail1._domainkey.{DOMAIN}": []},
        {"SPF": "missing", "DKIM": "missing", "Alignment": "none"},
    ),
    ({f"_mta-sts.{DOMAIN}": []}, {"MTA-STS": "missing"}),
]


@pytest.mark.parametrize(("changed", "found"), WRONG)
def test_names_what_is_wrong(changed, found):
    expected = {what: code for what, code in {**ALL_GOOD, **found}.items() if code}
    assert codes(Zone({**GOOD, **changed})) == expected


def test_reads_the_mode_of_the_policy():
    assert codes(Zone(GOOD, policy=b"mode: testing"))["MTA-STS"] == "not enforced"
    assert codes(Zone(GOOD, policy=b"<html>"))["MTA-STS"] == "no policy"


def test_says_so_when_the_dns_is_silent():
    found = codes(Zone(GOOD, silent=True))
    assert found == dict.fromkeys(["SPF", "DKIM", "DMARC", "MTA-STS"], "no answer")


def test_asks_nobody_where_there_is_nothing_to_ask(settings):
    settings.DEFAULT_FROM_EMAIL = "no-reply@localhost"
    assert codes(None) == {"Sender": "no public domain"}
    settings.NOTIFY_API_KEY = "key"
    assert codes(None) == {"Sender": "notify"}


def test_command_says_red_or_green_and_fails_on_red(monkeypatch, capsys):
    for zone, words in (
        (Zone(GOOD), "Green · SPF: the record says"),
        (Zone({}), "Red · DKIM: there is no key"),
    ):
        monkeypatch.setattr(
            command, "check_mail_domain", lambda zone=zone: check_mail_domain(names=zone, pages=zone)
        )
        if zone.records:
            call_command("check_mail_domain")
        else:
            with pytest.raises(CommandError):
                call_command("check_mail_domain")
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"Mail from {DOMAIN}"
        assert any(line.startswith(words) for line in lines), lines
        assert not any(line.endswith(": ") for line in lines)


@pytest.mark.django_db
def test_editor_asks_for_the_check_before_the_first_issue(monkeypatch):
    client = sign_in_as_staff(Client(), staff_member("editor"))
    record = client.get(reverse("admin:newsletter_newsletterissue_sending", args=[draft_issue().pk]))
    page = reverse("admin:newsletter_newsletterissue_sender_domain")
    assert "This is the first issue." in record.content.decode() and page in record.content.decode()
    asked = []
    zone = Zone({**GOOD, f"mail1._domainkey.{DOMAIN}": []})

    def check():
        asked.append(True)
        return check_mail_domain(names=zone, pages=zone)

    monkeypatch.setattr(page_uses, "check_mail_domain", check)
    before = client.get(page).content.decode()
    assert_valid_html(before)
    assert (asked, "Red" in before) == ([], False)
    after = client.post(page).content.decode()
    assert_valid_html(after)
    assert (
        "Something has to be put right" in after and f"there is no key at mail1._domainkey.{DOMAIN}" in after
    )
    assert after.count("Green") == 4
