"""What the Jinja environment promises to every template."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import engines
from django.template.loader import render_to_string
from jinja2 import UndefinedError

from config.jinja2 import page_links


def render(source, **context):
    return engines["jinja2"].from_string(source).render(context)


@pytest.mark.parametrize(
    "source",
    [
        "{{ typo }}",
        "{{ 'a' ~ typo }}",
        "{{ typo.name }}",
        "{{ typo['name'] }}",
        "{% for one in typo %}{% endfor %}",
        "{{ typo | length }}",
        "{{ typo | upper }}",
        "{{ typo() }}",
        "{{ signature.typo }}",
        "{{ signature.typo.name }}",
        "{% for one in signature.typo %}{% endfor %}",
        "{{ rows[7] }}",
    ],
)
def test_refuse_a_misspelling(source):
    with pytest.raises(UndefinedError, match="typo|7"):
        render(source, signature=SimpleNamespace(title="Bins"), rows=[1])


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% if signed_in %}yes{% else %}no{% endif %}", "no"),
        ("{{ title or 'none' }}", "none"),
        ("{{ title | default('none') }}", "none"),
        ("{{ params.missing }}", ""),
        ("{{ params.missing.deeper }}", ""),
        ("{{ params['missing']['deeper'] }}", ""),
        ("{% for one in params.missing %}{{ one }}{% endfor %}", ""),
        ("{{ params.missing | length }}", "0"),
        ("{{ 'a' if false }}", ""),
    ],
)
def test_let_the_absent_be_tested_and_a_missing_key_be_empty(source, shown):
    assert render(source, params={"present": 1}) == shown


def test_escape_pages_but_not_plain_text():
    assert render("{{ text }}", text="<b> & 'c'") == "&lt;b&gt; &amp; &#39;c&#39;"
    env = engines["jinja2"].env
    assert env.autoescape("emails/x/body.txt") is False
    assert env.autoescape("emails/x/body.html") is True
    assert env.autoescape("sitemap.xml") is True


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (date(2026, 11, 21), "21 November 2026"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 July 2026"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "31 December 2026"),
        (None, ""),
    ],
)
def test_show_dates_in_london(when, shown):
    assert render("{{ when | date }}", when=when) == shown


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (datetime(2026, 11, 21, 15, 4, tzinfo=UTC), "21 November 2026 at 3:04pm"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "1 July 2026 at 9am"),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), "21 November 2026 at midday"),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), "21 November 2026 at midnight"),
        (datetime(2026, 11, 21, 0, 5, tzinfo=UTC), "21 November 2026 at 12:05am"),
        (None, ""),
    ],
)
def test_show_times_in_london(when, shown):
    assert render("{{ when | datetime }}", when=when) == shown


@pytest.mark.parametrize(("n", "shown"), [(0, "councils"), (1, "council"), (2, "councils")])
def test_choose_the_word_for_the_number(n, shown):
    assert render("{{ n | plural('council', 'councils') }}", n=n) == shown
    assert render("{{ n | plural('council') }}", n=n) == shown


def test_read_the_words_of_the_service_from_the_settings(settings):
    settings.SERVICE_NAME, settings.REVIEW_PROMISE_WORKING_DAYS = "Other", 5
    assert render("{{ service.name }} {{ service.promise_days }}") == "Other 5"


def test_keep_search_and_filters_while_paging(rf):
    page = Paginator(range(100), 10).page(5)
    links = page_links(page, QueryDict("q=a+%26+b&kind=county&kind=unitary&page=5"))
    assert links["next"]["href"] == "?q=a+%26+b&kind=county&kind=unitary&page=6"
    assert links["previous"]["href"] == "?q=a+%26+b&kind=county&kind=unitary&page=4"
    assert [item.get("number", "…") for item in links["items"]] == [1, "…", 4, 5, 6, "…", 10]
    assert [item["number"] for item in links["items"] if item.get("current")] == [5]


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_render_error_page_without_request_or_database(name):
    assert "<h1" in render_to_string(f"{name}.html")
