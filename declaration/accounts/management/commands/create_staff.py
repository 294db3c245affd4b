"""Make somebody a member of staff."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from declaration.accounts import staffing
from declaration.accounts.models import User
from declaration.accounts.roles import Role


class Command(BaseCommand):
    help = "Give a person a staff role. They sign in with an emailed code and a second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="work email address")
        parser.add_argument(
            "--role",
            default=Role.ADMINISTRATOR,
            choices=[role.value for role in Role if role is not Role.NONE],
            help="what they may do (default: %(default)s)",
        )
        parser.add_argument("--name", default="", help="full name")

    def handle(self, *args: Any, email: str, role: str, name: str, **options: Any) -> None:
        person = User.objects.filter(email=email.strip().lower()).first()
        try:
            if person is None:
                person = staffing.add(email=email, role=role, full_name=name, by=None)
            else:
                changes: dict[str, Any] = {"role": role, "is_active": True} | (
                    {"full_name": name} if name else {}
                )
                person = staffing.change(person=person, by=None, **changes)
        except staffing.LastAdministrator as refused:
            raise CommandError(str(refused)) from refused
        except ValidationError as refused:
            raise CommandError(f"“{email}” is not an email address.") from refused
        local = not (settings.EMAIL_URL or settings.NOTIFY_API_KEY)
        where = f" (on this machine at {settings.SITE_URL}/mailbox/)" if local else ""
        self.stdout.write(
            f"{person.email} is now {Role(role).value}.\n"
            f"To sign in, open {settings.SITE_URL}/admin/ and enter that address. A 6-digit code comes "
            f"by email{where}.\nThe first time, set up an authenticator app or a passkey as second step."
        )
