"""Fill an empty service on one's own machine with labelled examples."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from declaration.newsletter.demo import load_newsletter_demo
from signatories.demo import NotOnAMachineOfOnesOwn, SignaturesExist, are_examples, load_demo


class Command(BaseCommand):
    help = "Fill an empty service on a machine of your own with labelled examples."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load_demo()
        except NotOnAMachineOfOnesOwn as error:
            raise CommandError("Examples are only for a machine of your own: DEBUG is off.") from error
        except SignaturesExist:
            self.stdout.write("There are signatures already, so no examples were added.")
        else:
            self.stdout.write(f"{count} example signatures")
        # Also beside examples that are there since an earlier start, but never beside real signatures.
        if are_examples() and load_newsletter_demo():
            self.stdout.write("An example newsletter")
