"""The certificate of a signature: what it says, and the PDF of it."""

import json
from datetime import datetime
from typing import Any

import typst
from django.conf import settings
from django.urls import reverse
from django.utils import dateformat, timezone

from signatories.links import absolute
from signatories.models import Signature, Status

TEMPLATE = "certificates/certificate.typ"


def signature_on_certificate(reference: str) -> Signature | None:
    """Return the signature that a certificate may speak of, or None.

    One that staff took down is as unknown as one that never was published.
    """
    signatures = Signature.objects.once_public().select_related("organisation", "version", "signed_by")
    return signatures.filter(reference=reference.upper()).first()


def certificate_url(signature: Signature) -> str:
    """Return where anybody can check the certificate against the register."""
    return absolute(reverse("certificate", args=[signature.reference]))


def certificate_pdf(signature: Signature) -> bytes:
    """Set the certificate as a tagged PDF for A4 paper.

    It keeps to PDF/UA-1 unless a name has letters that the font lacks, which that standard forbids.
    """
    page = _template()
    facts = {"facts": json.dumps(_facts(signature))}
    options: dict[str, Any] = {
        "format": "pdf",
        "sys_inputs": facts,
        "ignore_system_fonts": True,
        "timestamp": signature.updated_at.replace(microsecond=0),
    }
    try:
        pdf = typst.compile(page, pdf_standards=["ua-1"], **options)
    except typst.TypstError:
        pdf = typst.compile(page, **options)
    assert isinstance(pdf, bytes)  # noqa: S101 - tells mypy: only pictures come as several
    return pdf


def _template() -> bytes:
    return (settings.BASE_DIR / "templates" / TEMPLATE).read_bytes()


def _facts(signature: Signature) -> dict[str, Any]:
    version, signer = signature.version, signature.signed_by
    assert version is not None and signer is not None  # noqa: S101 - whatever is signed has both
    role = signature.get_signed_capacity_display()
    return {
        "service": settings.SERVICE_NAME,
        "department": settings.DEPARTMENT_NAME,
        "department_short": settings.DEPARTMENT_SHORT_NAME,
        "organisation": signature.organisation.name,
        "is_signed": signature.status == Status.PUBLISHED,
        "signed_on": _day(signature.signed_at),
        "ended_on": _day(signature.ended_at),
        "signed_by": f"{signer.full_name}, {signer.job_title}" if signature.publish_signer_name else role,
        "version": version.number,
        "wording_hash": signature.wording_hash,
        "reference": signature.reference,
        "address": certificate_url(signature),
        "is_example": settings.DEMO,
    }


def _day(moment: datetime | None) -> str:
    return dateformat.format(timezone.localtime(moment), "j F Y") if moment else ""
