"""Files too long for the memory of a page: compressed while they are sent, and kept like that."""

import zlib
from collections.abc import Callable, Iterable, Iterator

# The longest file that is kept, compressed: three times what 10,000 signatories make.
LONGEST = 24_000_000
# gzip's own head and end. The third level takes half the time of the usual sixth.
_GZIP, _LEVEL = 31, 3
_AT_A_TIME = 65_536


def sent_and_kept(
    pieces: Iterable[bytes], *, compressed: bool, keep: Callable[[bytes, int], None]
) -> Iterator[bytes]:
    """Return the pieces of a file, compressed for who reads that.

    After the last, ``keep`` gets the compressed file and its plain length. A file that is not sent
    to its end, or is too long, is not kept.
    """
    squeeze, made, length, size = zlib.compressobj(_LEVEL, wbits=_GZIP), [], 0, 0
    for piece in pieces:
        short = squeeze.compress(piece)
        length += len(piece)
        size += len(short)
        if size <= LONGEST:
            made.append(short)
        if sent := short if compressed else piece:
            yield sent
    last = squeeze.flush()
    if compressed:
        yield last
    if size + len(last) <= LONGEST:
        keep(b"".join([*made, last]), length)


def plain(compressed: bytes) -> Iterator[bytes]:
    """Return a kept file as it was, a piece at a time."""
    stretch = zlib.decompressobj(wbits=_GZIP)
    for start in range(0, len(compressed), _AT_A_TIME):
        if piece := stretch.decompress(compressed[start : start + _AT_A_TIME]):
            yield piece
