"""Looking through the list of signatories: with a slip of the finger, page by page, and by its feeds."""

import pytest

from tests.journeys.publishers import Reporter
from tests.journeys.searchers import Follower, Searcher
from tests.journeys.telling import given, then, when


@pytest.fixture(scope="module")
def parishes(request):
    """Sixty parish councils of the South West that have signed, on each stack that is asked for one."""
    asked = set()

    def signed(world):
        if world.stack.kind not in asked:
            asked.add(world.stack.kind)
            world.inside.do("sixty_parishes_signed")

    return signed


def test_council_is_found_by_a_misspelt_name_on_a_phone(world, parishes):
    given(parishes)(world)
    searcher = Searcher(world, width=375)
    when(searcher).looks_for("glidborough")
    then(searcher).sees("Nothing has the word “glidborough”. These have “glitborough”.", "1 of")
    when(searcher).follows("Glitborough Parish Council")
    then(searcher).sees_heading("Glitborough Parish Council")
    then(searcher).has_no_cookie()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_list_is_filtered_paged_and_shared(world, parishes, scripts):
    given(parishes)(world)
    searcher = Searcher(world, scripts=scripts)
    when(searcher).looks_for("journeyborough")
    when(searcher).filters_by("South West", "Parish or town council")
    then(searcher).sees("60 of", "This page shows 1 to 50.")
    first = searcher.names
    when(searcher).turns_to_the_next_page()
    then(searcher).sees("60 of", "This page shows 51 to 60.")
    shared, second = searcher.path, searcher.names
    assert (len(first), len(set(first + second))) == (50, 60)
    when(searcher).goes_back()
    assert searcher.names == first

    friend = Searcher(world, width=375)
    when(friend).goes_to(shared)
    assert friend.names == second
    when(friend).takes_back("South West")
    then(friend).sees("60 of", "This page shows 1 to 50.")
    assert "q=journeyborough" in friend.path and "kind=parish-or-town" in friend.path


def test_feed_is_followed(world, parishes, officer, council):
    given(parishes)(world)
    reader = Searcher(world)
    before = reader.reads_the_feed("/signatories.atom?kind=parish-or-town")
    assert len(before) == len({entry for _, entry in before}) == 61
    when(officer).has_signed()
    newest = reader.reads_the_feed("/signatories.atom")[0]
    assert newest[0] == council.name
    assert reader.reads_the_feed("/signatories.atom?kind=parish-or-town") == before


def test_change_feed_is_followed_while_a_council_signs_reports_and_withdraws(world, council):
    officer = Reporter(world, council)
    with Follower(world) as follower:
        when(officer).has_signed()
        when(officer).reports_progress("On track", "Half of the streets are done.", "Ask the crews first.")
        when(officer).withdraws()
    heard = [change for change in follower.told if change["organisation"]["slug"] == council.slug]
    assert [change["what"] for change in heard] == ["published", "progress", "withdrawn"]
    assert follower.told == follower.reads_everything_again()
    numbers = [change["number"] for change in follower.told]
    assert numbers == sorted(set(numbers))
    assert follower.reads_about(heard[-1])["state"] == "not-signed"
