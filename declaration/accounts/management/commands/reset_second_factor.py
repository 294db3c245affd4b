"""Help a member of staff who lost their second factor and their recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from declaration.accounts import staffing
from declaration.accounts.models import User


class Command(BaseCommand):
    help = "Remove a person's second factors and end their sessions. Make sure first who is asking."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="their email address")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = User.objects.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError(f"There is no account with the address “{email}”.")
        removed = staffing.forget_second_factor(person=person, by=None)
        self.stdout.write(
            f"Removed {removed} from {person.email} and ended their sessions. "
            "They set up a new second step the next time they open the staff pages."
        )
