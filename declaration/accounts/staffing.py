"""Give and take staff roles, close accounts, and forget a lost second factor."""

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction

from declaration.accounts.codes import fingerprint
from declaration.accounts.models import User
from declaration.accounts.roles import Role
from declaration.accounts.turns import take_turn
from declaration.audit.recording import record


class LastAdministrator(PermissionDenied):
    """Raised when nobody would be left who can give roles."""


def _facts(person: User) -> Mapping[str, Any]:
    return {"role": person.role, "is_active": person.is_active, "full_name": person.full_name}


def _acting_role(by: User | None) -> str:
    return by.role if by is not None else "system"


@transaction.atomic
def add(*, email: str, role: str = Role.NONE, full_name: str = "", by: User | None) -> User:
    """Make an account and write it down. Raises ValidationError for what is no address."""
    person = User.objects.create_user(email, role=role, full_name=full_name)
    record(verb="added person", on=person, by=by, role=_acting_role(by), after=_facts(person))
    return person


@transaction.atomic
def change(
    *, person: User, by: User | None, note: str = "", whoever_is_left: bool = False, **changes: Any
) -> User:
    """Change a person's role, name or right to sign in, and write down what was before.

    A new role, or a closed account, ends every session of the person. Raises PermissionDenied
    when somebody changes their own role or closes their own account, and LastAdministrator when
    nobody would be left to give roles; ``whoever_is_left`` is for roles that are given elsewhere.
    """
    # Two administrators who take each other's role in the same moment wait for one another.
    take_turn(fingerprint("staffing", "roles"))
    person = User.objects.select_for_update().get(pk=person.pk)
    before = _facts(person)
    for field, value in changes.items():
        if field not in before:
            raise TypeError(f"{field} is not changed here")
        setattr(person, field, value)
    after = _facts(person)
    if after == before:
        return person
    rights_differ = any(before[right] != after[right] for right in ("role", "is_active"))
    if rights_differ:
        if by is not None and by.pk == person.pk:
            raise PermissionDenied("Nobody changes their own role.")
        if by is not None and not User.objects.filter(pk=by.pk, is_active=True, role=by.role).exists():
            raise PermissionDenied("Your own role has just changed.")
        if not whoever_is_left:
            _refuse_last_administrator(person, before)
        # Sessions carry a fingerprint of this value: a new one ends them all.
        person.set_unusable_password()
    person.save()
    record(
        verb="changed role" if before["role"] != after["role"] else "changed person",
        on=person,
        by=by,
        role=_acting_role(by),
        before=before,
        after=after,
        note=note,
    )
    return person


@transaction.atomic
def want_digest(*, person: User, wanted: bool) -> None:
    """Turn the weekday summary on or off for oneself."""
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.digest_wanted == wanted:
        return
    person.digest_wanted = wanted
    person.save(update_fields=["digest_wanted"])
    record(
        verb="turned summary on" if wanted else "turned summary off",
        on=person,
        by=person,
        role=_acting_role(person),
    )


def _refuse_last_administrator(person: User, before: Mapping[str, Any]) -> None:
    was = before["role"] == Role.ADMINISTRATOR and before["is_active"]
    stays = person.role == Role.ADMINISTRATOR and person.is_active
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    if was and not stays and not others.exists():
        raise LastAdministrator("This is the last administrator. Make somebody else one first.")


@transaction.atomic
def forget_second_factor(*, person: User, by: User | None) -> int:
    """Remove every factor of somebody who lost theirs, end their sessions, and return how many went.

    They set up a new one the next time they open the admin. Raises PermissionDenied for one's own.
    """
    if by is not None and by.pk == person.pk:
        raise PermissionDenied("Nobody removes their own second factor here.")
    person = User.objects.select_for_update().get(pk=person.pk)
    removed, _ = Authenticator.objects.filter(user_id=person.pk).delete()
    person.set_unusable_password()
    person.save(update_fields=["password"])
    record(
        verb="removed second factor",
        on=person,
        by=by,
        role=_acting_role(by),
        before={"factors": removed},
        after={"factors": 0},
    )
    return removed
