"""Reading a response as a browser and as a person would."""

from bs4 import BeautifulSoup, Tag
from bs4.builder import HTML5TreeBuilder
from html5lib import HTMLParser
from html5lib.constants import E as MESSAGES


class StrictReading(HTML5TreeBuilder):
    """Makes the tree and keeps the parse errors in `errors`, because html5lib takes long to read a page."""

    def feed(self, markup: str) -> None:
        parser = HTMLParser(tree=self.create_treebuilder)
        parser.parse(markup)
        self.errors = parser.errors


def assert_valid_html(response_text: str) -> BeautifulSoup:
    """Fail with every parse error, its line and its words, and for ids that are used twice."""
    reading = StrictReading()
    soup = BeautifulSoup(response_text, builder=reading)
    lines = response_text.splitlines()
    complaints = [
        f"line {line}: {MESSAGES[code] % data}: {lines[line - 1].strip()[:120]}"
        for (line, _column), code, data in reading.errors
    ]
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    complaints += [f"the id {one!r} is used {ids.count(one)} times" for one in set(ids) if ids.count(one) > 1]
    assert not complaints, "\n".join(complaints)
    return soup


def assert_good_page(response_text: str) -> BeautifulSoup:
    """Fail unless the page is valid, has one h1, a title, a language and labels that point somewhere."""
    soup = assert_valid_html(response_text)
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
