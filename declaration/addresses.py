"""Email addresses as forms take them."""

from typing import Any

from django import forms


class AddressField(forms.EmailField):
    """An address in lower case, put so before it is looked at.

    Some letters beyond ASCII count as a-z where case does not matter, and are no letters of addresses
    once they are small.
    """

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()
