"""Load the register of organisations and the texts every installation begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from signatories.reference import load_reference


class Command(BaseCommand):
    help = "Load the register of organisations, version 1 of the Declaration, service areas and reasons."

    def handle(self, *args: Any, **options: Any) -> None:
        for what, count in load_reference().items():
            self.stdout.write(f"{count} {what}")
