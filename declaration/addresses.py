"""Email addresses as forms take them."""

from typing import Any, Final

from django import forms

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
