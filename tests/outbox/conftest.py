import itertools

import jinja2
import pytest
from django.template import engines

from declaration.outbox.models import Email

NOTE = {
    "emails/note/subject.txt": "A note to {{ name }}\n",
    "emails/note/body.txt": "Dear {{ name }},\n\nsee {{ site_url }}\n",
    "emails/note/body.html": "<p>Dear {{ name }}, see {{ site_url }}</p>",
}


@pytest.fixture
def note(monkeypatch):
    """A message of three short templates, beside the service's own."""
    environment = engines["jinja2"].env
    loader = jinja2.ChoiceLoader([jinja2.DictLoader(NOTE), environment.loader])
    monkeypatch.setattr(environment, "loader", loader)
    return "note"


@pytest.fixture
def owe():
    """Put the plainest email into the ledger; circumstances are given by name."""
    numbers = itertools.count(1)

    def owe_one(**circumstances):
        number = next(numbers)
        plain = {"key": f"plain:{number}", "to": f"person{number}@example.gov.uk", "message": "note"}
        words = {"subject": "Hello", "text": "Hello\n", "html": "<p>Hello</p>\n"}
        return Email.objects.create(**{**plain, **words, **circumstances})

    return owe_one
