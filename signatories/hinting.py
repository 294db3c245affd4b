"""Advice about the words of a commitment, by plain rules. Pure: the same words always get the same advice.

A rule that is not sure says nothing: advice about a good text teaches people to skip all of it.
The sentences people read are in templates/components/hints.html.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from signatories.naming import key, plain


@dataclass(frozen=True)
class Answers:
    """The words of a commitment, and the name of the organisation whose it is."""

    title: str = ""
    mission: str = ""
    impact: str = ""
    partners: tuple[str, ...] = ()
    organisation: str = ""


@dataclass(frozen=True)
class Hint:
    """What may be improved: the question it belongs to, the name of the rule, and the words it is about."""

    question: str
    name: str
    words: str = ""


# An email address, or a telephone number of the United Kingdom.
CONTACT_DETAILS: Final = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.\w|\b0\d{2,4}[ -]?\d{3,4}[ -]?\d{3,4}\b|\+44[ \d()-]{9,15}\b"
)


def hints_for(answers: Answers) -> list[Hint]:
    """Return what may be improved, in the order of the questions. Answers not given yet get no advice."""
    asked = {
        "title": answers.title,
        "mission": answers.mission,
        "impact": answers.impact,
        "partners": "\n".join(answers.partners),
    }
    texts = {question: _tidy(text) for question, text in asked.items()}
    found = list(_of_single_texts(texts))
    if texts["mission"] and not _has_date(texts):
        found.append(Hint("mission", "no_date"))
    if texts["impact"] and not _names_people(f"{texts['title']}. {texts['impact']}"):
        found.append(Hint("impact", "no_people"))
    if texts["impact"] and not _MEASURED.search(texts["impact"]):
        found.append(Hint("impact", "nothing_measured"))
    named = _partners_in(f"{texts['mission']}\n{texts['impact']}")
    known = [*answers.partners, answers.organisation]
    found += [Hint("partners", "partner_not_named", name) for name in named if not _is_among(name, known)]
    order = list(asked)
    return sorted(found, key=lambda hint: order.index(hint.question))


def _of_single_texts(texts: dict[str, str]) -> Iterator[Hint]:
    for question, text in texts.items():
        if CONTACT_DETAILS.search(text):
            yield Hint(question, "contact_details")
        usual = None if question == "partners" or _NEW.search(text) else _AS_USUAL.search(text)
        if usual:
            yield Hint(question, "business_as_usual", usual[0].strip())
        if not_agreed := _not_agreed(question, text):
            yield Hint(question, "partner_not_agreed", not_agreed)
    for question in ("title", "mission"):
        if (several := _several_projects(question, texts[question])) is not None:
            yield Hint(question, "several_projects", several)


def _tidy(text: str) -> str:
    """Return a text with straight apostrophes and single spaces; lines stay lines."""
    straight = re.sub("[’‘ʼ]", "'", text)
    return "\n".join(" ".join(line.split()) for line in straight.splitlines()).strip()


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part]


# Dates. Those of the calendar count wherever they stand, a length of time only where it is promised.

_MONTH: Final = (
    r"jan(?:uary)?|feb(?:ruary)?|mar|april?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?"
)
_CALENDAR: Final = re.compile(
    rf"\b(?:{_MONTH}|20[2-9]\d|q[1-4]|christmas|easter)\b|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}\b"
    r"|\b(?:by|before|in|this|next|until|from|late|early|mid|of)[ -](?:the )?"
    r"(?:spring|summer|autumn|winter)\b"
    r"|\b(?:end of|by|before|this|next|in) (?:the |each |this |next |our )?(?:end of )?(?:the |this |next )?"
    r"(?:(?:financial|calendar|academic|school|new|council) )?(?:year|quarter|term)(?:'s end| end)?\b",
    re.IGNORECASE,
)
# Two months are words of other kinds too.
_MARCH_OR_MAY: Final = re.compile(
    r"\bMarch\b|\b(?:[Ii]n|[Bb]y|of|[Bb]efore|[Uu]ntil|[Dd]uring|[Ff]rom|[Ee]arly|[Ll]ate|[Mm]id|\d)[ -]May\b"
    r"|\bMay 20\d\d"
)
_NUMBER: Final = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half a|a few)"
_LENGTH_OF_TIME: Final = re.compile(
    rf"\b(?:within|in|over|after|under|next|first|coming|take|takes|last) (?:(?:the|about|around|less than"
    rf"|up to|a further|only|just|next|first|coming) ){{0,3}}(?:{_NUMBER}[ -])?(?:full |calendar |working )?"
    rf"(?:days?|weeks?|months?|quarters?|years?)\b|\b{_NUMBER}-(?:day|week|month|year)\b",
    re.IGNORECASE,
)


def _has_date(texts: dict[str, str]) -> bool:
    everything = "\n".join(texts[question] for question in ("title", "mission", "impact"))
    promised = f"{texts['title']}\n{texts['mission']}"
    return bool(
        _CALENDAR.search(everything) or _MARCH_OR_MAY.search(everything) or _LENGTH_OF_TIME.search(promised)
    )


# People who may benefit.

_PEOPLE: Final = frozenset(
    """adopter adults anybody anyone applicant apprentice apprentices babies baby businesses carer
    charities charity child children citizen claimant client clients colleague colleagues communities
    councillor councillors couple couples crew crews cyclist doctor doctors driver employee employer
    everybody everyone families family farmer fathers friend friends group groups homes household
    households inspectors journalist landlord landlords learner leaseholder librarian man manager mayor
    men mentors mothers neighbour neighbourhood neighbours nobody nurse nurses operators organisation
    organisations owner parent parents passenger patient patients pensioner people person persons
    practitioner professionals pupil pupils ratepayer reader recipients refugee resident residents
    school schools somebody someone staff student students supervisors survivors taxpayer teacher team
    teams tenant tenants tourist trader tutors veterans visitor visitors volunteer walker woman women
    worker workforce youth""".split()
)
_PLURAL_OF_PEOPLE: Final = re.compile(r"[a-z-]{2,}(?:ers|ists|ians|ants|ees)")
_EACH_OF_THEM: Final = re.compile(r"\bthe public\b|\b(?:each|every) [a-z-]{2,}(?:er|or|ist|ian|ant|ee)\b")
# Plurals of things, and verbs, that end as those of people do.
_NOT_PEOPLE: Final = frozenset(
    """answers assists barriers browsers buffers centers chapters checklists clusters committees computers
    considers consists constants containers counters covers degrees delivers differs discovers dinners
    enters exists fees filters folders footers gathers grants guarantees headers hinders layers letters levers
    lists lowers manners markers matters meters newsletters numbers offers orders others papers parameters
    partners persists plants posters powers prefers printers processors quarters refers registers remembers
    renders rivers routers scanners servers shortlists shoulders shutters stickers suffers suppliers tablets
    tenders timers towers trackers transfers transformers trees triggers twitters variants vouchers wants
    warrants waters wonders""".split()
)
_WORD: Final = re.compile(r"[a-z][a-z-]*")


def _names_people(text: str) -> bool:
    small = text.lower()
    return bool(_EACH_OF_THEM.search(small)) or any(
        word in _PEOPLE or (_PLURAL_OF_PEOPLE.fullmatch(word) and word not in _NOT_PEOPLE)
        for word in _WORD.findall(small)
    )


# What is measured.

_MEASURED: Final = re.compile(
    r"\d|%|\b(?:per ?cent|percent|percentage|half|halve[sd]?|third|quarter|doubl\w+|twice|dozens?|hundreds?"
    r"|thousands?|million|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|fifty"
    r"|measur\w+|count(?:s|ed|ing)?|number of|numbers|how (?:many|much|long|often|far|quickly|well)"
    r"|(?:we|how to) (?:will |'ll |can )?know|survey\w*|ask(?:ing)? (?:them|people|users|residents|staff)"
    r"|feedback|satisfaction|track(?:s|ed|ing)?|monitor\w*|compar\w+|evaluat\w+|baseline|targets?"
    r"|indicators?|analytics|metrics?)\b",
    re.IGNORECASE,
)

# Work that goes on as it is, unless the text says that something is new as well.

_AS_USUAL: Final = re.compile(
    r"\b(?:we|us|the council|our (?:\w+ ){1,3}?)(?: will| shall|'ll| plan to| aim to| are going to)? ?"
    r"\b(?:continue|carry on|keep on)(?: to \w+| with| \w+ing)?\b|\bwill continue (?:to \w+|with|our)\b"
    r"|(?:^|(?<=[.!?] )|(?<=\n))(?:to )?(?:continue|continuing|carry on)\b(?: to \w+)?"
    r"|\bas we (?:already|always) (?:do|have)\b",
    re.IGNORECASE,
)

_NEW: Final = re.compile(
    r"\b(?:new|first|begin|build|create|design|introduce|launch|move|open|publish|redesign|replace|retire|rewrite"
    r"|set up|start|stop|switch|test)\b",
    re.IGNORECASE,
)

# Several projects in one.

_JOINED: Final = re.compile(
    r"\band also\b|\bas well as this\b|\b(?:second|another) project\b"
    r"|\b(?:several|various|two|three|number of) projects\b",
    re.IGNORECASE,
)
_BEGINS_ANEW: Final = re.compile(r"(?:\W|\d)*we(?: will|'ll| shall)\b", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"(?:^|\n)\W*(?:\d{1,2}|[a-h])[.):] ", re.IGNORECASE)
_NUMBERED_IN_LINE: Final = re.compile(r"\((?:\d{1,2}|[a-h]|i{1,3}|iv|v)\) ", re.IGNORECASE)
# More than these are rarely the steps of one piece of work.
MOST_BEGINNINGS: Final = 4
MOST_NUMBERED: Final = 3
MOST_SEMICOLONS: Final = {"title": 0, "mission": 2}


def _several_projects(question: str, text: str) -> str | None:
    """Return the words that join several projects, nothing but the form says so, or None for one project."""
    if joined := _JOINED.search(text):
        return joined[0]
    beginnings = sum(bool(_BEGINS_ANEW.match(sentence)) for sentence in _sentences(text))
    numbered = max(len(_NUMBERED.findall(text)), len(_NUMBERED_IN_LINE.findall(text)))
    too_many = (
        beginnings > MOST_BEGINNINGS
        or numbered > MOST_NUMBERED
        or text.count(";") > MOST_SEMICOLONS[question]
    )
    return "" if too_many else None


# Partners.

_UNSURE: Final = re.compile(
    r"\b(?:hope|hopes|hoping|would like|wish|want) to (?:work|partner|collaborate|team up|join forces) with\b"
    r"|\bin (?:early |initial )?(?:talks|discussions?|conversations?|negotiations?) with\b"
    r"|\b(?:potential|possible|prospective) partners?\b|\b(?:plan|intend|hope|going|will) to approach\b",
    re.IGNORECASE,
)
_OPEN: Final = r"tbc|tba|(?:yet )?to be (?:confirmed|agreed|decided)|not (?:yet )?(?:confirmed|agreed)"
# Where partners are written one on a line, one word says that one of them is not sure.
_UNSURE_ON_A_LINE: Final = re.compile(
    rf"\b(?:{_OPEN}|hopefully|maybe|perhaps|possibly|probably|potentially|provisional(?:ly)?|invited|approached"
    r"|awaiting|pending|(?:agreed )?in principle)\b|\?$",
    re.IGNORECASE | re.MULTILINE,
)
_OPEN_PARTNER: Final = re.compile(
    rf"\bpartners?\b[^.\n]{{0,60}}\b(?:{_OPEN})\b|\b(?:{_OPEN})\b[^.\n]{{0,40}}\bpartners?\b", re.IGNORECASE
)
# Whoever is named just after «in talks with»: residents are no partner who has to agree.
_JUST_AFTER: Final = 25


def _not_agreed(question: str, text: str) -> str:
    """Return the words that leave open whether a partner has agreed, or nothing."""
    for unsure in _UNSURE.finditer(text):
        if not _names_people(text[unsure.end() : unsure.end() + _JUST_AFTER]):
            return unsure[0]
    one = _UNSURE_ON_A_LINE.search(text) if question == "partners" else _OPEN_PARTNER.search(text)
    return one[0] if one else ""


_WITH: Final = re.compile(
    r"\b(?:work(?:s|ing)?(?: closely| together)? with|partner(?:s|ed|ing)? with|in partnership with"
    r"|together with|jointly with|alongside|collaborat\w+ with|join(?:s|ing)?(?: up| forces)? with"
    r"|our partners?:?"
    r"|(?:build|built|deliver|delivered|design|designed|develop|developed|run|led)(?: it| this)? with) ",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"(?:,? ?\b(?:and|both|the|our|neighbours?|neighbouring) |, ?| ?& )*")
_CAPITAL: Final = r"[A-Z][\w'-]{1,30}"
_SMALL: Final = r"(?:(?:and|of|upon|on|in|by|the|with|le|&) ){0,2}"
_KINDS: Final = (
    r"(?:Council|Trust|University|College|Authority|Health Board|Care Board|ICB|Fire and Rescue(?: Service)?"
    r"|Fire Service|Police|Constabulary|Housing(?: Association)?|Foundation|Association|Alliance|Hospital)"
)
_NAME: Final = re.compile(
    rf"(?:{_CAPITAL} {_SMALL}){{1,6}}?{_KINDS}\b"
    rf"|(?:University|City|(?:Royal |London )?Borough|County|Council|District) of {_CAPITAL}(?: {_CAPITAL})?"
    rf"|(?:Citizens Advice|Age UK|NHS)(?: {_CAPITAL}){{0,3}}"
)


def _partners_in(text: str) -> list[str]:
    """Return the names of organisations that the text says it works with, each once."""
    found: dict[str, str] = {}
    for sentence in _sentences(text):
        if _UNSURE.search(sentence):
            continue  # another rule speaks of it
        for lead in _WITH.finditer(sentence):
            at = lead.end()
            while name := _NAME.match(sentence, _end_of(_BETWEEN, sentence, at)):
                found.setdefault(plain(name[0]), name[0])
                at = name.end()
    return list(found.values())


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _is_among(name: str, known: Iterable[str]) -> bool:
    """Tell whether a name is one of these, whole, in other words for its kind, or as part of a line."""
    sought = plain(name)
    return any(
        sought in plain(one) or (key(one) and key(one) == key(name)) or (plain(one) and plain(one) in sought)
        for one in known
    )
