"""Read compose.yaml as the compose tool does, with made-up answers to what it asks for."""

import re

import yaml
from django.conf import settings

# What whoever runs the service has to give.
ANSWERS = {
    "SECRET_KEY": "an-example-of-fifty-letters-and-more-0123456789-abcdefgh",
    "ALLOWED_HOSTS": "www.example.gov.uk",
    "SITE_URL": "https://www.example.gov.uk",
    "POSTGRES_PASSWORD": "an-example",
    "EMAIL_URL": "smtp://relay.example.gov.uk:25",
}


def read():
    return answered(yaml.safe_load((settings.BASE_DIR / "compose.yaml").read_text()))


def answered(part):
    """Fill in what is asked for; raise KeyError for a required answer that is not among ours."""
    match part:
        case dict():
            return {name: answered(value) for name, value in part.items()}
        case list():
            return [answered(value) for value in part]
        case str():
            return re.sub(r"\$\{(\w+)(:[?-])([^}]*)\}", answer, part)
    return part


def answer(question):
    name, mark, default = question.groups()
    return ANSWERS[name] if mark == ":?" else ANSWERS.get(name, default)


def ours():
    """Return the services made from our image, by name."""
    return {name: service for name, service in read()["services"].items() if "build" in service}
