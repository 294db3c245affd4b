"""Requests that nobody means well: made from a seed, cheap, and different for every seed."""

import random
from urllib.parse import quote_from_bytes, urlencode

VALUES = [
    "", " ", "\t", "\n", "\r\n", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\ufeff", "\ufffe", "\U0010ffff",
    "0", "-0", "00", "1", "-1", "+1", "1.5", "1e309", "-1e309", "1_000", "NaN", "inf", "0x10", "²", "٣",
    "１", "9" * 19, "9" * 400, "-" + "9" * 30, "2147483648", "-2147483649", "9223372036854775808", "1/0",
    "१", "null", "None", "undefined", "true", "on", "off", "[]", "{}", "[[[[[[", '{"a":[1,{"b":null}]}',
    "__proto__", "()", "2026-11-21", "2026-02-31", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01",
    "31/12/9999", "21 November", "12:00", "25:61", "2026-11-21T00:00:00Z", "2026-11-21 00:00:00+99:99",
    "-1-1-1", "1-1-1", "١-١-٢٠٢٦", "a@b", "a@b.gov.uk", '"a@b"@c.gov.uk', "a@b@c", "a\r\nBcc: x@y.z", "@",
    "a@", "@b", "a@[127.0.0.1]", "ä@ö.example", "a@" + "b" * 300 + ".uk", "a" * 70 + "@b.uk", "<a@b.uk>",
    "a@b.uk,c@d.uk", "a@xn--bcher-kva.example", "a@b..uk", "'", '"', "';--", "' OR 1=1 --", "%", "%%", "_",
    "\\", "\\x00", "%s%n%d", "{0.__class__}", "{{7*7}}", "{%raise%}", "<script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>", "&lt;&amp;&#0;", "<!--", "]]>", "${7*7}",
    "../../../../etc/passwd", "..%2f..%2f", "file:///etc/passwd", "//evil.example", "https://evil.example/",
    "javascript:1", "/\\evil.example", "http://[::1", "http://a:99999999/", "\\\\host\\share", "=1+1",
    "@SUM(1)", "-2+3", "+x", "\tx", "\u202eabc", "a\u0301" * 50, "👩‍💻", "İı", "ß", "ﷺ" * 20, "\u200b",
    "e" * 101, "e" * 256, "e " * 2000, "é" * 5_000, "\n" * 500, "𝒜", "Ω", "accept", "reject", "draft",
    "published", "you", "camden", "england", "London", "district", "title", "pk", "id", "-pk", "status__in",
    "email__regex", "password", "1,2,3", "1|2", "YQ==", "eyJhIjoxfQ:x:y", "a:b:c", "a" * 5000 + ":1:2",
    "00000000-0000-0000-0000-000000000000", "LDD-AAAA-AAAA",
]  # fmt: skip
NAMES = [
    "q", "page", "sort", "next", "kind", "nation", "region", "status", "principle", "area", "year", "stage",
    "since", "o", "p", "all", "_changelist_filters", "action",
    "_selected_action", "select_across", "index", "_save", "_addanother", "_continue", "_saveasnew", "post",
    "app_label", "model_name", "field_name", "term", "id", "pk", "reference", "slug", "code", "email",
    "token", "note", "reason", "reasons", "decision", "seen", "until", "initial-id", "form-TOTAL_FORMS",
    "form-INITIAL_FORMS", "form-0-id", "principles-TOTAL_FORMS", "format", "fields", "organisation", "name",
    "day", "month", "date_0", "date_1", "status__exact", "at__gte", "at__year", "id__in",
]  # fmt: skip
# The admin refuses a whole request for one of these, so they come only among a few others.
ENDING_NAMES = ["_to_field", "_popup", "e"]
# A request with one of these is refused as a whole, so they come seldom.
ENDING = ["\0", "a\0b", "z" * 60_000, "é" * 20_000, "e" * 10_001]
LETTERS = [*range(1, 0x3000), *range(0xE000, 0xE100), *range(0x1F300, 0x1F400)]
BYTES = [
    b"\xff", b"\xfe\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x28\x8c\xbc", b"\x00", b"\x80" * 30,
    b"\xe2\x80",
]  # fmt: skip
KINDS = [
    "application/x-www-form-urlencoded; charset=dragon",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/json",
    "text/xml",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "",
]
PARTS = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
FORM = "application/x-www-form-urlencoded"


class Nasty:
    """A source of nastiness; the same seed makes the same requests. `made` counts the values so far."""

    def __init__(self, seed, fields):
        self.random = random.Random(seed)
        self.fields = fields
        self.made = 0

    def value(self, *, whole):
        """Return a value, percent-encoded; `whole` leaves out what ends the reading of a request."""
        self.made += 1
        chance, value = self.random.random(), self.random.choice(VALUES if whole else VALUES + ENDING)
        if chance < 0.1:
            value += self.random.choice(VALUES)[:200]
        elif chance < 0.2:
            cut = self.random.randrange(len(value) + 1)
            value = value[:cut] + chr(self.random.choice(LETTERS)) + value[cut:]
        elif chance < 0.25 and not whole:
            return quote_from_bytes(value[:50].encode() + self.random.choice(BYTES))
        return quote_from_bytes(value.encode())

    def pairs(self, usual):
        """Return names with values, most of them of the fields there are; in half of all cases only a few."""
        few = self.random.random() < 0.5
        names = [*self.fields, *self.random.sample(NAMES + ENDING_NAMES if few else NAMES, 2 if few else 30)]
        self.random.shuffle(names)
        pairs = [
            f"{quote_from_bytes(name.encode())}={self.value(whole=not few)}"
            for name in names[: 3 if few else 60]
        ]
        kept = [(name, value) for name, value in usual if self.random.random() < (0.97 if few else 0.3)]
        if self.random.random() < 0.1:
            pairs.append(f"{self.value(whole=not few)}={self.value(whole=not few)}")
        # Of a name that comes twice Django takes the last.
        return "&".join(
            [urlencode(kept), *pairs] if self.random.random() < 0.8 else [*pairs, urlencode(kept)]
        )

    def form(self, usual):
        """Return the type and the body of a form, and now and then of something else."""
        chance = self.random.random()
        if chance < 0.04:
            return self.random.choice(KINDS), self.pairs(usual).encode()
        if chance < 0.1:
            return "multipart/form-data; boundary=x", self._parts(usual)
        return FORM, self.pairs(usual).encode()

    def _parts(self, usual):
        """Return a form of parts, with a file that nobody asked for and sometimes without an end."""
        names = [name for name, _ in usual] + self.random.sample(NAMES, 5)
        files = [
            b"",
            b"",
            b'; filename="x.csv"\r\nContent-Type: text/csv',
            b'; filename="../../x"',
            b"; filename=",
        ]
        self.made += len(names)
        parts = (
            PARTS % (name.encode(), self.random.choice(files), self.random.choice(VALUES).encode()[:3000])
            for name in names
        )
        return b"".join(parts) + self.random.choice([b"--x--\r\n", b"--x--\r\n", b"", b"--x"])

    def segment(self):
        """Return something to stand in an address."""
        return self.value(whole=False)[:3000].replace("/", "%2F") or "x"
