"""How names of organisations are compared: without what people leave out, add or write differently.

``plain`` is for searching within a name; ``key`` says whether two names mean the same body.
"""

import re
import string
import unicodedata

_APOSTROPHES = re.compile("['’‘ʼ`´]")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
# Small letters and figures stay, apostrophes go, all else parts words.
_ASCII: dict[int, str | None] = {code: " " for code in range(128)}
_ASCII |= {ord(sign): sign.lower() for sign in string.ascii_letters + string.digits}
_ASCII |= {ord(sign): None for sign in "'`"}
# Letters that no decomposition makes plain.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_SAME_WORDS = {"saint": "st", "saints": "sts"}

# What a body is called around its name, in English and Welsh. The longest stands first.
_BEFORE = re.compile(
    r"^(?:the|(?:council|corporation|mayor) (?:of|for)|(?:borough|city|county|district) council (?:of|for)"
    r"|(?:london |royal |metropolitan |county )*borough of|(?:london|royal) borough"
    r"|city and (?:county|district|borough) of"
    r"|city of|district of|county(?: of)?|cyngor (?:bwrdeistref sirol|dinas a sir|dinas)|cyngor"
    r"|l ?b(?: of)?|r ?b of) "
)
_AFTER = re.compile(
    r" (?:(?:(?:metropolitan|county|london|royal)? ?borough|metropolitan district|city and district"
    r"|city and county|district|city|county|town|parish|community) council"
    r"|council|corporation|(?:london |metropolitan )?borough|city|mbc|mdc|cbc|rbc|lbc|bc|cc|dc|ua"
    # «Bristol, City of», as the Office for National Statistics writes it.
    r"|(?:city|county|(?:(?:london|royal) )?borough) of)$"
)


def plain(text: str) -> str:
    """Return the words of a text in small ASCII letters and figures, one space between them.

    Accents and apostrophes go, «&» is «and», «Saint» is «st», other signs part words.
    """
    return " ".join(plain_words(text))


def plain_words(text: str) -> list[str]:
    """Return the words of ``plain``. Made for the megabytes of a whole register."""
    text = text.replace("&", " and ")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold().translate(_LETTERS))
        text = _NOT_WORDS.sub(" ", "".join(letter for letter in text if not unicodedata.combining(letter)))
    words = text.translate(_ASCII).split()
    if "saint" in text.casefold():
        return [_SAME_WORDS.get(word, word) for word in words]
    return words


def key(name: str) -> str:
    """Return a name without its style: «London Borough of Camden» and «Camden» have the same key.

    Two bodies may share a key, as Bedford does with a parish of that name; the caller asks which.
    A name that is nothing but style keeps its last words.
    """
    words, before = plain(name), ""
    while words != before:
        before = words
        words = _BEFORE.sub("", words)
        words = _AFTER.sub("", words)
    return words
