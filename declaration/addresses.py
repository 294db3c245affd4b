"""Email addresses as forms take them."""

import re
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError

# An address that differs from what a mailbox provider would show is refused: quoted local parts
# can hold an @ or control characters, and letters beyond ASCII can look like others.
PLAIN_ADDRESS: Final = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+", re.IGNORECASE | re.ASCII)

# Programs put these into an address that is copied from them: marks of direction, spaces of no width.
# Django's validator overlooks them in a domain, where an address that looks right would lead nowhere.
INVISIBLE: Final = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


_REMOVED = dict.fromkeys(map(ord, INVISIBLE))


def as_seen(pasted: str) -> str:
    """Return an address as a person sees it: without characters that show nothing, or spaces around it."""
    return pasted.translate(_REMOVED).strip()


class AddressField(forms.EmailField):
    """An address in lower case, put so before it is looked at.

    Some letters beyond ASCII count as a-z where case does not matter, and are no letters of addresses
    once they are small.
    """

    def to_python(self, value: Any) -> str:
        return as_seen(str(super().to_python(value))).lower()


class WorkAddressField(AddressField):
    """The address of somebody who is to act for an organisation: one with which they could sign in.

    In other letters one domain can look like another, to the officer and to staff.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "Enter an email address in the correct format, like name@example.gov.uk"
    }

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not PLAIN_ADDRESS.fullmatch(value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
