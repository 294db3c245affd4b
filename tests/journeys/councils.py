"""Councils of the register, each with an email domain of its own: one for every journey."""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date

from tests.programs import ROOT


@dataclass(frozen=True)
class Council:
    name: str
    slug: str
    domain: str

    def address(self, name):
        """Return the work email address of somebody there."""
        return f"{name.lower().replace(' ', '.')}@{self.domain}"


def _current(row):
    return row["start_date"] <= date.today().isoformat() and not row["end_date"]


def councils():
    """Return the councils of today that share no domain, in the order of their names."""
    with (ROOT / "signatories" / "data" / "organisations.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if _current(row)]
    uses = Counter(domain for row in rows for domain in row["domains"].replace(";", " ").split())
    return [
        Council(row["name"], row["slug"], domains[0])
        for row in rows
        if (domains := row["domains"].replace(";", " ").split()) and all(uses[one] == 1 for one in domains)
    ]
