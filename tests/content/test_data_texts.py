"""The texts every installation and every demonstration begins with fit together."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import get_template

from signatories.models import Commitment, Outcome, Reason

DATA = Path(settings.BASE_DIR) / "signatories" / "data"
EMAILS = Path(settings.BASE_DIR) / "templates" / "emails"
MESSAGES = sorted(path.parent.name for path in EMAILS.glob("*/subject.txt"))
# «Example: » is put before a title when it is loaded.
LABEL = len("Example: ")


def read(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def test_name_only_principles_and_service_areas_that_exist() -> None:
    numbers = {
        principle["number"]
        for principle in json.loads((DATA / "declaration.json").read_text(encoding="utf-8"))["principles"]
    }
    areas = {area["slug"] for area in read("service_areas.json")}
    demo = read("demo_commitments.json")
    assert {n for row in demo for n in row["principles"]} == numbers
    assert {slug for row in demo for slug in row["service_areas"]} == areas


def test_fit_into_the_fields_they_are_loaded_into() -> None:
    def limit(name: str) -> int:
        return Commitment._meta.get_field(name).max_length

    demo = read("demo_commitments.json")
    assert [row["title"] for row in demo if len(row["title"]) + LABEL > limit("title")] == []
    assert [row["title"] for row in demo if len(row["mission"]) > limit("mission")] == []
    assert [row["title"] for row in demo if len(row["impact"]) > limit("impact")] == []
    assert [row["title"] for row in demo if len("\n".join(row["partners"])) > limit("partners")] == []


def test_repeat_no_title_in_the_demonstration() -> None:
    titles = [row["title"] for row in read("demo_commitments.json")]
    assert len(titles) >= 40
    assert len(titles) == len(set(titles))


def test_keep_our_own_criterion_of_no_personal_data_in_examples() -> None:
    contact = re.compile(r"\S@\S|\b0\d{9,10}\b|https?://")
    assert contact.search("write to a@example.org")
    texts = [json.dumps(row, ensure_ascii=False) for row in read("demo_commitments.json")]
    assert [text for text in texts if contact.search(text)] == []


@pytest.mark.django_db
def test_offer_reasons_for_every_refusal_that_the_officer_may_read() -> None:
    Reason.objects.bulk_create(Reason(order=n, **reason) for n, reason in enumerate(read("reasons.json")))
    for outcome in (Outcome.CHANGES_REQUESTED, Outcome.REJECTED, Outcome.TAKEN_DOWN):
        assert Reason.objects.offered_for(outcome).filter(is_public=True).exists(), outcome


@pytest.mark.parametrize("message", MESSAGES)
def test_write_every_email_as_subject_text_and_html(message: str) -> None:
    files = sorted(path.name for path in (EMAILS / message).iterdir())
    assert files == ["body.html", "body.txt", "subject.txt"]
    for name in files:
        get_template(f"emails/{message}/{name}", using="jinja2")
    assert len((EMAILS / message / "subject.txt").read_text(encoding="utf-8").strip().splitlines()) == 1
