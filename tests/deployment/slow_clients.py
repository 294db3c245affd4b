"""Clients that hold connections open, as slowhttptest does it: slow in headers, in bodies, in reading."""

import asyncio
import contextlib
import socket
import threading

from tests.programs import wait_until

HEADERS = "headers"
BODY = "body"
READING = "reading"
SECONDS_BETWEEN_BYTES = 1.0
# Opened so many a second, as slowhttptest does: all at once would be two hundred honest requests too.
A_SECOND = 50


class SlowClients:
    """A context manager; `open` says how many connections stand at this moment, `sent` what they sent."""

    def __init__(self, port, kind, *, count=200, path="/account/login/code/"):
        self.port, self.kind, self.count, self.path = port, kind, count, path
        self.open = self.sent = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._attack()])

    def __enter__(self):
        self._thread.start()
        wait_until(lambda: self.open >= self.count * 0.9, what=f"{self.count} slow connections")
        return self

    def __exit__(self, *error):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._loop.close()

    async def _attack(self):
        self._end = asyncio.Event()
        clients = [asyncio.create_task(self._client(number / A_SECOND)) for number in range(self.count)]
        await self._end.wait()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, seconds):
        """Hold one connection after some seconds, and another whenever the server has had enough of it."""
        await asyncio.sleep(seconds)
        while True:
            with contextlib.suppress(OSError):
                await self._hold_one()
            await asyncio.sleep(0.1)

    async def _hold_one(self):
        connection = socket.socket()
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        await self._loop.sock_connect(connection, ("127.0.0.1", self.port))
        self.open += 1
        try:
            await self._loop.sock_sendall(connection, self._beginning())
            while True:
                await asyncio.sleep(SECONDS_BETWEEN_BYTES)
                await self._a_little(connection)
                self.sent += 1
        finally:
            self.open -= 1
            connection.close()

    def _beginning(self):
        host = "Host: localhost\r\n"
        if self.kind == BODY:
            form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n"
            return f"POST {self.path} HTTP/1.1\r\n{host}{form}\r\nemail=".encode()
        end = "" if self.kind == HEADERS else "\r\n"
        # Asked for thrice in one go: the next page is made only when the one before was read.
        return f"GET {self.path} HTTP/1.1\r\n{host}{end}".encode() * (3 if self.kind == READING else 1)

    async def _a_little(self, connection):
        if self.kind == READING:
            if not await self._loop.sock_recv(connection, 1):
                raise ConnectionResetError
            return
        await self._loop.sock_sendall(connection, b"X-a: b\r\n" if self.kind == HEADERS else b"a")
