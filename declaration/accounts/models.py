"""The person who signs in: an officer of an organisation, a member of staff, or both."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from declaration.accounts.roles import Role, permissions_of
from declaration.personal_fields import Person, PersonalFields


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: None = None, **fields: Any) -> "User":
        """Create a person who signs in with an emailed code; nobody has a password.

        Raises ValidationError when the address is not one.
        """
        if password is not None:
            raise ValueError("People sign in with an emailed code; a password cannot be set.")
        user = self.model(email=email.strip().lower(), **fields)
        validate_email(user.email)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: None = None, **fields: Any) -> "User":
        """Create an administrator. The second factor is set up at their first sign-in."""
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())

    def staff(self) -> models.QuerySet["User"]:
        return self.filter(is_active=True).exclude(role=Role.NONE)


class User(AbstractBaseUser):
    """A person with an email address. Personal data: email, full_name.

    What a person may do in the admin follows from ``role`` alone, through the table in
    ``declaration.accounts.roles``. ``is_staff`` says the same thing as ``role`` for
    Django's own code and can't be set on its own.
    """

    email = models.EmailField("email address", unique=True)
    full_name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.NONE, blank=True)
    is_staff = models.BooleanField("may open the admin", default=False, editable=False)
    is_active = models.BooleanField(
        "may sign in", default=True, help_text="Untick this instead of deleting the account."
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    digest_wanted = models.BooleanField(
        "gets the weekday summary of what waits", default=True, help_text="Only moderators are sent it."
    )

    personal_fields = PersonalFields(
        Person("Account", "email", "email full_name", "role joined_at last_login"), none="password"
    )

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ("email",)
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="person_email_is_unique_whatever_its_case",
                violation_error_message="There is already an account with this email address.",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_is_lower_case"),
            models.CheckConstraint(
                condition=Q(role="", is_staff=False) | (~Q(role="") & Q(is_staff=True)),
                name="person_is_staff_by_role_alone",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="person_role_is_known"),
        )

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()
        self.is_staff = self.role != Role.NONE

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        self.is_staff = self.role != Role.NONE
        written: Collection[str] | None = kwargs.get("update_fields")
        if written is not None and "role" in written:
            kwargs["update_fields"] = {*written, "is_staff"}
        super().save(*args, **kwargs)

    def has_usable_password(self) -> bool:
        """Nobody has a password, however the row was made: no code may ask for one."""
        return False

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name or self.email

    # What django.contrib.admin asks of a user model.

    def has_perm(self, permission: str, obj: models.Model | None = None) -> bool:
        return self.is_active and permission in permissions_of(self.role)

    def has_perms(self, permissions: Iterable[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(
            permission.startswith(f"{app_label}.") for permission in permissions_of(self.role)
        )

    def get_all_permissions(self, obj: models.Model | None = None) -> set[str]:
        return set(permissions_of(self.role)) if self.is_active else set()


class SignIn(models.Model):
    """One sign-in of a member of staff, for them and for administrators to look at. Kept for 90 days."""

    class Method(models.TextChoices):
        CODE = "code", "Code by email"
        APP = "totp", "Code by email, then an authenticator app"
        KEY = "webauthn", "Code by email, then a passkey or security key"
        RECOVERY = "recovery_codes", "Code by email, then a recovery code"
        PROVIDER = "oidc", "The department’s sign-in"

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(default=timezone.now)
    network = models.CharField(max_length=43, blank=True)
    method = models.CharField(max_length=20, choices=Method)

    personal_fields = PersonalFields(
        Person("Sign-ins as a member of staff", "person__email", "network", "at method")
    )

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("person", "-at"), name="sign_in_by_person"),)

    def __str__(self) -> str:
        return f"Sign-in {self.pk}"


class SignInCode(models.Model):
    """One code sent to one address. Neither the code nor the address can be read from it."""

    address = models.CharField(max_length=64)
    network = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    personal_fields = PersonalFields(unfound="address network", none="salt digest")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("address",), condition=Q(ended_at=None), name="sign_in_code_one_alive_per_address"
            ),
        )
        indexes = (
            models.Index(fields=("address", "asked_at"), name="sign_in_code_by_address"),
            models.Index(fields=("network", "asked_at"), name="sign_in_code_by_network"),
            models.Index(fields=("asked_at",), name="sign_in_code_by_time"),
        )

    def __str__(self) -> str:
        return f"Sign-in code {self.pk}"


class WrongTry(models.Model):
    """Somebody entered something wrong; `about` stands for an address, a network or a person."""

    about = models.CharField(max_length=64)
    at = models.DateTimeField()

    personal_fields = PersonalFields(unfound="about")

    class Meta:
        verbose_name_plural = "wrong tries"
        indexes = (
            models.Index(fields=("about", "at"), name="wrong_try_by_subject"),
            models.Index(fields=("at",), name="wrong_try_by_time"),
        )

    def __str__(self) -> str:
        return f"Wrong try {self.pk}"
