"""Take a picture into the newsletter: read it, draw it anew without what hides in it, keep it for good."""

import hashlib
import io
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from declaration.accounts.models import User
from declaration.audit.recording import record
from declaration.newsletter.models import Picture

MAXIMUM_BYTES: Final = 900 * 1024
# A small file can hold a picture that fills the memory.
PIXELS_AT_MOST: Final = 24_000_000
# Twice the width of a mail, for sharp screens.
WIDEST: Final = 1_200
_FORMATS: Final = ("PNG", "JPEG", "GIF")


class NotAPicture(ValueError):
    """The file cannot be taken; the message tells the person why and what to do."""


@dataclass(frozen=True)
class _Drawn:
    kind: str
    content: bytes
    width: int
    height: int


def add_picture(*, content: bytes, alt: str, by: User) -> Picture:
    """Keep a picture under the hash of its bytes; the same one twice is one. Raises NotAPicture."""
    drawn = _drawn_anew(content)
    with transaction.atomic():
        picture, is_new = Picture.objects.get_or_create(
            digest=hashlib.sha256(drawn.content).hexdigest()[:32],
            defaults={
                "kind": drawn.kind,
                "content": drawn.content,
                "width": drawn.width,
                "height": drawn.height,
                "alt": alt,
                "added_by": by,
            },
        )
        if is_new:
            facts = {"kind": drawn.kind, "bytes": len(drawn.content), "alt": alt}
            record(verb="added a picture", on=picture, by=by, role=by.role, after=facts)
    return picture


def _drawn_anew(content: bytes) -> _Drawn:
    """Return the picture alone, as PNG or JPEG: no place, no camera, no second file behind it."""
    if len(content) > MAXIMUM_BYTES:
        raise NotAPicture("The picture must be smaller than 900 KB. Make it smaller and upload it again")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as found:
            if found.width * found.height > PIXELS_AT_MOST:
                raise NotAPicture("The picture has too many pixels. Make it smaller and upload it again")
            if getattr(found, "is_animated", False):
                raise NotAPicture(
                    "The picture moves, which many people cannot read beside. Upload a still one"
                )
            is_photo = found.format == "JPEG"
            see_through = not is_photo and found.has_transparency_data
            image = ImageOps.exif_transpose(found).convert("RGBA" if see_through else "RGB")
    except NotAPicture:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise NotAPicture("The file is no picture that we can read. Upload a PNG, JPEG or GIF") from broken
    image.thumbnail((WIDEST, WIDEST * 4))
    image.info = {}
    written = io.BytesIO()
    if is_photo:
        image.save(written, "JPEG", quality=85, optimize=True)
    else:
        image.save(written, "PNG", optimize=True)
    kind = Picture.Kind.JPEG if is_photo else Picture.Kind.PNG
    return _Drawn(kind, written.getvalue(), image.width, image.height)
