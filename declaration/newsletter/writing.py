"""Turn Markdown into the HTML and the text of an issue, the same for mail, preview and archive."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

# Mailboxes drop style sheets, so that every element carries its own.
STYLES = {
    "h1": "margin: 30px 0 15px; font-size: 27px; line-height: 1.2;",
    "h2": "margin: 30px 0 15px; font-size: 24px; line-height: 1.25;",
    "h3": "margin: 25px 0 10px; font-size: 19px; line-height: 1.3;",
    "p": "margin: 0 0 15px;",
    "ul": "margin: 0 0 15px; padding-left: 20px;",
    "ol": "margin: 0 0 15px; padding-left: 25px;",
    "li": "margin: 0 0 5px;",
    "a": "color: #1a65a6; text-decoration: underline;",
    "img": "max-width: 100%; height: auto; border: 0;",
    "blockquote": "margin: 0 0 15px; padding: 5px 15px; border-left: 5px solid #b1b4b6;",
    "hr": "margin: 30px 0; border: 0; border-top: 1px solid #b1b4b6;",
}
# On a page of ours the style sheet does it.
CLASSES = {
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "img": "newsletter-picture",
    "blockquote": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--l govuk-section-break--visible",
}
# Two ways to dress the same elements: for a mail and for a page.
MAIL, PAGE = ("style", STYLES), ("class", CLASSES)
PROPERTIES = {
    declaration.partition(":")[0].strip()
    for style in STYLES.values()
    for declaration in style.split(";")
    if declaration.strip()
}
TAGS = {*STYLES, "em", "strong", "pre", "code", "br"}
DRESSED = {"style", "class"}
ATTRIBUTES = {tag: DRESSED for tag in STYLES} | {"a": {"href", *DRESSED}, "img": {"src", "alt", *DRESSED}}
SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True)
class Written:
    html: SafeString
    text: str


def write(markdown: str, dress: tuple[str, dict[str, str]] = MAIL) -> Written:
    """Return words as HTML, dressed for a mail or a page, and as text; HTML in the Markdown stays text.

    The page and the mail already have the one heading of the first level, so that each heading in
    the Markdown begins at the second.
    """
    tokens = _reader().parse(markdown)
    for token in _flat(tokens):
        _prepare(token, *dress)
    rendered = _reader().renderer.render(tokens, _reader().options, {})
    allowed = nh3.clean(
        rendered,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
        filter_style_properties=PROPERTIES,
    )
    text = "\n\n".join(_blocks(SyntaxTreeNode(tokens)))
    return Written(html=SafeString(allowed), text=text)


@dataclass(frozen=True)
class Link:
    text: str
    address: str


@dataclass(frozen=True)
class Picture:
    alt: str
    address: str


def links_and_pictures(markdown: str) -> tuple[list[Link], list[Picture]]:
    """Return every link and picture of a text, in its order."""
    tree = SyntaxTreeNode(_reader().parse(markdown))
    nodes = list(tree.walk())
    links = [Link(_words(node), str(node.attrs["href"])) for node in nodes if node.type == "link"]
    pictures = [Picture(_inline(node), str(node.attrs["src"])) for node in nodes if node.type == "image"]
    return links, pictures


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})


def _flat(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *_flat(token.children or []))]


def _prepare(token: Token, attribute: str, clothes: dict[str, str]) -> None:
    """Give an element its style or class, and a heading the level it has below the title."""
    if token.type in {"heading_open", "heading_close"}:
        token.tag = "h2" if token.tag == "h1" else "h3"
    # A link's own words say where it leads; a title shows to a mouse alone.
    token.attrs.pop("title", None)
    if token.nesting >= 0 and token.tag in clothes:
        token.attrSet(attribute, clothes[token.tag])


def _blocks(parent: SyntaxTreeNode) -> list[str]:
    """Return the paragraphs of a text, one string each."""
    return [written for node in parent.children if (written := _block(node))]


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "heading":
            words = _words(node)
            return f"{words}\n{('=' if node.tag == 'h2' else '-') * min(len(words), 60)}"
        case "paragraph":
            return _words(node)
        case "bullet_list" | "ordered_list":
            first = int(node.attrs.get("start") or 1)
            marks = [
                f"{first + place}. " if node.type == "ordered_list" else "- "
                for place in range(len(node.children))
            ]
            return "\n".join(
                mark + "\n".join(_blocks(item)).replace("\n", "\n" + " " * len(mark))
                for mark, item in zip(marks, node.children, strict=True)
            )
        case "blockquote":
            return "> " + "\n\n".join(_blocks(node)).replace("\n", "\n> ")
        case "hr":
            return "----"
        case "fence" | "code_block":
            return "    " + node.content.rstrip("\n").replace("\n", "\n    ")
        case _:
            return "\n\n".join(_blocks(node)) if node.children else ""


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image":
            return node.content
        case "link":
            words = _words(node)
            address = str(node.attrs["href"])
            shown = address.removeprefix("mailto:")
            return words if words in {address, shown} else f"{words}: {shown}"
        case _:
            return _words(node)


def _words(node: SyntaxTreeNode) -> str:
    return "".join(_inline(child) for child in node.children)


def is_web_address(address: str) -> bool:
    return urlsplit(address).scheme in {"http", "https"}


def is_alt(words: str) -> bool:
    """Tell whether words can stand for a picture in Markdown and still mean themselves."""
    _, pictures = links_and_pictures(f"![{words}](https://a.example/)")
    return [picture.alt for picture in pictures] == [words]
