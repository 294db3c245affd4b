"""Fill an empty service on one's own machine with labelled examples."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from signatories.demo import NotOnAMachineOfOnesOwn, SignaturesExist, load_demo


class Command(BaseCommand):
    help = "Fill an empty service on a machine of your own with labelled examples."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load_demo()
        except NotOnAMachineOfOnesOwn as error:
            raise CommandError("Examples are only for a machine of your own: DEBUG is off.") from error
        except SignaturesExist:
            self.stdout.write("There are signatures already, so no examples were added.")
            return
        self.stdout.write(f"{count} example signatures")
