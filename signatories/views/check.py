"""«Had this council signed on that date?» as a page, CSV and JSON. Nothing that is asked is kept."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from declaration.public_pages import public_page
from declaration.spreadsheets import csv_lines
from signatories.forms.check import LONGEST_QUERY, MAXIMUM_PASTE, CheckForm, UploadForm
from signatories.register.as_at import Report, check
from signatories.register.as_at_records import COLUMNS, lines_of, record_of


@public_page
def check_page(request: HttpRequest) -> HttpResponse:
    """Ask for names and a date, and answer. The address of an answer can be shared."""
    has_asked = any(name in request.GET for name in ("who", "on", "on_day"))
    form = CheckForm.of_query(request.GET) if has_asked else CheckForm()
    report = (
        check(form.cleaned_data["who"], form.cleaned_data["on"]) if has_asked and form.is_valid() else None
    )
    page = {"form": form, "report": report, "link": _link(report) if report else ""}
    return render(request, "check/check.html", page)


@public_page
def check_csv(request: HttpRequest) -> HttpResponse:
    """Give the answers of the page with the same query as CSV; 400 and a reason for a bad query."""
    form = CheckForm.of_query(request.GET)
    if not form.is_valid():
        wrong = HttpResponse(_reasons(form), content_type="text/plain; charset=utf-8", status=400)
        return _shareable(wrong)
    return _shareable(_as_csv(check(form.cleaned_data["who"], form.cleaned_data["on"])))


@public_page
def check_json(request: HttpRequest) -> HttpResponse:
    """Give the answers of the page with the same query as JSON; 400 and a reason for a bad query."""
    form = CheckForm.of_query(request.GET)
    if not form.is_valid():
        problem = {"title": "The query cannot be answered", "status": 400, "detail": _reasons(form)}
        return _shareable(JsonResponse(problem, status=400, content_type="application/problem+json"))
    return _shareable(_as_json(check(form.cleaned_data["who"], form.cleaned_data["on"])))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_upload(request: HttpRequest) -> HttpResponse:
    """Answer for an uploaded or pasted list. A POST that changes nothing: the list is read and forgotten."""
    if request.method != "POST":
        return render(request, "check/upload.html", {"form": UploadForm()})
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "check/upload.html", {"form": form})
    report = check(form.lines, form.cleaned_data["on"])
    match form.cleaned_data["format"]:
        case "csv":
            return _as_csv(report)
        case "json":
            return _as_json(report)
    page = {"form": form, "report": report, "link": _link(report), "list": _list(report)}
    return render(request, "check/uploaded.html", page)


def _reasons(form: CheckForm) -> str:
    return "\n".join(str(error) for errors in form.errors.values() for error in errors)


def _link(report: Report) -> str:
    """Return the query that gives this report again, or nothing when it is too long for an address."""
    asked = "\n".join(dict((answer.line, answer.asked) for answer in report.answers).values())
    query = urlencode({"on": report.day.isoformat(), "who": asked})
    return query if len(asked) <= MAXIMUM_PASTE and len(query) <= LONGEST_QUERY else ""


def _list(report: Report) -> str:
    """Return what was asked, each on its line, to ask it again in another form.

    Nothing when a row said nothing: pasted, it would be passed over.
    """
    asked = {answer.line: answer.asked for answer in report.answers}
    if not all(asked.values()):
        return ""
    return "\n".join(asked.get(line, "") for line in range(1, max(asked) + 1))


def _shareable(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _as_csv(report: Report) -> HttpResponse:
    response = HttpResponse(csv_lines([COLUMNS, *lines_of(report)]), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="check-{report.day.isoformat()}.csv"'
    return response


def _as_json(report: Report) -> JsonResponse:
    return JsonResponse(
        {
            "date": report.day.isoformat(),
            "counts": {value: count for value, _, count in report.counts},
            "answers": [record_of(answer) for answer in report.answers],
        },
        json_dumps_params={"ensure_ascii": False},
    )
