"""Text as people type it: nothing in it that no keyboard makes and no page or feed can carry."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from declaration.plain_errors import PlainErrors

# Browsers post two characters for each line break, where the page counts one; word processors use the others.
LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c]")
# Control characters but for tabs and line ends, and the code points that stand for no character.
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


def plain(text: str) -> str:
    """Return the text without control characters; every kind of line break becomes one line feed."""
    return UNPRINTABLE.sub("", LINE_BREAKS.sub("\n", text))


class PlainTextForm(PlainErrors):
    """Mixed into a form: what was posted is made plain before anything looks at it."""

    def __init__(self, data: QueryDict | Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        # The form this is mixed into takes these; a plain object would not.
        super().__init__(None if data is None else _plain_data(data), *args, **kwargs)  # type: ignore[call-arg]


def _plain_data(data: QueryDict | Mapping[str, Any]) -> QueryDict:
    posted = QueryDict(mutable=True)
    lists: Iterable[tuple[str, list[Any]]]
    lists = data.lists() if isinstance(data, QueryDict) else [(name, [data[name]]) for name in data]
    for name, values in lists:
        posted.setlist(name, [plain(value) if isinstance(value, str) else value for value in values])
    return posted
