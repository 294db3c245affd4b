"""Lists of names as people paste and upload them: every encoding, and clear words for what is no list."""

from datetime import date

import pytest

from signatories.register.as_at import check
from signatories.register.name_lists import MAXIMUM_BYTES, UnreadableList, read_pasted, read_upload

LISTS = {
    "UTF-8": "Ynys Môn\nCamden\n".encode(),
    "UTF-8 with a mark": "Ynys Môn\nCamden\n".encode("utf-8-sig"),
    "Windows-1252": "Ynys Môn\r\nCamden\r\n".encode("cp1252"),
    "UTF-16": "Ynys Môn\nCamden\n".encode("utf-16"),
    "old Mac": b"Ynys M\xc3\xb4n\rCamden\r",
    "a heading": "Id,Council\n1,Ynys Môn\n2,Camden\n".encode(),
    "semicolons": "Name;Note\nYnys Môn;x\nCamden;y\n".encode(),
    "headings of the Office for National Statistics": b"LAD24NM,LAD24CD\nx,Ynys M\xc3\xb4n\nCamden,\n",
    "tabs": "Note\tOrganisation\nx\tYnys Môn\ny\tCamden\n".encode(),
    "quotes": '"Ynys Môn","Ynys, Môn"\n"Camden",\n'.encode(),
    "empty rows": "\n\nYnys Môn\n,,\n\nCamden\n\n".encode(),
}


@pytest.mark.parametrize("content", LISTS.values(), ids=LISTS)
def test_read_a_list(content):
    assert [name for _, name in read_upload(content)] == ["Ynys Môn", "Camden"]


@pytest.mark.parametrize(
    "content",
    [
        b"Council\nNewry, Mourne and Down\nCamden\n",
        b"Newry, Mourne and Down\nCamden\nLeeds\n",
        b'"Newry, Mourne and Down"\nCamden\n',
        b"Newry, Mourne and Down\n",
    ],
)
def test_keep_the_commas_of_names_in_a_list(content):
    assert [name for _, name in read_upload(content)][:2] in (
        ["Newry, Mourne and Down", "Camden"],
        ["Newry, Mourne and Down"],
    )


@pytest.mark.django_db
def test_prefer_codes_to_names_and_keep_the_numbers_of_rows():
    content = b"name,gss_code,note\nCamden,E09000007,\n\nLeeds,E08000035,\nNowhere,,\n,,lost\n"
    assert read_upload(content) == [(2, "E09000007"), (4, "E08000035"), (5, "Nowhere"), (6, "")]
    assert [answer.problem for answer in check(read_upload(content), date(2024, 3, 31)).answers][
        -1
    ] == "empty"


REFUSED = {
    "a workbook": (b"PK\x03\x04rest", "spreadsheet"),
    "an old workbook": (b"\xd0\xcf\x11\xe0rest", "spreadsheet"),
    "a PDF": (b"%PDF-1.7", "PDF"),
    "a picture": (b"\x89PNG\r\n", "picture"),
    "a program": (b"\x7fELF\x00\x00", "not a text file"),
    "nothing": (b"", "empty"),
    "spaces": (b"  \n \n", "empty"),
    "too much": (b"a" * (MAXIMUM_BYTES + 1), "smaller than 256KB"),
    "too many": (b"Camden\n" * 2001, "2,000 organisations or fewer"),
    "a field without an end": (b'"' + b"a" * 200_000, "quotation marks"),
}


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED)
def test_refuse_a_list_and_say_why(content, why):
    with pytest.raises(UnreadableList, match=why):
        read_upload(content)


def test_read_what_was_pasted():
    assert read_pasted("Camden\r\n\r\n  Leeds\u202e \n") == [(1, "Camden"), (3, "Leeds")]


PASTED = {
    "a heading": ("Council\nCamden\nYnys Môn", ["Camden", "Ynys Môn"]),
    "a heading alone": ("Council", ["Council"]),
    "points of a list": ("1. Camden\n(2) Leeds\n• Ynys Môn\n- Kent", ["Camden", "Leeds", "Ynys Môn", "Kent"]),
    "commas and quotes": ('Newry, Mourne and Down\n"Camden"', ["Newry, Mourne and Down", '"Camden"']),
    "cells with a heading": ("Ref\tCouncil\n7\tCamden\n8\tNewry, Mourne", ["Camden", "Newry, Mourne"]),
    "cells without a heading": ("7\tCamden\n31/3/2024\tLeeds", ["Camden", "Leeds"]),
    "codes beside names": ("Camden\tE09000007\nLeeds\te08000035", ["E09000007", "e08000035"]),
    "a cell of several lines": ('Camden\t"one\ntwo"\nLeeds\t', ["Camden", "Leeds"]),
    "a row without a name": ("Council\tNote\nCamden\t\n\tlost", ["Camden", ""]),
    "numbers alone": ("7\t8\n9\t", ["7", "9"]),
    "spaces and tabs alone": (" \t \n\t\n", []),
}


@pytest.mark.parametrize(("text", "names"), PASTED.values(), ids=PASTED)
def test_read_lists_as_they_are_copied(text, names):
    assert [name for _, name in read_pasted(text)] == names
