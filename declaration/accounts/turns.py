"""One at a time: whoever counts before they write has to wait for their turn."""

from django.db import connection


def take_turn(name: str) -> None:
    """Wait until no other transaction has taken the turn of this name; it ends with ours.

    `name` begins with at least 15 hexadecimal digits. On SQLite nothing is to be done: a
    transaction there begins as the only writer (``transaction_mode`` IMMEDIATE). PostgreSQL has
    locks by number for this, and the ORM no word for them.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(name[:15], 16)])
