"""People in the admin: administrators alone see them and give out roles."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import formats, timezone

from declaration.accounts import staffing
from declaration.accounts.models import User

_CHANGED_HERE = ("full_name", "role", "is_active")
LAST_SIGN_INS = 10


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("email", "full_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "full_name")
    fields = ("email", "full_name", "role", "is_active", "joined_at", "last_login", "last_sign_ins")
    actions = ("reset_second_factor",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed = ("joined_at", "last_login", "last_sign_ins")
        if obj is None:
            return fixed
        # The address is who somebody is: another address is another person.
        own = ("role", "is_active") if obj.pk == request.user.pk else ()
        # The groups of the department's sign-in give the role, and would take another away again.
        given = ("role",) if settings.OIDC_ISSUER and "role" not in own else ()
        return ("email", *own, *given, *fixed)

    @admin.display(description="last sign-ins", empty_value="None in the last 90 days")
    def last_sign_ins(self, person: User) -> str | None:
        if not person.pk:
            return None
        told = [
            f"{formats.localize(timezone.localtime(one.at))}: {one.get_method_display()}, "
            f"{one.network or 'network not known'}"
            for one in person.sign_ins.all()[:LAST_SIGN_INS]
        ]
        return "\n".join(told) or None

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        acting = request.user
        if not isinstance(acting, User):
            raise PermissionDenied
        if change:
            changes = {name: getattr(obj, name) for name in _CHANGED_HERE if name in form.changed_data}
            staffing.change(person=obj, by=acting, **changes)
        else:
            made = staffing.add(email=obj.email, role=obj.role, full_name=obj.full_name, by=acting)
            obj.pk = made.pk

    @admin.action(description="Remove the second factor of the selected people", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        acting = request.user
        if not isinstance(acting, User):
            raise PermissionDenied
        others = people.exclude(pk=acting.pk)
        for person in others:
            staffing.forget_second_factor(person=person, by=acting)
        messages.info(request, f"Removed the second factor of {len(others)} people. Your own stays.")
