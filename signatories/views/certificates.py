"""The certificate of a signature: a page to print and to check against, and the same as a PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.fresh_pages import fresh_page
from signatories.register.certificates import certificate_pdf, certificate_url, signature_on_certificate


@fresh_page(by_day=False)
def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """Show whether the signature with this reference is on the register."""
    signature = signature_on_certificate(reference)
    if signature is None:
        return render(request, "certificates/unknown.html", status=404)
    page = {"signature": signature, "address": certificate_url(signature)}
    return render(request, "certificates/certificate.html", page)


@fresh_page(by_day=False)
def certificate_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the certificate as a PDF."""
    signature = signature_on_certificate(reference)
    if signature is None:
        raise Http404
    response = HttpResponse(certificate_pdf(signature), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{signature.reference}.pdf"'
    # A copy among the results of a search would outlive a withdrawal.
    response["X-Robots-Tag"] = "noindex"
    return response
