"""Every form takes addresses alike."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from declaration.accounts.forms import EmailForm
from declaration.addresses import AddressField, WorkAddressField
from tests.declaration.test_plain_errors import forms_of_ours


@pytest.mark.parametrize(
    "typed",
    [
        "Pat@Council.GOV.UK",
        "pat@council.gov.uk",
        " pat@council.gov.uk ",
        "\u200b\u202apat@coun\u00adcil.gov.uk\u200e\u00a0",
    ],
)
def test_return_an_address_in_lower_case(typed):
    assert AddressField().clean(typed) == "pat@council.gov.uk"


@pytest.mark.parametrize("typed", [f"pat@{'İ' * 60}.gov.uk", "pat", "a@b", "a\0@c.gov.uk"])
def test_refuse_what_is_no_address(typed):
    with pytest.raises(ValidationError):
        AddressField().clean(typed)


@pytest.mark.parametrize(
    "typed", ["ada@l\N{CYRILLIC SMALL LETTER IE}eds.gov.uk", "\u00e4da@leeds.gov.uk", '"a@b"@leeds.gov.uk']
)
def test_take_for_whoever_is_to_act_only_an_address_that_can_sign_in(typed):
    assert WorkAddressField().clean("Ada.O'Neil+1@Leeds.gov.uk") == "ada.o'neil+1@leeds.gov.uk"
    with pytest.raises(ValidationError, match="Enter an email address in the correct format"):
        WorkAddressField().clean(typed)


def test_is_how_every_form_takes_them():
    fields = [
        (form, field)
        for form in forms_of_ours()
        if form is not EmailForm  # it takes less: see its own tests
        for field in form.base_fields.values()
        if isinstance(field, forms.EmailField)
    ]
    assert len(fields) >= 7
    assert [form for form, field in fields if not isinstance(field, AddressField)] == []
