"""Say in words whether receivers can know our mail from forged mail."""

from html import unescape
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from declaration.outbox.mail_domain import Finding, Report, check_mail_domain


class Command(BaseCommand):
    help = "Checks SPF, DKIM, DMARC and MTA-STS of the domain that our mail comes from."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found. Raises CommandError when something has to be put right."""
        report = check_mail_domain()
        said = [(finding, _words(report, finding)) for finding in report.findings]
        printed = render_to_string("admin/outbox/mail_domain/report.txt", {"report": report, "said": said})
        styles = {"Red": self.style.ERROR, "Green": self.style.SUCCESS}
        for line in unescape(printed).strip().splitlines():
            style = styles.get(line.partition(" ")[0], str)
            self.stdout.write(style(line))
        if not report.good:
            raise CommandError("Something has to be put right before newsletters leave from this domain.")


def _words(report: Report, finding: Finding) -> str:
    words = render_to_string("admin/outbox/mail_domain/words.txt", {"report": report, "finding": finding})
    return unescape(words).strip()
