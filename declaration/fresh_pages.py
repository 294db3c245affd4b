"""Public pages that change only when the public number moves: their ETag, and what is kept of them.

A page kept is shown again only under the number, the day and the release it was made for, and the
number is read from the database each time. So every process keeps pages for itself, and none can
show what is no longer so.
"""

import gzip
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, wraps

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from declaration import kept_files
from declaration.freshness import Freshness, freshness
from declaration.public_pages import public_page

View = Callable[..., HttpResponseBase]

# How much each process keeps at most, and the longest page that is kept.
_MAXIMUM_BYTES = 24_000_000
_MAXIMUM_BYTES_OF_FILES = 48_000_000
_LONGEST_PAGE = 1_000_000
# A client that takes gzip, and does not say «q=0».
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
# What an answer without a body repeats (RFC 9110, 15.4.5).
_REPEATED = ("Cache-Control", "Content-Location", "Expires", "Vary", "Access-Control-Allow-Origin")
_SHOWN_SETTINGS = (
    "SERVICE_NAME",
    "DEPARTMENT_NAME",
    "DEPARTMENT_SHORT_NAME",
    "CONTACT_EMAIL",
    "REVIEW_PROMISE_WORKING_DAYS",
    "GOVUK_BRANDING",
    "DEMO",
    "SITE_URL",
    "STATIC_URL",
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes a page differ from the same page at another time."""

    etag: str
    last_modified: datetime | None

    @property
    def header(self) -> str | None:
        """The Last-Modified header; none while the second it names can still see another change."""
        if self.last_modified and timezone.now() - self.last_modified > timedelta(seconds=1):
            return http_date(self.last_modified.timestamp())
        return None


@cache
def _release() -> str:
    """Return a short hash of all that pages are made from besides the database."""
    digest = hashlib.sha256()
    for folder in ("templates", "static/service", "config", "declaration", "signatories"):
        for path in sorted((settings.BASE_DIR / folder).rglob("*.*")):
            if path.suffix in {".py", ".html", ".xml", ".txt", ".css", ".js", ".svg", ".json"}:
                digest.update(path.read_bytes())
    digest.update(repr([getattr(settings, name, "") for name in _SHOWN_SETTINGS]).encode())
    return digest.hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Ageing:
    """What makes a page another besides the public number.

    ``by_day`` for one that also changes at midnight; ``besides`` says in a few words what else it
    shows that has no number, and nobody can say when that changed.
    """

    by_day: bool
    besides: Callable[[], str] | None = None

    def stamp(self, request: HttpRequest) -> Stamp:
        """Return the stamp that the answer to this request has to have. The database is asked once."""
        fresh = freshness_of(request)
        moment = fresh.changed_at
        etag = f"{fresh.number}-{int(moment.timestamp() * 1_000_000):x}-{_release()}"
        if self.by_day:
            midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
            etag, moment = f"{etag}-{midnight:%y%m%d}", max(moment, midnight)
        if self.besides:
            said: str | None = getattr(request, "besides", None)
            if said is None:
                said = request.besides = self.besides()  # type: ignore[attr-defined]
            return Stamp(f'W/"{etag}-{said}"', None)
        return Stamp(f'W/"{etag}"', moment)


def freshness_of(request: HttpRequest) -> Freshness:
    """Return how fresh the answer to this request has to be, asked of the database once."""
    found: Freshness | None = getattr(request, "freshness", None)
    if found is None:
        found = request.freshness = freshness()  # type: ignore[attr-defined]
    return found


def fresh_page(*, by_day: bool = True, besides: Callable[[], str] | None = None) -> Callable[[View], View]:
    """Serve a public page that shows nothing but what moves the public number when it changes.

    It has an ETag, is made again only when that has changed, and is kept meanwhile. The parameters
    are those of Ageing.
    """
    ageing = Ageing(by_day, besides)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            stamp = ageing.stamp(request)
            if _is_known(request, stamp):
                response: HttpResponseBase = HttpResponseNotModified()
            else:
                response = view(request, *args, **kwargs)
                if response.status_code == 200:
                    response.ageing = ageing  # type: ignore[attr-defined]
            if response.status_code in {200, 304}:
                _stamp(response, stamp)
            return response

        return public_page(answer)  # type: ignore[arg-type]

    return decorate


def _stamp(response: HttpResponseBase, stamp: Stamp) -> None:
    response["ETag"] = stamp.etag
    if header := stamp.header:
        response["Last-Modified"] = header


def _is_known(request: HttpRequest, stamp: Stamp) -> bool:
    """Whether the client has this very page; a list of ETags counts before a date (RFC 9110, 13.2.2)."""
    if known := request.META.get("HTTP_IF_NONE_MATCH"):
        return known == stamp.etag or any(
            one == "*" or one.removeprefix("W/") == stamp.etag.removeprefix("W/")
            for one in parse_etags(known)
        )
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    seconds = parse_http_date_safe(since) if since else None
    if seconds is None or stamp.last_modified is None or stamp.header is None:
        return False
    return int(stamp.last_modified.timestamp()) <= seconds


@dataclass(frozen=True, slots=True)
class _Kept:
    etag: str
    ageing: Ageing
    content: bytes  # empty for a file, which is kept compressed alone
    compressed: bytes  # empty until somebody asks for it
    length: int
    headers: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        return len(self.content) + len(self.compressed)


class _Pages:
    """The pages that one process keeps, those asked for last."""

    def __init__(self, room: Callable[[], int]) -> None:
        self._room = room
        self._pages: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str]) -> _Kept | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, str], page: _Kept) -> None:
        with self._lock:
            self._remove(key)
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > self._room():
                self._remove(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _remove(self, key: tuple[str, str]) -> None:
        if (page := self._pages.pop(key, None)) is not None:
            self._bytes -= page.size


pages = _Pages(lambda: _MAXIMUM_BYTES)
files = _Pages(lambda: _MAXIMUM_BYTES_OF_FILES)


def forget_pages() -> None:
    """Drop every page and file that this process keeps."""
    pages.clear()
    files.clear()


class KeptPages:
    """Answer from the pages kept, before anything else looks at the request.

    It stands below the redirect to HTTPS and above everything that a public page does not need.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        key = (request.path_info, request.META.get("QUERY_STRING", ""))
        kept = pages.get(key) or files.get(key)
        if kept is not None:
            answer = self._from(key, kept, request)
            if answer is not None:
                return answer
        response = self.get_response(request)
        ageing: Ageing | None = getattr(response, "ageing", None)
        if ageing is not None and not response.cookies:
            if isinstance(response, StreamingHttpResponse):
                _keep_while_sent(key, response, ageing, request)
            elif isinstance(response, HttpResponse) and len(response.content) <= _LONGEST_PAGE:
                kept = _compressed(_keep(response, ageing, response.content), request)
                pages.put(key, kept)
                _fill(response, kept, request)
        return response

    def _from(self, key: tuple[str, str], kept: _Kept, request: HttpRequest) -> HttpResponseBase | None:
        """Return the page if it is still what the database would say."""
        try:
            request.get_host()
            stamp = kept.ageing.stamp(request)
        except (DisallowedHost, DatabaseError):
            return None  # what is wrong is said further in
        if stamp.etag != kept.etag:
            return None
        response: HttpResponseBase
        if _is_known(request, stamp):
            response = HttpResponseNotModified()
            headers = tuple(pair for pair in kept.headers if pair[0] in _REPEATED)
        elif not kept.content and not _reads_gzip(request):
            response, headers = StreamingHttpResponse(kept_files.plain(kept.compressed)), kept.headers
            response["Content-Length"] = str(kept.length)
        else:
            response, headers = HttpResponse(), kept.headers
            if (compressed := _compressed(kept, request)) is not kept:
                kept = compressed
                pages.put(key, kept)
        for name, value in headers:
            response[name] = value
        if isinstance(response, HttpResponse) and response.status_code == 200:
            _fill(response, kept, request)
        _stamp(response, stamp)
        return response


def _keep(response: HttpResponseBase, ageing: Ageing, content: bytes) -> _Kept:
    """Return the page to keep."""
    patch_vary_headers(response, ("Accept-Encoding",))
    own = {"ETag", "Last-Modified", "Content-Length"}
    return _Kept(
        etag=response["ETag"],
        ageing=ageing,
        content=content,
        compressed=b"",
        length=len(content),
        headers=tuple((name, value) for name, value in response.items() if name not in own),
    )


def _keep_while_sent(
    key: tuple[str, str], response: StreamingHttpResponse, ageing: Ageing, request: HttpRequest
) -> None:
    """Keep a file when the last of it has been sent."""
    kept, reads_gzip = _keep(response, ageing, b""), _reads_gzip(request)

    def keep(compressed: bytes, length: int) -> None:
        files.put(key, replace(kept, compressed=compressed, length=length))

    content: Iterable[bytes] = response.streaming_content  # type: ignore[assignment]
    response.streaming_content = kept_files.sent_and_kept(content, compressed=reads_gzip, keep=keep)
    if reads_gzip:
        response["Content-Encoding"] = "gzip"


def _reads_gzip(request: HttpRequest) -> bool:
    return _GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None


def _compressed(kept: _Kept, request: HttpRequest) -> _Kept:
    """Return the page with its compressed form if this client reads that: made once, for all of them.

    Nothing in a public page is secret, so its length after compression tells nobody anything.
    """
    if kept.compressed or not _reads_gzip(request):
        return kept
    return replace(kept, compressed=gzip.compress(kept.content, 6, mtime=0))


def _fill(response: HttpResponse, kept: _Kept, request: HttpRequest) -> None:
    """Give the response the page as this client can read it."""
    if _reads_gzip(request):
        response.content = kept.compressed
        response["Content-Encoding"] = "gzip"
    else:
        response.content = kept.content
    response["Content-Length"] = str(len(response.content))
