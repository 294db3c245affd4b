"""What the API tells: every field is public, says what it is, and has its reason in the tests."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

Kind = Annotated[str, Field(description="What sort of body it is, for example `london-borough`.")]
Slug = Annotated[str, Field(description="The stable key of the organisation in this register.")]
Page = Annotated[str, Field(description="The address of the page that people read.")]
Here = Annotated[str, Field(description="The address of the whole record in this API.")]
State = Literal["signed", "in-process", "not-signed"]
Result = Literal["signed", "in-process", "not-signed", "unknown"]


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Always `about:blank`: the status says it all.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was wrong with this request.")


class OrganisationName(Schema):
    """An organisation as others mention it."""

    name: str = Field(description="Its official name.")
    slug: Slug
    gss_code: str | None = Field(
        description="Code of its area by the Office for National Statistics, if any."
    )
    url: Page


class Organisation(OrganisationName):
    """A body that may sign."""

    short_name: str = Field(description="Its name without the style: `Camden`.")
    other_names: list[str] = Field(description="Former names, names in Welsh, and what people call it.")
    kind: Kind
    nation: str | None = Field(description="England, Northern Ireland, Scotland or Wales.")
    region: str | None = Field(description="The English region, or the nation again.")
    website: str | None = Field(description="Its home page.")
    start_date: date | None = Field(description="The day it took its present form, if known.")
    end_date: date | None = Field(description="The last day it existed; may be in the future.")
    population: int | None = Field(description="People in its area, in the middle of 2024.")
    latitude: float | None = Field(description="Middle of its area (WGS 84).")
    longitude: float | None = Field(description="Middle of its area (WGS 84).")
    county: str | None = Field(description="Of a district council: the slug of its county council.")
    predecessors: list[str] = Field(description="Slugs of the organisations it came after.")
    successors: list[str] = Field(description="Slugs of the organisations that came after it.")
    state: State = Field(
        description="Whether it has signed today. `in-process`: on its way, of which no change tells."
    )
    api_url: Here


class Principle(Schema):
    """One of the statements of a version of the Declaration."""

    number: int = Field(description="Its place in the version.")
    title: str = Field(description="The statement in short.")


class PrincipleText(Principle):
    text: str = Field(description="The statement in full.")


class Version(Schema):
    """One dated wording of the Declaration, which never changes."""

    number: int = Field(description="Counted from 1.")
    title: str = Field(description="The title of the wording.")
    introduction: str = Field(description="What stands before the principles.")
    is_summary: bool = Field(description="Whether it is a summary in the service's own words.")
    published_date: date = Field(description="The day in London from which it was signed.")
    wording_hash: str = Field(description="SHA-256 of the wording; every signature carries it.")
    principles: list[PrincipleText] = Field(description="Its principles in order.")
    url: Page
    api_url: Here


class ServiceArea(Schema):
    """A field of work of a council."""

    slug: str = Field(description="Its stable key.")
    name: str = Field(description="Its name.")


class Progress(Schema):
    """One report by the organisation on how a commitment goes."""

    stage: str = Field(description="not-started, on-track, delayed, done or stopped.")
    happened: str = Field(description="What happened, in the organisation's words.")
    learned: str = Field(description="What was learned, in the organisation's words.")
    reported_date: date = Field(description="The day in London it was reported.")


class Commitment(Schema):
    """What an organisation promised to do, in its own words."""

    id: int = Field(description="Its stable number.")
    organisation: str = Field(description="Slug of the organisation that made it.")
    title: str = Field(description="The problem or project in a few words.")
    mission: str = Field(description="What will be delivered, and how.")
    impact: str = Field(description="Who benefits, and how they will know.")
    partners: list[str] = Field(description="Partners that are not in the register.")
    partner_organisations: list[str] = Field(description="Slugs of partners in the register.")
    principles: list[Principle] = Field(description="The principles it follows.")
    service_areas: list[ServiceArea] = Field(description="The service areas it is about.")
    committed_date: date = Field(description="The day in London it was signed with, or added later.")
    target_date: date | None = Field(description="When it is to be done.")
    open_to_others: bool | None = Field(description="Whether the organisation is glad to hear from others.")
    stage: str = Field(description="How it goes by the newest report; `unreported` before the first.")
    progress: list[Progress] = Field(description="What was reported, newest first.")
    last_updated: datetime | None = Field(description="When the public last saw something new of it (UTC).")
    api_url: Here


class Signatory(Schema):
    """An organisation with a published signature. Signing is not endorsement by the department."""

    organisation: OrganisationName = Field(description="Who signed.")
    kind: Kind
    nation: str | None = Field(description="England, Northern Ireland, Scotland or Wales.")
    region: str | None = Field(description="The English region, or the nation again.")
    reference: str = Field(description="The reference of the signature.")
    signed_date: date = Field(description="The day in London on which it was signed.")
    version: int = Field(description="The number of the version that was signed.")
    wording_hash: str = Field(description="SHA-256 of the wording that was signed.")
    signer_role: str = Field(description="In what capacity somebody signed for the organisation.")
    signer_name: str | None = Field(description="Who signed, if they agreed that we publish it.")
    superseded_by: list[str] = Field(description="Slugs of the organisations that came after it.")
    commitments: list[Commitment] = Field(description="What it promised to do.")
    api_url: Here


class Earlier(OrganisationName):
    """An organisation that came before and had signed."""

    signed_on: date = Field(description="The day in London on which it signed.")


class Answer(Schema):
    """How one organisation stood on a day. A name may have several answers."""

    line: int = Field(description="Which of the names asked for, counted from 1.")
    asked: str = Field(description="The name or code as it was asked for.")
    result: Result = Field(description="`unknown`: nobody, or more than one, has the name; see `problem`.")
    organisation: OrganisationName | None = Field(description="Who stood there on the day.")
    signed_on: date | None = Field(description="The day in London on which it had signed.")
    version: int | None = Field(description="The number of the version that it had signed.")
    on_register_today: bool | None = Field(description="Whether that signature is public today.")
    meant: OrganisationName | None = Field(description="Whom the name means.")
    relation: Literal["itself", "successor", "predecessor"] | None = Field(
        description="How who stood there belongs to whom the name means."
    )
    signed_before_it: list[Earlier] = Field(description="Who came before it and had signed.")
    problem: Literal["ambiguous", "unmatched", "empty", "too-long", "not-there"] | None = Field(
        description="Why there is no answer."
    )
    suggestions: list[OrganisationName] = Field(description="Whom the name may mean.")


class Counts(Schema):
    """How many answers of each kind."""

    signed: int = Field(description="Answers that say signed.")
    in_process: int = Field(description="Answers that say in process.")
    not_signed: int = Field(description="Answers that say not signed.")
    unknown: int = Field(description="Names without an answer.")


class Check(Schema):
    """Whether organisations had signed on a day."""

    on: date = Field(description="The day in London that was asked about.")
    counts: Counts = Field(description="How many answers of each kind.")
    answers: list[Answer] = Field(description="One or more for each name, in the order asked.")


class Share(Schema):
    """How much of a group of councils has signed. Each person is counted once."""

    group: str = Field(description="The nation, region or kind; `all` for the country.")
    councils: int = Field(description="Principal councils that exist today.")
    signed: int = Field(description="Councils that have signed.")
    in_process: int = Field(description="Councils whose signature is on its way.")
    not_signed: int = Field(description="Councils that have not signed.")
    people: int = Field(description="People of their areas; a county's are counted with its districts.")
    people_own: int = Field(description="People whose district or single-tier council has signed.")
    people_county: int = Field(description="People whose county council alone has signed.")
    people_neither: int = Field(description="People none of whose councils has signed.")


class Coverage(Schema):
    """How much of the country has signed today."""

    on: date = Field(description="Today in London.")
    everywhere: Share = Field(description="The whole country.")
    nations: list[Share] = Field(description="By nation.")
    regions: list[Share] = Field(description="By region, the other nations whole.")
    kinds: list[Share] = Field(description="By kind of council.")


class Change(Schema):
    """One change of what the public sees of an organisation."""

    number: int = Field(description="Greater than that of every change before; some numbers are missing.")
    at: datetime = Field(description="When it happened (UTC).")
    what: str = Field(description="What happened, for example `published`, `committed` or `withdrawn`.")
    organisation: OrganisationName = Field(description="Whose entry changed. Read it again.")
    api_url: Here


class Changes(Schema):
    """Changes in the order in which they became visible."""

    changes: list[Change] = Field(description="The changes after `since`, oldest first.")
    next: int = Field(description="What to ask for as `since` the next time.")
    has_more: bool = Field(description="Whether there are more already.")


class Organisations(Schema):
    """One page of organisations."""

    total: int = Field(description="How many there are on all pages.")
    page: int = Field(description="The number of this page, from 1.")
    pages: int = Field(description="How many pages there are.")
    organisations: list[Organisation] = Field(description="The organisations of this page, by slug.")


class Signatories(Schema):
    """One page of signatories."""

    total: int = Field(description="How many there are on all pages.")
    page: int = Field(description="The number of this page, from 1.")
    pages: int = Field(description="How many pages there are.")
    signatories: list[Signatory] = Field(description="Those of this page, the first to sign first.")


class Commitments(Schema):
    """One page of commitments."""

    total: int = Field(description="How many there are on all pages.")
    page: int = Field(description="The number of this page, from 1.")
    pages: int = Field(description="How many pages there are.")
    commitments: list[Commitment] = Field(description="Those of this page, by number.")


class Versions(Schema):
    """Every published version."""

    versions: list[Version] = Field(description="The newest first.")


class Root(Schema):
    """Where things are."""

    name: str = Field(description="The name of the service.")
    newest_change: int = Field(description="The number of the newest change: where to begin to follow.")
    licence: str = Field(description="The licence of everything here.")
    attribution: str = Field(description="What to say where you use it.")
    links: dict[str, str] = Field(description="The addresses of what there is.")
