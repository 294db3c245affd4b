"""What each staff role may do in the admin: one table, and whatever is not in it is denied."""

from collections.abc import Mapping
from typing import Final

from django.db import models


class Role(models.TextChoices):
    NONE = "", "No role: not a member of staff"
    VIEWER = "viewer", "Viewer: reads, changes nothing"
    MODERATOR = "moderator", "Moderator: decides about commitments, corrects organisations"
    EDITOR = "editor", "Newsletter editor: reads, and writes the newsletter"
    ADMINISTRATOR = "administrator", "Administrator: everything, including people"


_VIEWER: Final = frozenset(
    {
        "declaration.view_declarationversion",
        "declaration.view_principle",
        "declaration.view_servicearea",
        "signatories.view_commitment",
        "signatories.view_commitmentedit",
        "signatories.view_correctionrequest",
        "signatories.view_moderationdecision",
        "signatories.view_organisation",
        "signatories.view_organisationalias",
        "signatories.view_organisationdomain",
        "signatories.view_progress",
        "signatories.view_reason",
        "signatories.view_representative",
        "signatories.view_report",
        "signatories.view_signature",
    }
)
_MODERATOR: Final = _VIEWER | {
    "audit.view_auditevent",
    "outbox.resend_email",
    "outbox.view_email",
    "personal_data.add_hold",
    "personal_data.delete_hold",
    "personal_data.view_hold",
    "personal_data.view_retentionrun",
    "personal_data.view_unforgotten",
    "signatories.decide_signature",
    "signatories.merge_organisation",
    "signatories.settle_correctionrequest",
    "signatories.take_down_signature",
    "signatories.add_organisation",
    "signatories.add_organisationalias",
    "signatories.add_organisationdomain",
    "signatories.change_organisation",
    "signatories.change_organisationalias",
    "signatories.change_organisationdomain",
    "signatories.delete_organisationalias",
    "signatories.delete_organisationdomain",
}
_EDITOR: Final = _VIEWER | {
    "newsletter.add_newsletterissue",
    "newsletter.add_picture",
    "newsletter.add_subscriberimport",
    "newsletter.add_suppression",
    "newsletter.change_newsletterissue",
    "newsletter.export_subscriber",
    "newsletter.send_newsletterissue",
    "newsletter.suppress_subscriber",
    "newsletter.view_newsletterissue",
    "newsletter.view_picture",
    "newsletter.view_subscriber",
    "newsletter.view_subscriberimport",
    "newsletter.view_suppression",
}
_ADMINISTRATOR: Final = (
    _MODERATOR
    | _EDITOR
    | {
        "accounts.add_user",
        "accounts.change_user",
        "accounts.view_user",
        "audit.export_auditevent",
        "declaration.add_declarationversion",
        "declaration.add_principle",
        "declaration.add_servicearea",
        "declaration.change_declarationversion",
        "declaration.change_principle",
        "declaration.change_servicearea",
        "declaration.change_switches",
        "declaration.view_switches",
        "personal_data.erase_person",
        "personal_data.view_erasure",
        "signatories.add_reason",
        "signatories.change_reason",
    }
)

PERMISSIONS: Final[Mapping[str, frozenset[str]]] = {
    Role.NONE: frozenset(),
    Role.VIEWER: _VIEWER,
    Role.MODERATOR: _MODERATOR,
    Role.EDITOR: _EDITOR,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
}


def permissions_of(role: str) -> frozenset[str]:
    """Return the permissions of a role as ``app_label.codename``; none for an unknown role."""
    return PERMISSIONS.get(role, frozenset())
