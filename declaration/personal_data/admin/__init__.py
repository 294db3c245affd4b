"""What staff see and do about personal data: holds, what the clock erased or could not, and requests."""

from declaration.personal_data.admin.erasures import ErasureAdmin
from declaration.personal_data.admin.holds import HoldAdmin, RetentionRunAdmin, UnforgottenAdmin

__all__ = ["ErasureAdmin", "HoldAdmin", "RetentionRunAdmin", "UnforgottenAdmin"]
