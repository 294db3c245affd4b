"""GOV.UK Notify: one template with a subject and a body; our own words fill them."""

import re
from datetime import UTC, datetime, time, timedelta

import requests
from django.utils import timezone
from notifications_python_client.errors import APIError, HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from declaration.outbox.merging import leave_address, words
from declaration.outbox.models import Email
from declaration.outbox.transports.answers import Never, TryLater

# What Notify takes for a heading, an inset or a rule when a line begins with it.
LINE_MARKS = re.compile(r"^(\s*)([#^]|---|\*\*\*)", re.MULTILINE)

NOTIFY_URL = "https://api.notifications.service.gov.uk"


class NotifyTransport:
    """Not to be shared between threads, because Notify's client is not."""

    remembers = True

    def __init__(self, *, api_key: str, template_id: str, base_url: str, timeout: float) -> None:
        self.template_id = template_id
        self.client = NotificationsAPIClient(api_key, base_url=base_url or NOTIFY_URL, timeout=timeout)

    def send(self, email: Email) -> str:
        """Send our reference along, by which `find` can ask what became of the email."""
        subject, text = words(email)
        try:
            answer = self.client.send_email_notification(
                email_address=email.to,
                template_id=self.template_id,
                personalisation={"subject": subject, "body": _plain(text)},
                reference=str(email.reference),
                one_click_unsubscribe_url=leave_address(email) or None,
            )
        except APIError as error:
            raise _refusal(error) from error
        return str(answer["id"])

    def find(self, email: Email) -> str | None:
        """Return Notify's name of the newest sending, but not of the one before staff sent it again."""
        try:
            answer = self.client.get_all_notifications(reference=str(email.reference))
        except APIError as error:
            raise _refusal(error) from error
        found = answer["notifications"]
        newest = str(found[0]["id"]) if found else ""
        return newest if newest != email.provider_reference else None

    def close(self) -> None:
        self.client.request_session.close()


def _plain(text: str) -> str:
    """Return a text in which Notify finds no Markdown: people's own words make no link or heading."""
    return LINE_MARKS.sub("\\1\u200b\\2", text.replace("](", "] ("))


def _refusal(error: APIError) -> TryLater | Never:
    response: requests.Response | None = error.response
    if response is None:
        unreached = isinstance(error.__cause__, requests.ConnectTimeout) or (
            isinstance(error.__cause__, requests.ConnectionError)
            and "NewConnectionError" in repr(error.__cause__)
        )
        words = "GOV.UK Notify could not be reached." if unreached else "GOV.UK Notify did not answer."
        code = "connection" if unreached else "no-answer"
        return TryLater(code, words, for_all=True, maybe_accepted=not unreached)
    status = response.status_code
    words = f"GOV.UK Notify answered: {status} {_said(error)}"
    if not isinstance(error, HTTPError):
        return TryLater("no-answer", words, for_all=True, maybe_accepted=True)
    if status == 429:
        return TryLater("429", words, for_all=True, not_before=_after_the_limit(response))
    if status >= 500:
        return TryLater(str(status), words, for_all=True, maybe_accepted=True)
    if status in {401, 403}:
        return TryLater(str(status), words, for_all=True)
    return Never(str(status), words)


def _said(error: APIError) -> str:
    message = error.message
    if isinstance(message, list):
        return "; ".join(str(one.get("message", one)) for one in message)[:500]
    return str(message)[:500]


def _after_the_limit(response: requests.Response) -> datetime:
    """Return when the limit that was reached ends: the next minute, or the next day in UTC."""
    now = timezone.now()
    if "TooManyRequestsError" in response.text:
        tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(0, 1), tzinfo=UTC)
    return now + timedelta(minutes=1)
