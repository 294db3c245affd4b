"""Lists of names and codes, as people paste and upload them, read into numbered lines."""

import re

from declaration.spreadsheets import UnreadableList, plain, read_rows, read_table

MAXIMUM_BYTES = 256 * 1024
MAXIMUM_LINES = 2_000
# Headings of columns that name the organisation, the surest first.
HEADINGS = (
    *("cd", "gss_code", "gss code", "gss", "ons_code", "ons code", "code", "slug"),
    *("organisation", "organisation name", "organization", "name", "council", "council name"),
    *("nm", "authority", "local authority", "local authority name", "lead council", "signatory", "asked"),
)

# «LAD24CD» and «LAD24NM», as the Office for National Statistics heads codes and names.
_OF_ONS = re.compile(r"^(?:lad|ltla|utla|ctyua|cty)\d\d(cd|nm)$")

_CODE = re.compile(r"[A-Z]\d{8}", re.IGNORECASE)
# What stands before each point of a list: «1. Camden», «• Camden».
_POINT = re.compile(r"^(?:\(?\d{1,4}[.)]|[-–—*•·▪◦‣])\s+(?=\S)")

Lines = list[tuple[int, str]]


def read_pasted(text: str) -> Lines:
    """Return the lines of a text that say something, with their numbers. Raises UnreadableList.

    Lines with tabs are cells copied from a spreadsheet: the heading says which column is meant, and
    without one it is the code, or else the first cell with letters. A heading is no name; neither are
    the numbers and dots of a list.
    """
    if "\t" in text:
        rows = [(n, [plain(cell) for cell in row]) for n, row in read_rows(text, "\t")]
        columns = _columns(rows[0][1]) if rows else []
        if columns:
            return _limited([(n, _first_of(row, columns)) for n, row in rows[1:]])
        return _limited([(n, _likeliest_of(row)) for n, row in rows])
    lines = enumerate(re.split(r"\r\n|\r|\n", text), start=1)
    found = [(n, words) for n, line in lines if (words := _POINT.sub("", plain(line)))]
    return _limited(found[1:] if len(found) > 1 and _columns([found[0][1]]) else found)


def read_upload(content: bytes) -> Lines:
    """Return the names or codes in a CSV or text file, with the numbers of their rows.

    The heading says which columns have them; without a heading it is the first. A row that has
    something else alone is there with an empty name. In a file that is no table but a list, a comma
    is part of a name: «Newry, Mourne and Down».
    Raises UnreadableList for what is no such file, or is too long.
    """
    if len(content) > MAXIMUM_BYTES:
        raise UnreadableList(f"The file must be smaller than {MAXIMUM_BYTES // 1024}KB")
    rows = read_table(content)
    if not rows:
        raise UnreadableList("The file is empty")
    columns = _columns(rows[0][1])
    if _is_list([row for _, row in rows]):
        rows = [(n, [", ".join(cell.strip() for cell in row if cell.strip())]) for n, row in rows]
    if columns:
        rows = rows[1:]
    return _limited([(n, _first_of(row, columns or [0])) for n, row in rows])


def _is_list(rows: list[list[str]]) -> bool:
    """Whether the first row has one cell, or most rows have, or a space follows every comma."""
    return (
        len(rows[0]) == 1
        or 2 * sum(len(row) == 1 for row in rows) > len(rows)
        or all(cell.startswith(" ") for row in rows for cell in row[1:])
    )


def _columns(heading: list[str]) -> list[int]:
    """Return where names and codes are, the surest first; nowhere for a row that is no heading."""
    names = [_OF_ONS.sub(r"\1", cell.strip().casefold()) for cell in heading]
    return [names.index(name) for name in HEADINGS if name in names]


def _first_of(row: list[str], columns: list[int]) -> str:
    """Return the first of these cells that says something, or nothing."""
    cells = (plain(row[column]) for column in columns if column < len(row))
    return next((cell for cell in cells if cell), "")


def _likeliest_of(row: list[str]) -> str:
    """Return the cell with a code, or else the first with letters, or else the first that says something."""
    cells = [cell for cell in row if cell]
    with_letters = (cell for cell in cells if any(letter.isalpha() for letter in cell))
    return next((cell for cell in cells if _CODE.fullmatch(cell)), next(with_letters, cells[0]))


def _limited(lines: Lines) -> Lines:
    if len(lines) > MAXIMUM_LINES:
        raise UnreadableList(f"The list must have {MAXIMUM_LINES:,} organisations or fewer")
    return lines
