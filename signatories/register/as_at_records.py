"""The answers of a check as data: the same facts for CSV, JSON and the API."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from signatories.register.as_at import Answer, Report
from signatories.register.matching import Listed

Record = dict[str, Any]

# The columns of the CSV, in this order for good: new ones come at the end.
COLUMNS = (
    "line",
    "asked",
    "result",
    "organisation",
    "slug",
    "gss_code",
    "signed_on",
    "version",
    "on_register_today",
    "meant",
    "relation",
    "signed_before_it",
    "problem",
    "suggestions",
    "date",
    "url",
)

_YES_OR_NO = {True: "yes", False: "no", None: None}


def record_of(answer: Answer) -> Record:
    """Return one answer, with nothing where there is nothing to say."""
    standing = answer.standing
    signed_at = standing.signed_at if standing else None
    return {
        "line": answer.line,
        "asked": answer.asked,
        "result": answer.result,
        "organisation": _named(answer.organisation),
        "signed_on": _day(signed_at),
        "version": standing.version if standing else None,
        "on_register_today": standing.is_on_register if standing and signed_at else None,
        "meant": _named(answer.meant),
        "relation": answer.relation.value if answer.relation else None,
        "signed_before_it": [
            {**_known(one.organisation), "signed_on": _day(one.standing.signed_at)} for one in answer.earlier
        ],
        "problem": answer.problem.value if answer.problem else None,
        "suggestions": [_known(one) for one in answer.suggestions],
    }


def lines_of(report: Report) -> Iterator[list[object]]:
    """Return the answers as lines of a table under COLUMNS."""
    for answer in report.answers:
        record = record_of(answer)
        organisation = record["organisation"] or {}
        line = record | {
            "organisation": organisation.get("name"),
            "slug": organisation.get("slug"),
            "gss_code": organisation.get("gss_code"),
            "url": organisation.get("url"),
            "meant": answer.meant.name if answer.meant else None,
            "signed_before_it": "; ".join(
                f"{one['name']} ({one['signed_on']})" for one in record["signed_before_it"]
            ),
            "suggestions": "; ".join(one["name"] for one in record["suggestions"]),
            "on_register_today": _YES_OR_NO[record["on_register_today"]],
            "date": report.day.isoformat(),
        }
        yield [line[column] for column in COLUMNS]


def _known(organisation: Listed) -> Record:
    return {
        "name": organisation.name,
        "slug": organisation.slug,
        "gss_code": organisation.gss_code or None,
        "url": f"{settings.SITE_URL}{organisation.get_absolute_url()}",
    }


def _named(organisation: Listed | None) -> Record | None:
    return _known(organisation) if organisation else None


def _day(at: datetime | None) -> str | None:
    """Return the day in London as «2026-11-21»."""
    return timezone.localdate(at).isoformat() if at else None
