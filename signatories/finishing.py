"""How many commitments a signatory may have to finish: asked when one more is begun, sent and accepted."""

from signatories.models import Commitment, Signature
from signatories.models.progress import FINAL

# Of one signature, that are neither done nor stopped. More would be a programme, not a pledge.
MAXIMUM_UNFINISHED = 5


class TooManyUnfinished(Exception):
    """Raised when a signatory has as many commitments to finish as it may have."""


def unfinished(signature: Signature) -> list[Commitment]:
    """Return its commitments of which more is to come."""
    return [commitment for commitment in signature.shown_commitments if commitment.stage not in FINAL]


def refuse_too_many(signature: Signature) -> None:
    """Raise TooManyUnfinished if one more would be too many. Hold the signature, and nobody adds one now."""
    if len(unfinished(signature)) >= MAXIMUM_UNFINISHED:
        raise TooManyUnfinished(signature.reference)
