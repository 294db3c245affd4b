"""What we ask of other machines: records of the DNS, and pages, which are never inside our own network.

Everything has a limit in seconds, and fails with a sentence instead of waiting.
"""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol
from urllib.parse import urljoin, urlsplit

import dns.exception
import dns.resolver

SECONDS: Final = 3.0
REDIRECTS_AT_MOST: Final = 4
_MOVED: Final = {301, 302, 303, 307, 308}
_PORTS: Final = {"http": 80, "https": 443}
_AGENT: Final = "Local-Digital-Declaration (checks links of its newsletter)"


class NoAnswer(Exception):
    """Nobody answered in time; the words say who was asked."""


class NotThere(Exception):
    """The name or the page does not exist."""


class Refused(Exception):
    """The address is one that we do not ask."""


class Names(Protocol):
    """Who looks names up; tests bring their own."""

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, none when there are none. Raises NoAnswer."""

    def addresses(self, name: str) -> list[str]:
        """Return the IP addresses of a name. Raises NotThere or NoAnswer."""


class PublicNames:
    """Asks the resolvers that the machine is set up with."""

    def texts(self, name: str) -> list[str]:
        try:
            answer = _resolver().resolve(f"{name}.", "TXT", lifetime=SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as failed:
            raise NoAnswer(f"The DNS did not answer for {name}.") from failed
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def addresses(self, name: str) -> list[str]:
        found: list[str] = []
        for kind in ("A", "AAAA"):
            try:
                found += [str(one) for one in _resolver().resolve(f"{name}.", kind, lifetime=SECONDS)]
            except dns.resolver.NXDOMAIN as missing:
                raise NotThere(f"There is no {name}.") from missing
            except dns.resolver.NoAnswer:
                continue
            except (dns.exception.DNSException, OSError) as failed:
                if not found:
                    raise NoAnswer(f"The DNS did not answer for {name}.") from failed
        if not found:
            raise NotThere(f"There is no {name}.")
        return found


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    moved_to: str = ""


class Pages(Protocol):
    def ask(self, address: str, *, method: str = "GET", bytes_at_most: int = 0) -> Answer:
        """Return what one address answers; redirects are not followed. Raises NoAnswer, NotThere, Refused."""


class PublicPages:
    """Asks web servers of the public internet, at the very address whose number was checked."""

    def __init__(self, names: Names | None = None) -> None:
        self._names = names or PublicNames()

    def ask(self, address: str, *, method: str = "GET", bytes_at_most: int = 0) -> Answer:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme not in _PORTS or not host or parts.username or parts.password:
            raise Refused("It is no plain web address.")
        if _port(address) not in {None, _PORTS[parts.scheme]}:
            raise Refused("It names an unusual port.")
        numbers = _public(self._names, host)
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        connection = _Connection(host, numbers[0], secure=parts.scheme == "https")
        try:
            connection.request(method, path, headers={"User-Agent": _AGENT, "Accept": "*/*"})
            answer = connection.getresponse()
            body = answer.read(bytes_at_most) if bytes_at_most else b""
            moved = answer.getheader("Location", "") if answer.status in _MOVED else ""
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as failed:
            raise NoAnswer(f"{host} did not answer.") from failed
        finally:
            connection.close()
        return Answer(answer.status, body, urljoin(address, moved) if moved else "")


def follow(pages: Pages, address: str, *, method: str) -> Answer:
    """Return the answer at the end of a few redirects, each checked like the first address.

    Raises NoAnswer, NotThere or Refused.
    """
    answer = pages.ask(address, method=method)
    for _ in range(REDIRECTS_AT_MOST):
        if not answer.moved_to:
            return answer
        answer = pages.ask(answer.moved_to, method=method)
    raise Refused("It leads on and on.")


def is_public(number: str) -> bool:
    """Tell whether an IP address is one of the public internet, and of one machine."""
    address = ipaddress.ip_address(number)
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _public(names: Names, host: str) -> list[str]:
    """Return the addresses of a host. Raises Refused when any of them is not public."""
    try:
        numbers = [str(ipaddress.ip_address(host))]
    except ValueError:
        try:
            numbers = names.addresses(host.encode("idna").decode())
        except UnicodeError as wrong:
            raise Refused("Its name cannot be looked up.") from wrong
    if not all(map(is_public, numbers)):
        raise Refused("It is inside a private network.")
    return numbers


def _port(address: str) -> int | None:
    try:
        return urlsplit(address).port
    except ValueError as wrong:
        raise Refused("It is no plain web address.") from wrong


class _Connection(http.client.HTTPConnection):
    """Speaks to the address that was checked, whatever the name means a moment later."""

    def __init__(self, host: str, number: str, *, secure: bool) -> None:
        super().__init__(host, _PORTS["https" if secure else "http"], timeout=SECONDS)
        self._number, self._secure = number, secure
        self.default_port = self.port

    def connect(self) -> None:
        self.sock = socket.create_connection((self._number, self.port), SECONDS)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


@cache
def _resolver() -> dns.resolver.Resolver:
    return dns.resolver.Resolver()
