"""Reading a response as a browser and as a person would."""

import html5lib
from bs4 import BeautifulSoup, Tag
from html5lib.constants import E as MESSAGES


def assert_valid_html(response_text: str) -> None:
    """Fail with every parse error, its line and its words, and for ids that are used twice."""
    parser = html5lib.HTMLParser()
    parser.parse(response_text)
    lines = response_text.splitlines()
    complaints = [
        f"line {line}: {MESSAGES[code] % data}: {lines[line - 1].strip()[:120]}"
        for (line, _column), code, data in parser.errors
    ]
    ids = [tag["id"] for tag in BeautifulSoup(response_text, "html5lib").find_all(id=True)]
    complaints += [f"the id {one!r} is used {ids.count(one)} times" for one in set(ids) if ids.count(one) > 1]
    assert not complaints, "\n".join(complaints)


def assert_good_page(response_text: str) -> BeautifulSoup:
    """Fail unless the page is valid, has one h1, a title, a language and labels that point somewhere."""
    assert_valid_html(response_text)
    soup = BeautifulSoup(response_text, "html5lib")
    assert soup.html["lang"] == "en"
    assert len(soup.find_all("h1")) == 1, [h1.get_text(" ", strip=True) for h1 in soup.find_all("h1")]
    assert soup.title.get_text(strip=True)
    assert soup.find(id="main-content")
    ids = {tag["id"] for tag in soup.find_all(id=True)}
    pointers = [label["for"] for label in soup.find_all("label") if label.has_attr("for")]
    pointers += [link["href"][1:] for link in soup.select('a[href^="#"]')]
    pointers += [one for tag in soup.select("[aria-describedby]") for one in tag["aria-describedby"].split()]
    lost = [pointer for pointer in pointers if pointer not in ids]
    assert not lost, f"these point at nothing: {lost}"
    assert not soup.find_all(style=True), "the content security policy refuses inline styles"
    return soup


def shape(html: str) -> list[object]:
    """Return a fragment as nested lists that ignore spacing and the order of attributes and classes.

    Spacing is ignored inside text areas too: the macros indent those that a radio reveals.
    """
    return [_shape(child) for child in BeautifulSoup(html, "html5lib").body.children if _matters(child)]


def _matters(node: object) -> bool:
    return isinstance(node, Tag) or bool(str(node).strip())


def _shape(node: object) -> object:
    if not isinstance(node, Tag):
        return " ".join(str(node).split())
    attributes = {
        name: sorted(value) if isinstance(value, list) else value for name, value in node.attrs.items()
    }
    return [node.name, attributes, [_shape(child) for child in node.children if _matters(child)]]
