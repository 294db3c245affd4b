"""What helps officers to write: hints and similar commitments beside the question, and on the check page."""

import pytest
from django.test import Client

from signatories import editing
from signatories.models import Commitment
from signatories.register.suggesting import close_to
from signatories.signing import withdraw
from tests.factories import ServiceAreaFactory, SignatureFactory
from tests.html import assert_good_page
from tests.signatories.asking import page_of

pytestmark = pytest.mark.django_db

VAGUE = "We will continue to run our website."
CHECK = {"check": "yes"}


def read(response):
    assert response.status_code == 200
    return assert_good_page(response.content.decode())


def words(response):
    return " ".join(read(response).get_text(" ").split())


def hints(response):
    return [" ".join(item.get_text().split()) for item in read(response).select("#hints li")]


def promised(title, areas=(), mission="", **fields):
    """A published commitment of another organisation."""
    commitment = SignatureFactory(published=True, **fields).commitment
    commitment.title, commitment.mission = title, mission
    commitment.save()
    commitment.service_areas.set(areas)
    return commitment


def written(draft, **fields):
    Commitment.objects.filter(signature=draft).update(**fields)
    return Commitment.objects.get(signature=draft)


def test_check_the_wording_saves_and_shows_hints_below_the_field(officer, draft):
    response = officer.post(page_of(draft, "mission"), {"mission": VAGUE, **CHECK})
    assert response.headers["Location"] == f"{page_of(draft, 'mission')}?checked"
    assert Commitment.objects.get(signature=draft).mission == VAGUE
    page = officer.get(response.headers["Location"])
    assert hints(page) == [
        "You wrote “We will continue to run”. Say what will be new or different in a year."
    ]
    banner = read(page).select_one(".govuk-notification-banner__content")
    assert "Your answer is saved." in banner.get_text()
    assert [link["href"] for link in banner.select("a")] == ["#hints"]


def test_check_the_wording_of_a_good_answer_says_that_there_is_nothing(officer, draft):
    page = officer.get(f"{page_of(draft, 'mission')}?checked")
    assert "Your answer is saved. We have nothing to suggest." in words(page)
    assert hints(page) == []


def test_hints_stay_when_the_page_is_opened_again_and_never_hold_anybody_up(officer, draft):
    response = officer.post(page_of(draft, "mission"), {"mission": VAGUE})
    assert response.headers["Location"] == page_of(draft, "impact")
    again = officer.get(page_of(draft, "mission"))
    assert len(hints(again)) == 1
    assert "Your answer is saved" not in words(again)
    # Other questions speak of their own answers.
    assert hints(officer.get(page_of(draft, "impact"))) == []
    assert officer.post(page_of(draft, "check")).headers["Location"] == page_of(draft, "submitted")


def test_check_the_wording_while_changing_an_answer_stays_on_the_way_back(officer, draft):
    response = officer.post(f"{page_of(draft, 'title')}?change", {"title": "Fewer calls", **CHECK})
    assert response.headers["Location"] == f"{page_of(draft, 'title')}?checked&change"
    page = read(officer.get(response.headers["Location"]))
    assert page.select_one(".govuk-back-link")["href"] == page_of(draft, "check")
    assert "Save changes" in page.get_text()


def test_an_answer_with_an_error_gets_the_error_and_no_hint(officer, draft):
    written(draft, mission=VAGUE)
    page = officer.post(page_of(draft, "mission"), {"mission": " ", **CHECK})
    assert "Enter what you will deliver and how" in words(page)
    assert hints(page) == []


def test_only_questions_answered_in_words_offer_the_check(officer, draft):
    offered = {
        slug: bool(read(officer.get(page_of(draft, slug))).select('button[name="check"]'))
        for slug in ("you", "title", "mission", "impact", "partners", "principles", "approver")
    }
    assert [slug for slug, is_there in offered.items() if is_there] == [
        "title",
        "mission",
        "impact",
        "partners",
    ]
    assert "have nothing to suggest" not in words(officer.get(f"{page_of(draft, 'you')}?checked"))


def test_gather_all_hints_on_the_check_page_with_a_way_to_change_each(officer, draft):
    assert "You may want to improve" not in words(officer.get(page_of(draft, "check")))
    written(draft, mission=VAGUE, impact="Things get better.", partners="Kent (tbc)", title="A website")
    page = read(officer.get(page_of(draft, "check")))
    rows = page.select(".govuk-inset-text .govuk-summary-list__row")
    changes = [(row.dt.get_text(), len(row.select("p")), row.a["href"], row.a.get_text()) for row in rows]
    assert changes == [
        (slug.capitalize(), number, f"{page_of(draft, slug)}?change", f"Change {slug}")
        for slug, number in [("mission", 2), ("impact", 2), ("partners", 1)]
    ]


def test_hints_about_an_edit_of_a_published_commitment(signed_in, version):
    signature = SignatureFactory(published=True)
    officer = signed_in(signature.started_by)
    officer.post(f"/dashboard/{signature.reference}/edit/")
    at = f"/dashboard/{signature.reference}/edit/mission/"
    assert officer.post(at, {"mission": VAGUE, **CHECK}).headers["Location"] == f"{at}?checked"
    assert len(hints(officer.get(f"{at}?checked"))) == 1
    check = read(officer.get(f"/dashboard/{signature.reference}/edit/"))
    assert [link["href"] for link in check.select(".govuk-inset-text a")] == [at]
    officer.post(f"/dashboard/{signature.reference}/edit/send/")
    assert "You may want to improve" not in words(officer.get(f"/dashboard/{signature.reference}/edit/"))


# What others have promised.


def test_show_what_others_promised_on_the_same_theme_as_soon_as_there_is_a_title(officer, draft):
    other = promised("Missed bins reported in a minute", mission="By June one form knows the crew.")
    promised("Housing repairs by photograph")
    written(draft, title="Report missed bins", mission="")
    page = read(officer.get(page_of(draft, "mission")))
    aside = page.select_one("#guidance")
    [link] = [a for a in aside.select("a") if "Missed bins" in a.get_text()]
    assert link["href"] == other.signature.organisation.get_absolute_url()
    said = " ".join(aside.get_text(" ").split())
    assert "Both speak of “Missed” and “bins”." in said
    assert f"Read what {other.signature.organisation.name} wrote" in said
    assert "By June one form knows the crew." in said
    # Once something is written there, the words of others go and the link stays.
    written(draft, mission="Something of our own.")
    said = words(officer.get(page_of(draft, "mission")))
    assert "Missed bins reported in a minute" in said
    assert "Read what" not in said
    withdraw(signature=other.signature, by=other.signature.started_by)
    assert "Similar commitments" not in words(officer.get(page_of(draft, "mission")))


def test_show_no_section_where_nothing_is_close(officer, draft):
    promised("Housing repairs by photograph")
    written(draft, title="Report missed bins")
    for slug in ("title", "mission", "impact"):
        assert "Similar commitments" not in words(officer.get(page_of(draft, slug)))
    written(draft, title="", mission="")
    assert "Similar commitments" not in words(officer.get(page_of(draft, "title")))


def test_find_close_commitments_by_words_and_areas(draft):
    waste, parks = ServiceAreaFactory(name="Waste"), ServiceAreaFactory(name="Parks")
    mine = written(draft, title="Report missed bins at once", mission="")
    mine.service_areas.set([waste, parks])
    own = promised("Report missed bins at once", [waste], organisation=draft.organisation)
    both = promised("Report missed bins by text", [waste, parks])
    word = promised("A text for each missed bin", [waste])
    areas = promised("Something else", [waste, parks])
    promised("Something else again", [waste])
    promised("A missed train")
    promised("report missed bins BY TEXT", [waste])
    found = close_to(mine, organisation=draft.organisation_id, shown=9)
    assert [one.commitment for one in found] == [both, areas, word]
    assert own not in [one.commitment for one in found]
    assert [sorted(one.service_areas) for one in found] == [["Parks", "Waste"], ["Parks", "Waste"], ["Waste"]]
    assert len(close_to(mine, organisation=draft.organisation_id, shown=2)) == 2


def test_ask_the_database_as_often_for_a_long_register_as_for_a_short_one(
    draft, django_assert_max_num_queries
):
    mine = written(draft, title="Report missed bins", mission="Crews photograph each missed bin.")
    for number in range(3):
        promised(f"Missed bins {number}", mission="Crews photograph bins.")
    assert len(close_to(mine, organisation=draft.organisation_id)) == 3  # also reads the register anew
    with django_assert_max_num_queries(6):
        assert len(close_to(mine, organisation=draft.organisation_id)) == 3


def test_an_edit_is_not_told_of_its_own_commitment(signed_in, version):
    signature = SignatureFactory(published=True, commitment__title="Photographs of missed bins")
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    other = promised("Missed bins in photographs")
    found = close_to(edit, organisation=signature.organisation_id)
    assert [one.commitment for one in found] == [other]
    page = signed_in(signature.started_by).get(f"/dashboard/{signature.reference}/edit/title/")
    assert "Missed bins in photographs" in words(page)


def test_strangers_see_none_of_it(draft):
    assert Client().get(f"{page_of(draft, 'mission')}?checked").status_code == 302
