"""Which fields of a model are about people, said once, on the model: `personal_fields`.

What is shown to people about themselves is read from here, and a test of the repository refuses a field
of text that no model has placed. Names of fields are written with spaces between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models

# What a person types or a machine knows of them is one of these; a choice, a date or a number is not.
TEXT = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    models.FileField,
)


@dataclass(frozen=True)
class Person:
    """One way in which a row is about somebody, whom an address in lower case finds by ``found_by``.

    ``called`` says what they are to it, as a heading. ``fields`` are theirs; ``beside`` is shown with
    them, so that they can be understood. Rows that do not match ``only`` are left out.
    """

    called: str
    found_by: str
    fields: str = ""
    beside: str = ""
    only: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> list[str]:
        return [*self.beside.split(), *self.fields.split()]


@dataclass(frozen=True, init=False)
class PersonalFields:
    """Where each field of text of a model belongs.

    ``unfound`` are about people whom no address finds: hashes, what staff wrote, copies of what stands
    elsewhere. ``none`` are about nobody.
    """

    people: tuple[Person, ...]
    unfound: tuple[str, ...]
    none: tuple[str, ...]

    def __init__(self, *people: Person, unfound: str = "", none: str = "") -> None:
        object.__setattr__(self, "people", people)
        object.__setattr__(self, "unfound", tuple(unfound.split()))
        object.__setattr__(self, "none", tuple(none.split()))

    @property
    def personal(self) -> set[str]:
        return {name for person in self.people for name in person.fields.split()} | {*self.unfound}


# Tables of the packages we build on, which can say nothing themselves.
OF_PACKAGES: Final[Mapping[str, PersonalFields]] = {
    "account.EmailAddress": PersonalFields(Person("Address for signing in", "user__email", "email")),
    "account.EmailConfirmation": PersonalFields(none="key"),
    "admin.LogEntry": PersonalFields(
        Person("Changes as staff", "user__email", "object_repr change_message", "action_time"),
        none="object_id",
    ),
    "auth.Group": PersonalFields(none="name"),
    "auth.Permission": PersonalFields(none="name codename"),
    "contenttypes.ContentType": PersonalFields(none="app_label model"),
    # Encrypted; whoever can read it can come in.
    "mfa.Authenticator": PersonalFields(
        Person("Second steps of signing in", "user__email", "", "type created_at last_used_at"),
        unfound="data",
    ),
    "sessions.Session": PersonalFields(unfound="session_data", none="session_key"),
    "socialaccount.SocialAccount": PersonalFields(
        Person("The department’s sign-in", "user__email", "uid extra_data", "last_login"), none="provider"
    ),
    "socialaccount.SocialApp": PersonalFields(none="provider provider_id name client_id secret key settings"),
    "socialaccount.SocialToken": PersonalFields(unfound="token token_secret"),
}


def personal_fields_of(model: type[models.Model]) -> PersonalFields:
    """Return what a model says of its fields; a model that says nothing has none."""
    return getattr(model, "personal_fields", None) or OF_PACKAGES.get(model._meta.label, PersonalFields())


def texts_of(model: type[models.Model]) -> set[str]:
    """Return the fields of a model that must be placed: text that is not one of a few choices."""
    return {
        column.name
        for column in model._meta.concrete_fields
        if isinstance(column, TEXT) and not column.choices
    }


def misplaced(model: type[models.Model]) -> set[str]:
    """Return the fields of text that a model places nowhere, or both as personal and as not."""
    said = personal_fields_of(model)
    none = {*said.none}
    return (texts_of(model) - said.personal - none) | (said.personal & none)
