"""Tables as CSV that a spreadsheet opens as text: no cell is taken for a formula."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

# What Excel and LibreOffice take for the beginning of a formula (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LINES = 500


class _Echo:
    def write(self, line: str) -> str:
        return line


def neutral(value: Any) -> Any:
    """Return a cell's value; a text that a spreadsheet would calculate gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield CSV (RFC 4180), some hundred lines at a time, beginning with a byte order mark for Excel."""
    writer = csv.writer(_Echo())
    lines = ["\ufeff"]
    for row in rows:
        lines.append(writer.writerow([neutral(cell) for cell in row]))
        if len(lines) >= _LINES:
            yield "".join(lines)
            lines = []
    yield "".join(lines)
