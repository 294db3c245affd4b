"""Whether the world believes that our mail is ours: SPF, DKIM, DMARC and MTA-STS of the sender's domain."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Final

from django.conf import settings

from declaration.internet import Names, NoAnswer, NotThere, Pages, PublicNames, PublicPages, Refused

# RFC 7208, 4.6.4: a receiver asks no more often than this, and then takes none of it.
SPF_LOOKUPS: Final = 10
_ASKS: Final = re.compile(r"^[+?~-]?(include:|a$|a[:/]|mx$|mx[:/]|ptr|exists:)|^redirect=")
_LEADS: Final = re.compile(r"^(?:[+?~-]?include:|redirect=)([\w.-]+)$")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. What `code` means is said by a template."""

    what: str
    code: str
    good: bool
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    domain: str
    findings: list[Finding]

    @property
    def good(self) -> bool:
        return all(finding.good for finding in self.findings)


def sender_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].lower()


def check_mail_domain(*, names: Names | None = None, pages: Pages | None = None) -> Report:
    """Look at the records of the sender's domain, all at once; nobody who does not answer holds it up."""
    names, pages = names or PublicNames(), pages or PublicPages()
    domain = sender_domain()
    if settings.NOTIFY_API_KEY:
        return Report(domain, [Finding("Sender", "notify", good=True)])
    if "." not in domain:
        return Report(domain, [Finding("Sender", "no public domain", good=False)])
    with ThreadPoolExecutor(4) as together:
        spf = together.submit(_spf, names, domain)
        dkim = together.submit(_dkim, names, domain)
        dmarc = together.submit(_dmarc, names, domain)
        mta_sts = together.submit(_mta_sts, names, pages, domain)
    found = [spf.result(), dkim.result()]
    return Report(domain, [*found, *_aligned(dmarc.result(), found), mta_sts.result()])


def _spf(names: Names, domain: str) -> Finding:
    """Who may send for the domain (RFC 7208)."""
    try:
        records = _of_version(names.texts(domain), "v=spf1")
        if len(records) != 1:
            return Finding("SPF", "several" if records else "missing", good=False)
        [record] = records
        asked = _lookups(names, record, SPF_LOOKUPS + 1)
    except NoAnswer as silent:
        return _silent("SPF", silent)
    terms = record.lower().split()
    facts = {"record": record}
    if asked > SPF_LOOKUPS:
        return Finding("SPF", "too many lookups", good=False, facts=facts)
    if "all" in terms or "+all" in terms:
        return Finding("SPF", "anybody", good=False, facts=facts)
    ends = terms[-1] in {"-all", "~all"} or any(term.startswith("redirect=") for term in terms)
    return Finding("SPF", "good" if ends else "open end", good=ends, facts=facts)


def _lookups(names: Names, record: str, left: int) -> int:
    """Return how many questions a receiver has to ask for a record; it stops at `left`."""
    asked = 0
    for term in record.lower().split():
        asked += bool(_ASKS.match(term))
        leads = _LEADS.match(term)
        if leads and asked < left:
            inner = _of_version(names.texts(leads[1]), "v=spf1")
            asked += _lookups(names, inner[0], left - asked) if inner else 0
        if asked >= left:
            return left
    return asked


def _dkim(names: Names, domain: str) -> Finding:
    """The key with which the relay's signatures are checked (RFC 6376)."""
    selector = settings.MAIL_DKIM_SELECTOR
    if not selector:
        return Finding("DKIM", "no selector", good=False)
    name = f"{selector}._domainkey.{domain}"
    try:
        keys = [tags for text in names.texts(name) if "p" in (tags := _tags(text))]
    except NoAnswer as silent:
        return _silent("DKIM", silent)
    if not keys:
        return Finding("DKIM", "missing", good=False, facts={"name": name})
    good = bool(keys[0]["p"])
    return Finding("DKIM", "good" if good else "revoked", good=good, facts={"name": name})


def _dmarc(names: Names, domain: str) -> Finding:
    """What receivers do with mail that is not ours; a domain above may say it (RFC 7489)."""
    labels = domain.split(".")
    try:
        for start in range(len(labels) - 1):
            above = ".".join(labels[start:])
            records = _of_version(names.texts(f"_dmarc.{above}"), "v=dmarc1")
            if len(records) > 1:
                return Finding("DMARC", "several", good=False)
            if records:
                tags = _tags(records[0])
                policy = (tags.get("sp") if start else "") or tags.get("p", "")
                good = policy.lower() in {"quarantine", "reject"}
                facts = {"record": records[0], "policy": policy, "domain": above}
                return Finding("DMARC", "good" if good else "only watches", good=good, facts=facts)
    except NoAnswer as silent:
        return _silent("DMARC", silent)
    return Finding("DMARC", "missing", good=False)


def _aligned(dmarc: Finding, proofs: list[Finding]) -> list[Finding]:
    """Add whether a proof belongs to the domain that readers see.

    The envelope has the same sender as the letter, and the selector is looked for below the same
    domain, so that each good proof is aligned, also by the strict rule.
    """
    if dmarc.code in {"missing", "several", "no answer"}:
        return [dmarc]
    by = " and ".join(proof.what for proof in proofs if proof.good)
    return [dmarc, Finding("Alignment", "good" if by else "none", good=bool(by), facts={"by": by})]


def _mta_sts(names: Names, pages: Pages, domain: str) -> Finding:
    """Whether replies and bounces have to come to us encrypted (RFC 8461)."""
    try:
        if len(_of_version(names.texts(f"_mta-sts.{domain}"), "v=stsv1")) != 1:
            return Finding("MTA-STS", "missing", good=False)
        policy = pages.ask(f"https://mta-sts.{domain}/.well-known/mta-sts.txt", bytes_at_most=64 * 1024)
    except NoAnswer as silent:
        return _silent("MTA-STS", silent)
    except (NotThere, Refused):
        return Finding("MTA-STS", "no policy", good=False)
    lines = (line.partition(":") for line in policy.body.decode("utf-8", "replace").splitlines())
    mode = next((value.strip() for key, _, value in lines if key.strip() == "mode"), "")
    if policy.status != 200 or not mode:
        return Finding("MTA-STS", "no policy", good=False)
    good = mode == "enforce"
    return Finding("MTA-STS", "good" if good else "not enforced", good=good, facts={"mode": mode})


def _silent(what: str, silent: NoAnswer) -> Finding:
    return Finding(what, "no answer", good=False, facts={"why": str(silent)})


def _of_version(texts: list[str], version: str) -> list[str]:
    """Return the records that begin with a version, in whatever case."""
    return [text for text in texts if re.split(r"[\s;]", text.strip().lower(), maxsplit=1)[0] == version]


def _tags(record: str) -> dict[str, str]:
    """Return «a=b; c=d» by name."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
