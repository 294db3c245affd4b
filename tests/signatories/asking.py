"""What the tests of the questions share: a question's address, and the errors of a page."""

from bs4 import BeautifulSoup


def page_of(draft, slug):
    return f"/sign/{draft.reference}/{slug}/"


def errors_of(response):
    """Return the messages of a page by the name of the field they stand beside."""
    soup = BeautifulSoup(response.content, "html5lib")
    found = {}
    for error in soup.select(".govuk-error-message"):
        group = error.find_parent(class_="govuk-form-group")
        field = group.find(["input", "textarea", "select"])
        text = error.get_text(" ", strip=True).removeprefix("Error: ")
        pointing = [
            t for t in soup.select("[aria-describedby]") if error["id"] in t["aria-describedby"].split()
        ]
        assert pointing, f"nothing says that {text!r} is about it"
        links = soup.select(".govuk-error-summary a")
        assert [
            link for link in links if link.get_text(strip=True) == text and soup.find(id=link["href"][1:])
        ]
        found[field["name"]] = text
    assert bool(found) == soup.title.get_text(strip=True).startswith("Error: ")
    return found
