"""GOV.UK Notify's API, as far as sending emails goes, with its limits and its forms of error.

Limits, errors and their order are those of https://docs.notifications.service.gov.uk: a signed token of
half a minute, 3,000 requests a minute for a key, 250,000 emails a day of UTC, one template with the
placeholders it has, an address, two million bytes, and a search by the reference that was sent along.
"""

import json
import threading
import time
import uuid
from collections import Counter, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from notifications_python_client.authentication import decode_jwt_token, get_token_issuer
from notifications_python_client.errors import TokenError, TokenExpiredError

from tests.programs import LOOPBACK

SERVICE, SECRET, TEMPLATE = (str(uuid.uuid4()) for _ in range(3))
KEY = f"a_key-{SERVICE}-{SECRET}"
RATE, PER_DAY = 3_000, 250_000
BYTES_AT_MOST = 2_000_000
WANTED = ("subject", "body")


class Refused(Exception):
    def __init__(self, status, error, message):
        super().__init__(status, error, message)
        self.status = status
        self.answer = {"status_code": status, "errors": [{"error": error, "message": message}]}


class NotifyStandIn(ThreadingHTTPServer):
    """`answer` is a status, an error and a message to give next, or "swallow": taken, but never answered.

    Both limits count by the clock that the tests move.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *, rate=RATE, per_day=PER_DAY):
        super().__init__((LOOPBACK, 0), Handler)
        self.rate, self.per_day = rate, per_day
        self.answer = None
        # By reference the newest, and all in the order in which they were taken.
        self.taken, self.all = {}, []
        self.refused = Counter()
        self.sent_on = Counter()
        self.requests = deque()
        self._one_at_a_time = threading.Lock()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"http://{LOOPBACK}:{self.server_port}"

    def take(self, headers, sent):
        """Return the notification made of a request, or raise Refused."""
        with self._one_at_a_time:
            check_token(headers)
            self._count_request()
            if isinstance(self.answer, tuple):
                raise Refused(*self.answer)
            self._count_email()
            check(sent)
            self.sent_on[timezone.now().date()] += 1
            made = {"id": str(uuid.uuid4()), "created_at": timezone.now().isoformat(), **sent}
            self.taken[sent.get("reference")] = made
            self.all.append(made)
            return made

    def found(self, headers, reference):
        check_token(headers)
        return [one for one in reversed(self.all) if one.get("reference") == reference]

    def _count_request(self):
        now = timezone.now().timestamp()
        while self.requests and self.requests[0] <= now - 60:
            self.requests.popleft()
        if len(self.requests) >= self.rate:
            words = f"Exceeded rate limit for key type LIVE of {self.rate} requests per 60 seconds"
            raise Refused(429, "RateLimitError", words)
        self.requests.append(now)

    def _count_email(self):
        if self.sent_on[timezone.now().date()] >= self.per_day:
            words = f"Exceeded send limits (email: {self.per_day}) for today"
            raise Refused(429, "TooManyRequestsError", words)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(lambda: self._send(json.loads(content)))

    def do_GET(self):
        [reference] = parse_qs(urlsplit(self.path).query)["reference"]
        self._answer(
            lambda: (200, {"notifications": self.server.found(self.headers, reference), "links": {}})
        )

    def _send(self, sent):
        if self.path != "/v2/notifications/email":
            raise Refused(404, "NoResultFound", "No result found")
        made = self.server.take(self.headers, sent)
        if self.server.answer == "swallow":
            time.sleep(0.6)
            return None
        content = {"subject": sent["personalisation"]["subject"], "body": sent["personalisation"]["body"]}
        return 201, {"id": made["id"], "reference": sent.get("reference"), "content": content}

    def _answer(self, act):
        try:
            answer = act()
        except Refused as refused:
            error = refused.answer["errors"][0]["error"]
            self.server.refused[error] += 1
            answer = refused.status, refused.answer
        if answer is None:
            self.close_connection = True
            return
        content = json.dumps(answer[1]).encode()
        self.send_response(answer[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


def check_token(headers):
    """A token signed with the key's secret, made by our service within the last half minute."""
    token = headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        decode_jwt_token(token, SECRET)
        issuer = get_token_issuer(token)
    except TokenExpiredError as wrong:
        words = "Error: Your system clock must be accurate to within 30 seconds"
        raise Refused(403, "AuthError", words) from wrong
    except TokenError as wrong:
        raise Refused(403, "AuthError", "Invalid token: API key not found") from wrong
    if issuer != SERVICE:
        raise Refused(403, "AuthError", "Invalid token: service not found")


def check(sent):
    try:
        validate_email(sent["email_address"])
    except ValidationError as wrong:
        raise Refused(400, "ValidationError", "email_address Not a valid email address") from wrong
    if sent["template_id"] != TEMPLATE:
        raise Refused(400, "BadRequestError", "Template not found")
    given = sent.get("personalisation", {})
    missing = [name for name in WANTED if name not in given]
    if missing:
        raise Refused(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
    size = len("".join(given[name] for name in WANTED).encode())
    if size > BYTES_AT_MOST:
        words = f"Your message is too long. Emails cannot be longer than {BYTES_AT_MOST} bytes. "
        raise Refused(400, "BadRequestError", f"{words}Your message is {size} bytes.")
    url = sent.get("one_click_unsubscribe_url")
    if url is not None and not url.startswith("https://"):
        raise Refused(400, "ValidationError", "one_click_unsubscribe_url is not a valid https url")


def receipt_of(made, status="delivered"):
    """Return what Notify posts to the callback address about an email it took."""
    now = timezone.now().isoformat().replace("+00:00", "Z")
    return {
        "id": made["id"],
        "reference": made["reference"],
        "to": made["email_address"],
        "status": status,
        "created_at": made["created_at"],
        "sent_at": now,
        "completed_at": now,
        "notification_type": "email",
        "template_id": TEMPLATE,
        "template_version": 1,
    }
