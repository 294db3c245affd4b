"""How often a page of the register asks the database, when it is made and when it is kept."""

from unittest.mock import patch

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declaration import freshness
from declaration.fresh_pages import forget_pages


def queries_of(paths):
    """Return for each address the queries of the page made anew, and of the page kept.

    The question for the number of the newest change goes over a connection of its own; it is
    counted with the others.
    """
    return {path: [_counted(path, kept=False), _counted(path, kept=True)] for path in paths}


def _counted(path, *, kept):
    client = Client(headers={"host": "localhost"})
    _read(client, path)
    if not kept:
        forget_pages()
    asked = freshness._watch._ask
    with (
        CaptureQueriesContext(connection) as queries,
        patch.object(freshness._watch, "_ask", side_effect=asked) as numbers,
    ):
        _read(client, path)
    return len(queries) + numbers.call_count


def _read(client, path):
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.getvalue() if response.streaming else response.content
