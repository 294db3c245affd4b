"""What everybody may read, also while there is no data and no script."""

import pytest

from tests.journeys.public import Public
from tests.journeys.telling import given, then, when

PAGES = {
    "/": None,
    "/declaration/": None,
    "/declaration/1/": None,
    "/signatories/": "Signatories",
    "/signatories/?kind=nonsense&page=999999": "Signatories",
    "/signatories/?q=no+such+council": "Signatories",
    "/coverage/": "Coverage: which councils have signed",
    "/coverage/?region=Wales&sort=nonsense&state=%FF": "Coverage: which councils have signed",
    "/coverage/?tier=county": "Coverage: which councils have signed",
    "/check/": "Check who had signed on a date",
    "/check/?on=2024-03-31&who=Camden%0Azzz": "Who had signed on 31 March 2024",
    "/check/?on=2999-01-01&who=": "Check who had signed on a date",
    "/api/v1/docs": "API",
    "/commitments/": "Commitments",
    "/commitments/?area=waste&show=partners": None,
    "/commitments/?show=finished&page=999": None,
    "/signatories/leeds/badge/": None,
    "/sign/": "Sign the Declaration for your organisation",
    "/sign/suppliers/": "If you work for a private company",
    "/accessibility-statement/": None,
    "/privacy/": None,
    "/cookies/": None,
    "/contact/": None,
    "/account/signed-out/": "You have signed out",
}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_every_page_is_whole(world, scripts):
    public = Public(world, scripts=scripts)
    for path, heading in PAGES.items():
        when(public).goes_to(path)
        assert public.status == 200, path
        assert public.heading == (heading or public.heading)
        then(public).has_no_cookie()


def test_addresses_that_lead_nowhere_say_so(public):
    given(public).gets_a_404("/nothing/here/")
    then(public).gets_a_404("/signatories/no-such-council/")
    when(public).goes_to("/approve/cut-short/")
    then(public).sees_heading("This link does not work")
