"""What editors write becomes HTML and text that say the same, and nothing that could do harm."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as some

from declaration.newsletter.writing import Link, Picture, links_and_pictures, write
from tests.html import assert_valid_html

WRITTEN = """# New signatories

Hello **all**, see [the list](https://www.example.gov.uk/signatories/).

- one
- two
  - deeper

1. first
2. second

> They said so.

![A map of England](https://www.example.gov.uk/map.png)

Write to <mailto:team@example.gov.uk> or <https://www.example.gov.uk/>.
"""
TEXT = """New signatories
===============

Hello all, see the list: https://www.example.gov.uk/signatories/.

- one
- two
  - deeper

1. first
2. second

> They said so.

A map of England

Write to team@example.gov.uk or https://www.example.gov.uk/."""


def page(html):
    return f'<!DOCTYPE html><html lang="en"><head><title>x</title></head><body>{html}</body></html>'


def test_says_the_same_in_text():
    assert write(WRITTEN).text.replace("mailto:", "") == TEXT


def test_begins_headings_below_the_title_and_brings_styles():
    html = write("# One\n\n### Three").html
    assert "<h1" not in html
    assert html.startswith('<h2 style="margin:30px 0 15px;')
    assert "<h3 style=" in html


@pytest.mark.parametrize(
    "harmful",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](vbscript:x)",
        "![x](data:image/svg+xml;base64,AAAA)",
        '[x](https://example.com "><script>alert(1)</script>")',
        '![<p onclick="alert(1)">](https://example.com/x.png)',
    ],
)
def test_lets_nothing_harmful_through(harmful):
    html = write(harmful).html
    assert_valid_html(page(html))
    tags = BeautifulSoup(html, "html5lib").body.find_all(True)
    assert {name for tag in tags for name in tag.attrs} <= {"style", "href", "src", "alt"}
    assert {tag.name for tag in tags} <= {"p", "a", "img"}
    addresses = [tag.get("href") or tag.get("src") or "" for tag in tags]
    assert [one for one in addresses if one and not one.startswith("https://")] == []


def test_finds_links_and_pictures():
    found = links_and_pictures("[click *here*](http://a.example) and ![A map](https://b.example/m.png)")
    assert found == (
        [Link("click here", "http://a.example")],
        [Picture("A map", "https://b.example/m.png")],
    )


@given(some.text(some.characters(exclude_categories=["Cs"]), max_size=200))
def test_never_fails_whatever_is_written(words):
    written = write(words)
    assert "<script" not in written.html
    assert isinstance(written.text, str)
