"""Read what came back, from the mailbox or from a mail server that pipes each message to a program."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from declaration.outbox import bounces
from declaration.outbox.bounce_mailbox import Unreadable, read_mailbox


class Command(BaseCommand):
    help = "Read the mailbox of BOUNCES_MAILBOX now, not at the next minute; or one message, with --stdin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stdin", action="store_true", help="read one message from standard input")

    def handle(self, *args: Any, stdin: bool, **options: Any) -> None:
        if stdin:
            raw = sys.stdin.buffer.read(bounces.BYTES_AT_MOST + 1)
            self.stdout.write(f"It tells of {bounces.take(raw)} emails.")
            return
        if not settings.BOUNCES_MAILBOX:
            raise CommandError("Set the environment variable BOUNCES_MAILBOX, or pass --stdin.")
        try:
            reading = read_mailbox(settings.BOUNCES_MAILBOX)
        except Unreadable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{reading.taken} told of emails of ours; {reading.left} are left to look at.")
