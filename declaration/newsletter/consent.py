"""The wordings of consent that readers have been shown. A wording that was used is never changed."""

from typing import Final

WORDINGS: Final = {
    1: "Yes, email me. I can leave at any time, and you use my address for nothing else.",
}
CURRENT: Final = max(WORDINGS)
