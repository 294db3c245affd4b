"""Tables as CSV: written so that a spreadsheet takes no cell for a formula, read however one was saved."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

# What Excel and LibreOffice take for the beginning of a formula, also after spaces (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")
_LINES = 500


_SIGNATURES = (
    (b"PK\x03\x04", "The file is a spreadsheet or a zip file. Save it as CSV and upload that"),
    (b"\xd0\xcf\x11\xe0", "The file is an old spreadsheet or document. Save it as CSV and upload that"),
    (b"%PDF", "The file is a PDF. Upload a CSV file"),
    (b"\x1f\x8b", "The file is compressed. Upload a CSV file"),
    (b"\x89PNG", "The file is a picture. Upload a CSV file"),
    (b"\xff\xd8\xff", "The file is a picture. Upload a CSV file"),
)
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]+"
)


class UnreadableList(ValueError):
    """A list that cannot be read; the message tells the person why and what to do."""


class _Echo:
    def write(self, line: str) -> str:
        return line


def neutral(value: Any) -> Any:
    """Return a cell's value; a text that a spreadsheet would calculate gets an apostrophe before it."""
    if isinstance(value, str) and (value.lstrip().startswith(_FORMULA) or value.startswith(_BREAKS)):
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


def read_table(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV or text file that say something, with their numbers. Raises UnreadableList."""
    for beginning, reason in _SIGNATURES:
        if content.startswith(beginning):
            raise UnreadableList(reason)
    return read_rows(_decoded(content))


def plain(text: str) -> str:
    """Return a cell as one line without invisible characters."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        raise UnreadableList("The file is not a text file. Upload a CSV file")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableList("The file is not a text file we can read. Save it as ‘CSV UTF-8’ and upload that")


def read_rows(text: str, delimiter: str = "") -> list[tuple[int, list[str]]]:
    """Return the rows that say something, with their numbers. Raises UnreadableList.

    Unless it is told what parts the columns, the first row says whether commas, semicolons or tabs do.
    """
    if not delimiter:
        first = next((line for line in text.splitlines() if line.strip()), "")
        delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [(n, row) for n, row in enumerate(reader, start=1) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UnreadableList("The file is not a CSV file we can read: check its quotation marks") from error
    return found
