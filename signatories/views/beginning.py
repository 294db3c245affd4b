"""Begin a draft, or say why that cannot be."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from declaration.accounts.people import SignedInRequest
from signatories import registering, signing
from signatories.email_domains import successors_today
from signatories.models import Organisation, Representative, Signature


def begin_draft(
    request: SignedInRequest, representative: Representative, *, text_of: Signature | None = None
) -> HttpResponse:
    """Lead to the draft this person may go on with, or to the page that says what is in the way."""
    try:
        draft = signing.start_draft(representative=representative, text_of=text_of)
    except signing.AnotherSignatureIsLive as error:
        page = {
            "signed_in": True,
            "organisation": representative.organisation,
            "live": error.signature,
            "joined": representative,
        }
        return render(request, "organisations/already_live.html", page)
    except registering.OrganisationHasEnded as error:
        return has_ended(request, error.organisation)
    except signing.SignUpIsPaused:
        return sign_up_is_paused(request)
    except signing.TooManyDrafts:
        return render(request, "organisations/too_many_drafts.html", {"signed_in": True}, status=429)
    return redirect("sign_up", draft.reference)


def sign_up_is_paused(request: SignedInRequest) -> HttpResponse:
    """Say that nothing can be begun now, and where the drafts are."""
    return render(request, "signing_up/paused.html", {"signed_in": True}, status=409)


def has_ended(request: SignedInRequest, organisation: Organisation) -> HttpResponse:
    """Say that an organisation does not exist today, and which one to sign for instead."""
    page = {
        "signed_in": True,
        "organisation": organisation,
        "successors": successors_today([organisation]),
        "predecessors": list(organisation.predecessors.listed().current()),
    }
    return render(request, "organisations/ended.html", page, status=410)
