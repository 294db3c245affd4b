"""The Jinja environment of every public page and every email."""

import contextlib
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NoReturn

import jinja2
from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils import dateformat, timezone
from jinja2.utils import missing

from config.govuk_errors import form_errors
from config.govuk_forms import component, crispy, page_heading
from config.static_files import integrity
from declaration.models import Switches
from declaration.switches import current as current_switches
from declaration.switches import switches_at


class CarefulUndefined(jinja2.Undefined):
    """What a template gets for something that is not there.

    The GOV.UK macros lean on missing keys of their ``params``: a missing key of a mapping is
    empty, also when printed, looped over or looked into. A missing *name*, or a missing attribute
    of an object, may be tested (``{% if signed_in %}``) but raises ``jinja2.UndefinedError`` when
    printed, looped over, measured or looked into, so that a misspelling never reaches a page.
    """

    __slots__ = ()

    def _is_a_misspelling(self) -> bool:
        if self._undefined_name is None:  # an inline «if» without «else»
            return False
        return self._undefined_obj is missing or not isinstance(self._undefined_obj, Mapping)

    def _raise_if_misspelt(self) -> None:
        if self._is_a_misspelling():
            self._fail()

    def _fail(self) -> NoReturn:
        raise jinja2.UndefinedError(self._undefined_message)

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        self._raise_if_misspelt()
        return self

    def __getitem__(self, key: Any) -> Any:
        self._raise_if_misspelt()
        return self

    def __str__(self) -> str:
        self._raise_if_misspelt()
        return ""

    def __html__(self) -> str:
        return str(self)

    def __iter__(self) -> Any:
        self._raise_if_misspelt()
        return iter(())

    def __len__(self) -> int:
        self._raise_if_misspelt()
        return 0


class AllButAdmin(jinja2.FileSystemLoader):
    """Leaves templates/admin/ to Django's own language, which the admin's templates extend."""

    def get_source(self, environment: jinja2.Environment, template: str) -> Any:
        if template.startswith("admin/"):
            raise jinja2.TemplateNotFound(template)
        return super().get_source(environment, template)


class Service:
    """The words a department may change, read from the settings each time."""

    @property
    def name(self) -> str:
        return settings.SERVICE_NAME

    @property
    def department(self) -> str:
        return settings.DEPARTMENT_NAME

    @property
    def department_short(self) -> str:
        return settings.DEPARTMENT_SHORT_NAME

    @property
    def contact_email(self) -> str:
        return settings.CONTACT_EMAIL

    @property
    def promise_days(self) -> int:
        """Working days within which staff promise to look at a commitment."""
        return settings.REVIEW_PROMISE_WORKING_DAYS

    @property
    def branding(self) -> bool:
        """Whether the crown, the GOV.UK logo and font may be shown."""
        return settings.GOVUK_BRANDING

    @property
    def url(self) -> str:
        return settings.SITE_URL

    @property
    def demo(self) -> bool:
        """Whether the example data is loaded, which every page must say."""
        return settings.DEMO


def _in_london(when: date | datetime) -> date | datetime:
    if isinstance(when, datetime) and timezone.is_aware(when):
        return timezone.localtime(when)
    return when


def show_date(when: date | datetime | None) -> str:
    """Return «21 November 2026» in London time, or nothing for nothing."""
    if when is None:
        return ""
    local = _in_london(when)
    return _written(local.date() if isinstance(local, datetime) else local)


@lru_cache(maxsize=4096)
def _written(day: date) -> str:
    return dateformat.format(day, "j F Y")


def show_datetime(when: datetime | None) -> str:
    """Return «21 November 2026 at 3:04pm» in London time, or nothing for nothing."""
    if when is None:
        return ""
    local = timezone.localtime(when) if timezone.is_aware(when) else when
    if (local.hour, local.minute) in {(0, 0), (12, 0)}:
        clock = "midday" if local.hour else "midnight"
    else:
        minutes = f":{local.minute:02}" if local.minute else ""
        clock = f"{local.hour % 12 or 12}{minutes}{'pm' if local.hour >= 12 else 'am'}"
    return f"{show_date(local)} at {clock}"


def show_utc(when: datetime) -> str:
    """Return «2026-11-21T15:04:05Z», as feeds write a moment."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plural(n: int, one: str, many: str = "") -> str:
    """Return the word that goes with the number, without the number."""
    return one if n == 1 else many or f"{one}s"


def thousands(n: int) -> str:
    """Return «69,256,274»."""
    return f"{n:,}"


def switches_of(request: HttpRequest) -> Switches:
    """Return how the switches stand, asked of the database once for each page."""
    found = getattr(request, "switches", None)
    if found is None:
        # A page that knows the public number needs no query: the number moves with the switches.
        fresh = getattr(request, "freshness", None)
        found = switches_at(fresh) if fresh else current_switches()
        request.switches = found  # type: ignore[attr-defined]
    return found


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a named page; raises ``NoReverseMatch``."""
    return reverse(name, args=args, kwargs=kwargs)


def page_links(page: Page[Any], query: QueryDict) -> dict[str, Any]:
    """Return the pagination component's parameters for a page of a list, keeping its query."""

    def address(number: int) -> str:
        kept = query.copy()
        kept["page"] = str(number)
        return f"?{kept.urlencode()}"

    links: dict[str, Any] = {
        "items": [
            {"number": number, "href": address(number), "current": number == page.number}
            if isinstance(number, int)
            else {"ellipsis": True}
            for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        ]
    }
    if page.has_previous():
        links["previous"] = {"href": address(page.previous_page_number())}
    if page.has_next():
        links["next"] = {"href": address(page.next_page_number())}
    return links


def _escapes(template_name: str | None) -> bool:
    return template_name is None or not template_name.endswith(".txt")


class BytecodeCache(jinja2.FileSystemBytecodeCache):
    """Does without when the disk is full: the page that says so must not need room."""

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def _bytecode_cache() -> jinja2.BytecodeCache | None:
    """Keep compiled templates on disk: compiling the macros costs a new worker half a second."""
    folder = settings.VAR_DIR / "templates"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return BytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment from the options of Django's Jinja2 backend."""
    options |= {
        "loader": jinja2.ChoiceLoader(
            [
                AllButAdmin(options["loader"].searchpath),
                # The macros import one another by this prefix.
                jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        "autoescape": _escapes,
        # Django would set DebugUndefined, which prints its complaint into empty text areas.
        "undefined": CarefulUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "bytecode_cache": _bytecode_cache(),
    }
    env = jinja2.Environment(**options)  # noqa: S701 (autoescape is the function above)
    env.globals |= {
        "url": url,
        "static": static,
        "integrity": integrity,
        "crispy": crispy,
        "component": component,
        "form_errors": form_errors,
        "page_heading": page_heading,
        "service": Service(),
        "switches_of": switches_of,
        "page_links": page_links,
        "plural": plural,
        "now": timezone.now,
    }
    env.filters |= {
        "date": show_date,
        "datetime": show_datetime,
        "utc": show_utc,
        "plural": plural,
        "thousands": thousands,
    }
    return env
