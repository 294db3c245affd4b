"""The newsletter in the admin: issues for editors, subscribers for whoever answers readers."""

from declaration.newsletter.admin.imports import SubscriberImportAdmin
from declaration.newsletter.admin.issues import IssueAdmin
from declaration.newsletter.admin.pictures import PictureAdmin
from declaration.newsletter.admin.subscribers import SubscriberAdmin
from declaration.newsletter.admin.suppressions import SuppressionAdmin

__all__ = ["IssueAdmin", "PictureAdmin", "SubscriberAdmin", "SubscriberImportAdmin", "SuppressionAdmin"]
