"""Lists of names and codes, as people paste and upload them, read into numbered lines."""

import csv
import io
import re

MAXIMUM_BYTES = 256 * 1024
MAXIMUM_LINES = 2_000
# Headings of columns that name the organisation, the surest first.
HEADINGS = (
    *("gss_code", "gss code", "gss", "ons_code", "ons code", "code", "slug"),
    *("organisation", "organisation name", "organization", "name", "council", "council name"),
    *("authority", "local authority", "local authority name", "lead council", "signatory", "asked"),
)
SIGNATURES = (
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

Lines = list[tuple[int, str]]


class UnreadableList(ValueError):
    """A list that cannot be read; the message tells the person why and what to do."""


def read_pasted(text: str) -> Lines:
    """Return the lines of a text that say something, with their numbers. Raises UnreadableList."""
    lines = enumerate(re.split(r"\r\n|\r|\n", text), start=1)
    return _limited([(n, words) for n, line in lines if (words := _plain(line))])


def read_upload(content: bytes) -> Lines:
    """Return the names or codes in a CSV or text file, with the numbers of their rows.

    The heading says which columns have them; without a heading it is the first. A row that has
    something else alone is there with an empty name.
    Raises UnreadableList for what is no such file, or is too long.
    """
    if len(content) > MAXIMUM_BYTES:
        raise UnreadableList(f"The file must be smaller than {MAXIMUM_BYTES // 1024}KB")
    for beginning, reason in SIGNATURES:
        if content.startswith(beginning):
            raise UnreadableList(reason)
    rows = _rows(_decoded(content))
    if not rows:
        raise UnreadableList("The file is empty")
    columns = _columns(rows[0][1])
    if columns:
        rows = rows[1:]
    return _limited([(n, _first_of(row, columns or [0])) for n, row in rows])


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


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows with their numbers. Commas, semicolons and tabs may part the columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [(n, row) for n, row in enumerate(reader, start=1) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UnreadableList("The file is not a CSV file we can read: check its quotation marks") from error
    return found


def _columns(heading: list[str]) -> list[int]:
    """Return where names and codes are, the surest first; nowhere for a row that is no heading."""
    names = [cell.strip().casefold() for cell in heading]
    return [names.index(name) for name in HEADINGS if name in names]


def _first_of(row: list[str], columns: list[int]) -> str:
    """Return the first of these cells that says something, or nothing."""
    cells = (_plain(row[column]) for column in columns if column < len(row))
    return next((cell for cell in cells if cell), "")


def _plain(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _limited(lines: Lines) -> Lines:
    if len(lines) > MAXIMUM_LINES:
        raise UnreadableList(f"The list must have {MAXIMUM_LINES:,} organisations or fewer")
    return lines
