"""The wordings of consent that readers have been shown. A wording that was used is never changed."""

from typing import Final

ON_THE_PAGE: Final = 1
IN_THE_SIGN_UP: Final = 2
WORDINGS: Final = {
    ON_THE_PAGE: "Yes, email me. I can leave at any time, and you use my address for nothing else.",
    IN_THE_SIGN_UP: (
        "Send me the Local Digital newsletter. I can leave at any time, and you use my address for nothing"
        " else but this sign-up."
    ),
}
