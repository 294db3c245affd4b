"""What an email address shows about where somebody works, and what it does not."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from signatories.email_domains import domain_of, is_webmail, organisations_of, works_for
from signatories.models import OrganisationDomain
from signatories.registering import become_representative
from tests.factories import OrganisationFactory, SignatureFactory, UserFactory
from tests.html import assert_good_page

WORKS_THERE = [
    "x@c.gov.uk",
    "X@C.GOV.UK",
    "x@C.Gov.Uk",
    "x+tag@c.gov.uk",
    "x.y-z_1@c.gov.uk",
    '"a@b"@c.gov.uk',
    '"x@d.gov.uk"@c.gov.uk',
    "x@d.gov.uk@c.gov.uk",
]
WORKS_ELSEWHERE = {
    "our domain in front of theirs": "x@c.gov.uk.evil.com",
    "our domain as the name": '"c.gov.uk"@evil.com',
    "our address as the name": '"x@c.gov.uk"@evil.com',
    "one more letter": "x@cc.gov.uk",
    "one more word": "x@not-c.gov.uk",
    "a sub-domain": "x@schools.c.gov.uk",
    "the domain above": "x@gov.uk",
    "a trailing dot": "x@c.gov.uk.",
    "a dot in front": "x@.c.gov.uk",
    "a space behind": "x@c.gov.uk ",
    "a line break behind": "x@c.gov.uk\n",
    "a header behind": "x@c.gov.uk\r\nBcc: all@evil.com",
    "a line break in front": "x@\nc.gov.uk",
    "a NUL behind": "x@c.gov.uk\0",
    "a Cyrillic es": "x@с.gov.uk",  # noqa: RUF001
    "a full-width c": "x@ｃ.gov.uk",
    "a full-width dot": "x@c．gov.uk",  # noqa: RUF001
    "an ideographic full stop": "x@c。gov.uk",
    "a zero-width space": "x@c\u200b.gov.uk",
    "a soft hyphen": "x@c\u00ad.gov.uk",
    "a right-to-left mark": "x@c.gov.uk\u200f",
    "punycode of a look-alike": "x@xn--q1a.gov.uk",
    "a full-width at": "x＠c.gov.uk",  # noqa: RUF001
    "no at": "c.gov.uk",
    "nothing": "",
    "only an at": "@",
    "brackets": "x@[c.gov.uk]",
    "a percent sign": "x%c.gov.uk@evil.com",
    "an exclamation mark": "c.gov.uk!x@evil.com",
}


@pytest.fixture
def council(db):
    return OrganisationFactory(domains=["c.gov.uk"])


@pytest.mark.parametrize("email", WORKS_THERE)
def test_match_the_whole_domain_whatever_its_case(email, council):
    assert works_for(email, council)


@pytest.mark.parametrize("email", WORKS_ELSEWHERE.values(), ids=WORKS_ELSEWHERE)
def test_refuse_what_only_looks_like_the_domain(email, council):
    assert not works_for(email, council)


@given(st.text(max_size=30))
def test_read_only_what_stands_after_the_last_at(text):
    assert domain_of(f"{text}@c.gov.uk") == "c.gov.uk"
    assert "@" not in domain_of(text)


def test_accept_no_unverified_domain_into_the_table_in_capitals(council):
    with pytest.raises(Exception, match="domain_is_lower_case"):
        OrganisationDomain.objects.create(organisation=council, domain="C.gov.uk")


@pytest.mark.parametrize("email", ["a@gmail.com", "A@GMAIL.COM", "a@hotmail.co.uk", "a@btinternet.com"])
def test_know_webmail(email):
    assert is_webmail(email)


@pytest.mark.parametrize(
    "email", ["a@gmail.com.gov.uk", "a@notgmail.com", "gmail.com@c.gov.uk", "a@mail.gmail.com"]
)
def test_take_nothing_else_for_webmail(email):
    assert not is_webmail(email)


# Whom a person is offered at first.


def at(domain):
    return UserFactory(email=f"kim{domain.replace('.', '')}@{domain}")


def test_offer_the_one_organisation_of_the_domain(council):
    OrganisationFactory()
    assert organisations_of(at("c.gov.uk")) == [council]


def test_offer_both_organisations_that_share_a_domain(db):
    two = [OrganisationFactory(domains=["shared.gov.uk"]) for _ in range(2)]
    assert sorted(o.pk for o in organisations_of(at("shared.gov.uk"))) == [o.pk for o in two]


def test_offer_the_current_one_of_a_domain_that_was_passed_on(db):
    OrganisationFactory(domains=["passed.gov.uk"], abolished=True)
    today = OrganisationFactory(domains=["passed.gov.uk"])
    OrganisationFactory(domains=["passed.gov.uk"], to_come=True)
    assert organisations_of(at("passed.gov.uk")) == [today]


def test_offer_no_abolished_organisation(db):
    OrganisationFactory(domains=["gone.gov.uk"], abolished=True)
    assert organisations_of(at("gone.gov.uk")) == []


def test_offer_no_proposal_that_nobody_confirmed(db):
    OrganisationFactory(domains=["maybe.gov.uk"], proposed=True)
    assert organisations_of(at("maybe.gov.uk")) == []


def choices(page):
    soup = BeautifulSoup(page.content, "html5lib")
    return [radio["value"] for radio in soup.select("input[type=radio][name=organisation]")]


def test_ask_which_of_two_that_share_a_domain(signed_in, db):
    two = [OrganisationFactory(domains=["shared.gov.uk"]) for _ in range(2)]
    browser = signed_in(at("shared.gov.uk"))
    page = browser.get("/sign/organisation/")
    assert choices(page) == [o.slug for o in two]
    assert not BeautifulSoup(page.content, "html5lib").select("input[checked]")
    answer = browser.post("/sign/organisation/", {"organisation": two[1].slug})
    assert answer.headers["Location"] == f"/sign/organisation/{two[1].slug}/"


def test_refuse_the_choice_of_an_organisation_that_was_not_offered(signed_in, council):
    other = OrganisationFactory()
    page = signed_in(at("c.gov.uk")).post("/sign/organisation/", {"organisation": other.slug})
    soup = BeautifulSoup(page.content, "html5lib")
    [error] = soup.select(".govuk-error-message")
    assert "Select one of the organisations in the list" in error.get_text()


def test_explain_webmail_and_offer_a_way_on(signed_in, db):
    browser = signed_in(at("gmail.com"))
    soup = BeautifulSoup(browser.get("/sign/organisation/").content, "html5lib")
    assert soup.h1.get_text() == "Use your work email address"
    assert browser.get("/sign/organisation/search/").status_code == 200
    links = [link["href"] for link in soup.select("main a")]
    assert "/sign/organisation/search/" in links


def test_begin_with_a_strange_address_is_possible_but_unverified(signed_in, council):
    user = at("gmail.com")
    answer = signed_in(user).post(f"/sign/organisation/{council.slug}/")
    officer = council.representatives.get()
    assert answer.status_code == 302
    assert (officer.user, officer.is_verified) == (user, False)
    assert council.signatures.get().is_shared is False


@pytest.mark.parametrize("when", ["abolished", "to_come"])
def test_begin_for_an_organisation_that_does_not_exist_today_is_not_possible(when, signed_in, db):
    organisation = OrganisationFactory(**{when: True})
    browser = signed_in(UserFactory(email=f"x@{organisation.slug}.gov.uk"))
    assert browser.post(f"/sign/organisation/{organisation.slug}/").status_code == 410
    assert not organisation.representatives.exists()


def test_verify_when_staff_have_added_the_domain_since(db):
    council = OrganisationFactory(domains=[])
    user = at("new.gov.uk")
    assert become_representative(organisation=council, user=user).is_verified is False
    OrganisationDomain.objects.create(organisation=council, domain="new.gov.uk")
    assert become_representative(organisation=council, user=user).is_verified is True


def test_stay_verified_by_staff_when_the_domain_is_strange(db):
    council, user = OrganisationFactory(), UserFactory()
    officer = become_representative(organisation=council, user=user)
    officer.is_verified = True
    officer.save()
    assert become_representative(organisation=council, user=user).is_verified is True


def test_whoever_acts_for_it_already_is_sent_to_the_dashboard(signed_in, version):
    signature = SignatureFactory(submitted=True)
    page = signed_in(signature.started_by).get(f"/sign/organisation/{signature.organisation.slug}/")
    shown = assert_good_page(page.content.decode())
    assert shown.find("a", string=lambda words: words and words.strip() == "Go to your dashboard")
    assert "You can join" not in shown.get_text() and not shown.select("main form")


def test_domain_of_a_replaced_council_suggests_who_does_its_work_today(signed_in, db):
    old = OrganisationFactory(name="Old Council", abolished=True, domains=["old.gov.uk"])
    between = OrganisationFactory(abolished=True)
    today = [OrganisationFactory(name=f"{name} Council") for name in ("North", "South")]
    old.successors.set([today[0], between, OrganisationFactory(to_come=True)])
    between.successors.set([today[1], old])
    browser = signed_in(at("old.gov.uk"))
    soup = assert_good_page(browser.get("/sign/organisation/").content.decode())
    assert [radio["value"] for radio in soup.select("input[type=radio]")] == [one.slug for one in today]
    assert "the domain of Old Council. Its last day was 31 March 2020." in soup.get_text()
    answer = browser.post("/sign/organisation/", {"organisation": today[1].slug})
    assert answer.headers["Location"] == f"/sign/organisation/{today[1].slug}/"
    assert "We will check that you work there" in browser.get(answer.headers["Location"]).content.decode()


def test_name_of_a_replaced_council_leads_to_who_does_its_work_today(signed_in, db):
    old = OrganisationFactory(name="Craven District Council", slug="craven", abolished=True)
    today = OrganisationFactory(name="North Yorkshire Council")
    old.successors.set([today])
    browser = signed_in(at("elsewhere.org.uk"))
    soup = assert_good_page(browser.get("/sign/organisation/search/?q=craven").content.decode())
    assert "This organisation does not exist any more" in soup.get_text()
    page = browser.get(soup.find("a", string="Craven District Council")["href"])
    assert page.status_code == 410
    soup = assert_good_page(page.content.decode())
    assert soup.find("a", string="North Yorkshire Council")["href"] == f"/sign/organisation/{today.slug}/"


def test_council_to_come_leads_to_those_whose_work_it_will_do(signed_in, db):
    new, now = OrganisationFactory(to_come=True), [OrganisationFactory(), OrganisationFactory()]
    new.predecessors.set(now)
    page = signed_in(at("elsewhere.org.uk")).get(f"/sign/organisation/{new.slug}/")
    soup = assert_good_page(page.content.decode())
    assert "It begins on 1 April 2099" in soup.get_text()
    assert "the organisations that do its work until then" in soup.get_text()
    assert {link.get_text() for link in soup.select("main li a")} == {one.name for one in now}
