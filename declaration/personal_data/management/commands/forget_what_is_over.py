"""Erase what has been kept for its time now, not at night; or only say how much it would be."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from declaration.personal_data import retention
from declaration.personal_data.rules import rules


class Command(BaseCommand):
    help = "Erase personal data that has been kept for its time; with --dry-run, count it by rule."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="change nothing, print what would be erased"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Print a line for each rule. Raises CommandError when a record could not be erased."""
        if dry_run:
            days = {rule.name: rule.after.days for rule in rules()}
            for name, number in retention.count_waiting().items():
                self.stdout.write(f"{number:>7}  {name}, kept for {days[name]} days")
            return
        done = retention.run()
        for name, number in done.forgotten.items():
            self.stdout.write(f"{number:>7}  {name}")
        if done.failed:
            raise CommandError(f"{done.failed} could not be erased. The log and the staff pages say which.")
