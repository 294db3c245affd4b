"""Uploaded files are small and stay in memory: nothing a stranger sends is written to disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

# More than any form of the service asks for, with room for a paste beside a file.
MAXIMUM_REQUEST_BYTES = 1024 * 1024


class SmallFiles(MemoryFileUploadHandler):
    """Refuses a request with files before it is read when it says it is too long."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > MAXIMUM_REQUEST_BYTES:
            raise RequestDataTooBig(f"An upload has {MAXIMUM_REQUEST_BYTES} bytes at most.")
        self.activated = True
