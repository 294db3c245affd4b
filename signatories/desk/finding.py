"""One box for staff: what a reference, a name, an address or a domain leads to, kind by kind."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from declaration.accounts.models import User
from declaration.outbox.models import Email
from signatories.models import CorrectionRequest, Organisation, Representative, Signature

SHORTEST = 2
MOST = 20


@dataclass(frozen=True)
class Kind:
    """One kind of record: who may see it, how it is looked for, and where it leads."""

    name: str
    permission: str
    look: Callable[[str], QuerySet[Any]]
    url_of: Callable[[Any], str]
    list_view: str = ""
    list_query: str = ""

    def all_url(self, text: str) -> str:
        """Return where all that was found stands, or nothing where there is no such list."""
        if not self.list_view:
            return ""
        return f"{reverse(self.list_view)}?{self.list_query}{urlencode({'q': text})}"


@dataclass(frozen=True)
class Found:
    """What was found of one kind: the first few, and where all of them are."""

    kind: str
    results: list[tuple[str, Any]]
    more_url: str


def find(text: str, *, person: User) -> list[Found]:
    """Return what this person may see and what matches, one group for each kind that has any.

    One query for each kind. Text shorter than two characters finds nothing.
    """
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    groups = []
    for kind in KINDS:
        if not person.has_perm(kind.permission):
            continue
        rows = list(kind.look(text)[: MOST + 1])
        if rows:
            results = [(kind.url_of(row), row) for row in rows[:MOST]]
            groups.append(Found(kind.name, results, kind.all_url(text) if len(rows) > MOST else ""))
    return groups


def _address(field: str, text: str) -> Q:
    """Match an address that holds the text, or that ends with it where it begins with @."""
    return Q(**{f"{field}__{'iendswith' if text.startswith('@') else 'icontains'}": text})


def _people(prefix: str, text: str) -> Q:
    return _address(f"{prefix}email", text) | Q(**{f"{prefix}full_name__icontains": text})


def _signatures(text: str) -> QuerySet[Signature]:
    who = _people("submitted_by__", text) | _people("started_by__", text) | _people("signed_by__", text)
    who |= _people("looked_after_by__", text)
    approver = _address("approver_email", text) | Q(approver_name__icontains=text)
    return (
        Signature.objects.filter(
            Q(reference__icontains=text) | Q(organisation__in=_organisations(text)) | who | approver
        )
        .select_related("organisation", "submitted_by", "started_by")
        .prefetch_related("commitments")
        .order_by("-pk")
    )


def _organisations(text: str) -> QuerySet[Organisation]:
    if text.startswith("@"):
        return (
            Organisation.objects.unmerged()
            .filter(domains__domain=text[1:].lower())
            .distinct()
            .order_by("name")
        )
    names = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(aliases__name__icontains=text)
    by_code = Q(gss_code__iexact=text) | Q(domains__domain=text.lower())
    return Organisation.objects.unmerged().filter(names | by_code).distinct().order_by("name")


def _representatives(text: str) -> QuerySet[Representative]:
    return Representative.objects.filter(_people("", text)).select_related("organisation").order_by("-pk")


def _mistakes(text: str) -> QuerySet[CorrectionRequest]:
    return CorrectionRequest.objects.filter(
        _address("email", text) | Q(organisation__name__icontains=text)
    ).select_related("organisation")


def _emails(text: str) -> QuerySet[Email]:
    return Email.objects.filter(_address("to", text) | Q(subject__icontains=text)).order_by("-pk")


def _staff(text: str) -> QuerySet[User]:
    return User.objects.filter(_people("", text)).exclude(role="").order_by("full_name", "email")


def _change_page(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _organisation_of(representative: Representative) -> str:
    return reverse("admin:signatories_organisation_change", args=[representative.organisation_id])


def _kinds() -> Iterable[Kind]:
    yield Kind(
        "signatures",
        "signatories.view_signature",
        _signatures,
        _change_page,
        "admin:signatories_signature_changelist",
        "status=all&",
    )
    yield Kind(
        "organisations",
        "signatories.view_organisation",
        _organisations,
        _change_page,
        "admin:signatories_organisation_changelist",
    )
    yield Kind("people", "signatories.view_representative", _representatives, _organisation_of)
    yield Kind(
        "mistakes",
        "signatories.view_correctionrequest",
        _mistakes,
        _change_page,
        "admin:signatories_correctionrequest_changelist",
        "state=all&",
    )
    yield Kind("emails", "outbox.view_email", _emails, _change_page, "admin:outbox_email_changelist")
    yield Kind("staff", "accounts.view_user", _staff, _change_page, "admin:accounts_user_changelist")


KINDS = tuple(_kinds())
