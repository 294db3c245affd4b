"""The layouts and components in a real browser, under the real content security policy."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import assert_fits, assert_good_in_browser

pytestmark = [pytest.mark.urls("tests.frontend.urls"), pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("path", ["/plain/", "/question/", "/question/?in=1", "/parts/", "/look-up/"])
@pytest.mark.parametrize("branded", [False, True], ids=["plain", "branded"])
def test_show_an_accessible_page(watched, live_server, settings, path, branded):
    settings.GOVUK_BRANDING, settings.DEMO = branded, True
    watched.goto(live_server.url + path)
    assert_good_in_browser(watched)
    watched.emulate_media(media="print")
    assert_fits(watched, 600)


def test_use_arial_and_load_no_font_by_default(watched, live_server):
    watched.goto(f"{live_server.url}/question/?in=1")
    watched.get_by_role("button", name="Continue").click()
    expect(watched.locator(".govuk-error-summary")).to_be_focused()
    fonts = watched.evaluate(
        """() => [...new Set([...document.querySelectorAll("body *")]
            .filter((one) => one.childNodes.length && one.tagName !== "SCRIPT")
            .map((one) => getComputedStyle(one).fontFamily))]"""
    )
    assert [font for font in fonts if "GDS" in font] == []
    assert watched.evaluate("[...document.fonts].filter((font) => font.status !== 'unloaded').length") == 0


def test_move_focus_to_the_error_summary_and_on_to_the_field(watched, live_server):
    watched.goto(f"{live_server.url}/question/")
    watched.get_by_role("button", name="Continue").click()
    summary = watched.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    assert_good_in_browser(watched)
    for link in summary.get_by_role("link").all():
        link.click()
        assert watched.evaluate("document.activeElement.id") == link.get_attribute("href")[1:]


def test_reveal_the_follow_up_question(watched, live_server):
    watched.goto(f"{live_server.url}/question/")
    expect(watched.get_by_label("What is it?")).to_be_hidden()
    watched.get_by_label("Something else").check()
    expect(watched.get_by_label("What is it?")).to_be_visible()
    assert_good_in_browser(watched)


def test_reach_everything_with_the_keyboard_in_order(watched, live_server):
    watched.goto(f"{live_server.url}/question/")
    reached = []
    for _ in range(40):
        watched.keyboard.press("Tab")
        name = watched.evaluate(
            "(() => { const a = document.activeElement; return a.id || a.name || a.textContent.trim() })()"
        )
        outlined = watched.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none' })()"
        )
        if name in reached or name.startswith("Skip") and reached:
            break
        assert outlined, f"{name} does not show its focus"
        reached.append(name)
        if name == "Contact":
            break
    assert reached[0] == "Skip to main content"
    fields = [name for name in reached if name.startswith("id_")]
    assert fields == [
        "id_title",
        "id_email",
        "id_mission",
        "id_capacity",
        "id_areas",
        "id_areas-2",
        "id_region",
        "id_target_day",
        "id_target_month",
        "id_target_year",
        "id_agree",
    ]
    assert reached.index("Continue") == reached.index("id_agree") + 1
    assert reached[-1] == "Contact"


@pytest.fixture
def look_up(watched, live_server):
    watched.goto(f"{live_server.url}/look-up/?q=lee")
    expect(watched.get_by_role("combobox")).to_have_value("lee")
    return watched


def test_choose_a_suggestion_with_the_keyboard_then_go_there(look_up, live_server):
    box = look_up.get_by_role("combobox", name="Name of your organisation")
    box.press("End")
    box.type("ds")
    expect(look_up.get_by_role("option")).to_have_count(2)
    expect(look_up.get_by_role("option").nth(1)).to_contain_text("Leeds <b>& District</b>")
    assert_good_in_browser(look_up)
    box.press("ArrowDown")
    look_up.keyboard.press("Enter")
    expect(box).to_have_value("Leeds City Council")
    assert look_up.url.endswith("/look-up/?q=lee")
    look_up.get_by_role("button", name="Search").click()
    look_up.wait_for_url(f"{live_server.url}/look-up/leeds-city-council/")


def test_choose_a_suggestion_with_the_mouse(look_up, live_server):
    look_up.get_by_role("combobox").fill("leeds")
    look_up.get_by_role("option").first.click()
    look_up.get_by_role("button", name="Search").click()
    look_up.wait_for_url(f"{live_server.url}/look-up/leeds-city-council/")


def test_search_for_what_was_typed_when_no_suggestion_is_picked(look_up, live_server):
    box = look_up.get_by_role("combobox")
    box.fill("leeds")
    expect(look_up.get_by_role("option")).to_have_count(2)
    box.press("Enter")
    look_up.wait_for_url(f"{live_server.url}/look-up/?q=leeds")


def test_suggest_nothing_before_anything_is_typed(look_up):
    look_up.get_by_role("combobox").focus()
    look_up.wait_for_timeout(400)
    expect(look_up.get_by_role("option")).to_have_count(0)


def test_forget_a_suggestion_that_was_changed_afterwards(look_up, live_server):
    box = look_up.get_by_role("combobox")
    box.fill("leeds")
    look_up.get_by_role("option").first.click()
    box.fill("York")
    look_up.get_by_role("button", name="Search").click()
    look_up.wait_for_url(f"{live_server.url}/look-up/?q=York")


def test_go_on_without_suggestions_when_the_answer_is_no_list(look_up, live_server):
    look_up.route("**/look-up/suggest/**", lambda route: route.fulfill(status=200, body="<p>Sign in"))
    box = look_up.get_by_role("combobox")
    with look_up.expect_response("**/look-up/suggest/**"):
        box.fill("leeds")
    expect(look_up.get_by_role("option")).to_have_count(0)
    box.press("Enter")
    look_up.wait_for_url(f"{live_server.url}/look-up/?q=leeds")


def test_ask_once_for_fast_typing(look_up):
    asked = []
    look_up.on("request", lambda request: "suggest" in request.url and asked.append(request.url))
    look_up.get_by_role("combobox").fill("")
    look_up.get_by_role("combobox").type("leeds", delay=20)
    expect(look_up.get_by_role("option")).to_have_count(2)
    assert len(asked) == 1, json.dumps(asked)


def test_hide_the_position_that_ios_is_told(new_context, live_server):
    page = new_context(user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1")
    page = page.new_page()
    page.goto(f"{live_server.url}/look-up/")
    page.get_by_role("combobox").fill("leeds")
    position = page.locator("#id_q__option-suffix--0")
    expect(position).to_have_text("1 of 2")
    assert position.bounding_box()["width"] <= 1


@pytest.fixture
def without_scripts(new_context):
    return new_context(java_script_enabled=False).new_page()


def test_look_up_without_scripts(without_scripts, live_server):
    without_scripts.goto(f"{live_server.url}/look-up/")
    without_scripts.get_by_label("Name of your organisation").fill("leeds")
    without_scripts.get_by_role("button", name="Search").click()
    assert without_scripts.url == f"{live_server.url}/look-up/?q=leeds"


def test_reveal_what_a_radio_asks_without_scripts(without_scripts, live_server):
    without_scripts.goto(f"{live_server.url}/question/?in=1")
    expect(without_scripts.get_by_label("What is it?")).to_be_hidden()
    without_scripts.get_by_label("Something else").check()
    expect(without_scripts.get_by_label("What is it?")).to_be_visible()


def test_show_every_link_without_scripts(without_scripts, live_server):
    without_scripts.goto(f"{live_server.url}/question/?in=1")
    expect(without_scripts.get_by_role("link", name="Dashboard")).to_be_visible()
    without_scripts.set_viewport_size({"width": 375, "height": 800})
    expect(without_scripts.get_by_role("link", name="Signatories")).to_be_visible()


SHIFTS = """() => new Promise((done) => {
    const seen = []
    new PerformanceObserver((list) => seen.push(...list.getEntries().map((entry) => entry.value)))
        .observe({ type: "layout-shift", buffered: true })
    setTimeout(() => done(seen), 500)
})"""


def test_nothing_jumps_when_the_menu_of_a_phone_folds(page, live_server):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{live_server.url}/plain/")
    menu, link = page.get_by_role("button", name="Menu"), page.get_by_role("link", name="Coverage")
    expect(menu).to_be_visible()
    expect(link).to_be_hidden()
    assert page.evaluate(SHIFTS) == []
    menu.click()
    expect(link).to_be_visible()


def test_menu_of_a_phone_opens_when_its_script_does_not_come(page, live_server):
    page.set_viewport_size({"width": 375, "height": 800})
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{live_server.url}/plain/")
    expect(page.get_by_role("link", name="Coverage")).to_be_visible()
    assert page.get_by_role("button", name="Menu", include_hidden=True).is_hidden()
