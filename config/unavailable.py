"""What a person sees when the service fails, and when something it leans on is away."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from redis.exceptions import RedisError

SECONDS_UNTIL_TRYING_AGAIN = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database, the cache or the disk is away, and 500 for every other failure.

    Neither page needs a database, a session or a cache.
    """
    if not _is_passing(sys.exc_info()[1]):
        return HttpResponse(render_to_string("500.html"), status=500, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": "no-store", "Retry-After": str(SECONDS_UNTIL_TRYING_AGAIN)}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def _is_passing(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return isinstance(error, OperationalError | InterfaceError | RedisError)
