"""Connections on which a whole answer has to be there in time: smtplib waits as long for each byte of it."""

import io
import smtplib
import socket
import time
from typing import Any


class _Heard(io.RawIOBase):
    """What a mail server says on a socket, until a deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("The answer was not there in time.")
        self._socket.settimeout(left)
        return self._socket.recv_into(buffer)


class _InTime(smtplib.SMTP):
    _heard: _Heard

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is None:
            return super().getreply()
        if self.file is None:
            self._heard = _Heard(self.sock)
            self.file = io.BufferedReader(self._heard)
        self._heard.deadline = time.monotonic() + self.timeout
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.timeout)


class SMTP(_InTime):
    """`smtplib.SMTP` whose every answer takes `timeout` seconds at most."""


class SMTPOverTLS(_InTime, smtplib.SMTP_SSL):
    """`smtplib.SMTP_SSL`, likewise."""
