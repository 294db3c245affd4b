"""Lists of the admin answer 400, not 500, to numbers that are none; a page shows no thousand empty forms."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.accounts.people import sign_in_as_staff, staff_member
from tests.factories import OrganisationFactory

HISTORY = "/admin/audit/auditevent/"
PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def administrator(db):
    return sign_in_as_staff(Client(), staff_member("administrator"))


@pytest.mark.parametrize(
    "query", ["p=x", "p=-1", f"p={'9' * 400}", "p=²", "at__year=9999", f"at__year={'9' * 40}", "at__year=1"]
)
def test_refuse_a_number_that_cannot_be(administrator, query):
    assert administrator.get(f"{HISTORY}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["p=1", "at__year=2026", "at__year=2026&at__month=11&at__day=21"])
def test_take_a_number_that_can_be(administrator, query):
    assert administrator.get(f"{HISTORY}?{query}").status_code == 200


def test_refuse_a_ticked_row_that_is_no_number(administrator):
    form = {"action": "reset_second_factor", "_selected_action": ["1", "x"]}
    assert administrator.post(PEOPLE, form).status_code == 400


def test_show_no_thousand_forms_for_a_made_up_number_of_rows(administrator):
    organisation = OrganisationFactory()
    count = {"domains-TOTAL_FORMS": "100000", "domains-INITIAL_FORMS": "0"}
    page = administrator.post(f"/admin/signatories/organisation/{organisation.pk}/change/", count)
    rows = BeautifulSoup(page.content, "html.parser").select("input[name^=domains-][name$=-domain]")
    assert 0 < len(rows) <= 101
