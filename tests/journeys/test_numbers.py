"""Reading which councils have signed with nothing but the keyboard, and asking about twenty of them."""

from datetime import date

import pytest

from tests.journeys.hands import Keyboard
from tests.journeys.readers import Reader
from tests.journeys.telling import given, then, when

# As people write them, of councils that no other journey uses.
NAMES = {
    "LEEDS": "Not signed",
    "London Borough of Hackney": "Not signed",
    "lb sutton": "Not signed",
    "Hammersmith & Fulham": "Not signed",
    "St Albans City and District Council": "Not signed",
    "saint helens": "Not signed",
    "E06000054": "Not signed",
    "Kent CC": "Not signed",
    "Shepway": "Not signed",
    "Ynys Môn": "Not signed",
    "Newcastle upon Tyne City Council": "Not signed",
    "City of Westminster": "Not signed",
    "Torbay": "Not signed",
    "Perth & Kinross": "Not signed",
    "Isles of Scilly": "Not signed",
    "Sedgemoor": "Not signed",
    "Sandwel": "Unknown",
    "Atlantis": "Unknown",
}


def test_map_is_read_with_the_keyboard(world, officer, council):
    given(officer).has_sent_a_commitment()
    reader = Reader(world, hands=Keyboard)
    when(reader).goes_to("/coverage/?state=in-process")
    then(reader).sees(f"{council.name}")
    when(reader).opens_a_council_of_the_map(f"{council.name}: in process")
    then(reader).sees_heading(council.name)
    when(reader).goes_to("/coverage/")
    then(reader).skips_the_map()
    when(reader).follows("Kind")
    assert reader.page.locator("th[aria-sort=ascending]").inner_text().startswith("Kind")
    then(reader).has_no_cookie()
    then(reader).sees_the_numbers_on_paper()


@pytest.mark.parametrize("how", ["pastes", "uploads"])
def test_twenty_councils_are_checked_against_a_date(how, world, officer, council):
    given(officer).has_signed()
    reader = Reader(world, width=375 if how == "pastes" else 1280)
    today = date.today()
    asked = [*NAMES, council.name, council.slug]
    ask = reader.asks_who_had_signed if how == "pastes" else reader.uploads
    ask(asked, day=today.day, month=today.month, year=today.year)
    then(reader).sees("20 answers for 20 lines")
    assert reader.answers == NAMES | {council.name: "Signed", council.slug: "Signed"}
    reader.sees("Sandwell Metropolitan Borough Council")
    if how == "pastes":
        when(reader).follows("Link to these answers")
        assert reader.answers["LEEDS"] == "Not signed"
        then(reader).has_no_cookie()
        when(reader).goes_to("/coverage/")
        then(reader).sees_the_growth_in_colours_of_their_own()
        then(reader).fits_a_screen_of(256)
