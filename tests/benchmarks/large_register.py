"""The register after every eligible body has signed: 10,000 organisations and 30,000 commitments.

The same set each time. Names are put together from parts of English place names, texts from the
words of the examples, so that sizes, vocabulary and skew are those of a real register.
"""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.db import transaction

from declaration.freshness import move_on
from declaration.models import DeclarationVersion, ServiceArea
from signatories.models import Commitment, Organisation, Representative, Signature, Stage
from signatories.models.organisation import Kind, Region
from signatories.reference import load_reference

BEGINNINGS = (
    "Ash Barn Black Brad Burn Castle Chal Ched Clay Cold Cran Dun East Elm Fair Farn Ford Glen Green Grim "
    "Hal Ham Hart Haze Hel Holm Hurst Ing Kel King Lang Law Leigh Lin Long Mar Mel Mid Mill Nether New North "
    "Oak Ock Old Oving Pen Pit Quar Red Rock Row Sand Sher Ship Stan Stoke Stow Strat Sut Thorn Thur Up Wal "
    "Wen West Whit Wick Win Wood Wy Yar"
).split()
ENDINGS = (
    "borough bourne bridge bury by caster combe cote dale den don field fleet ford gate ham head hill holme "
    "hurst ing ington land leigh ley low mere minster more ney pool port sea shaw side stead stoke stone "
    "thorpe ton tree wade wall water well wick wold wood worth"
).split()
AFTER = [
    "",
    "",
    "",
    " Magna",
    " Parva",
    " St Mary",
    " St Peter",
    " on the Hill",
    " under Wood",
    " and District",
]
WHAT = (
    "bins|housing repairs|planning applications|council tax|parking permits|school places|libraries|care "
    "plans|foster carers|blue badges|licences|allotments|cemeteries|street lights|potholes|benefits|"
    "elections|registrars|leisure centres|food hygiene|trading standards|homelessness|complaints"
).split("|")
VERBS = (
    "Make it simpler to report|Publish open data about|Replace the old system for|Share one service for|Test "
    "with residents|Cut the waiting time for|Write plain words about|Join up records of|Put online|Find out "
    "what people need from"
).split("|")
COMMON = (
    "we will with residents and the team to build test publish a service that people can use online by phone "
    "or in person so fewer calls are made staff save time each week our neighbours share code research data "
    "standards open source patterns users find answers quickly reports show progress every month results "
    "compare before after measure satisfaction cost errors delay paper forms legacy supplier"
).split()
STAGES = [Stage.UNREPORTED] * 5 + [Stage.ON_TRACK, Stage.ON_TRACK, Stage.DELAYED, Stage.DONE, Stage.STOPPED]


def load_large(organisations=10_000, commitments=30_000, seed=1):
    """Fill an empty database. Every current body of the register signs, and as many parishes as it takes."""
    rng = random.Random(seed)
    load_reference()
    with transaction.atomic():
        bodies = [*Organisation.objects.current().order_by("slug")][:organisations]
        bodies += Organisation.objects.bulk_create(_parishes(rng, organisations - len(bodies)))
        people = Representative.objects.bulk_create(
            Representative(
                organisation=o, email=f"clerk@{o.slug}.test", full_name="Sam Clerk", job_title="Clerk"
            )
            for o in bodies
        )
        version = DeclarationVersion.objects.current()
        signatures = Signature.objects.bulk_create(_signatures(rng, bodies, people, version))
        each = [1] * len(signatures)
        for _ in range(commitments - len(signatures)):
            # A few promise a lot, most little.
            few = (
                int(rng.paretovariate(1.2) * len(each) / 40)
                if rng.random() < 0.2
                else rng.randrange(len(each))
            )
            each[min(few, len(each) - 1)] += 1
        made = Commitment.objects.bulk_create(
            (
                _commitment(rng, s, n)
                for s, number in zip(signatures, each, strict=True)
                for n in range(number)
            ),
            batch_size=1000,
        )
        _choose(rng, made, version)
        move_on()
    return {"organisations": len(bodies), "commitments": len(made)}


def _parishes(rng, number):
    used, numbers = set(), count()
    while len(used) < number:
        name = rng.choice(BEGINNINGS) + rng.choice(ENDINGS) + rng.choice(AFTER)
        if name not in used:
            used.add(name)
            region = rng.choice([r for r in Region if r not in {Region.SCOTLAND, Region.NORTHERN_IRELAND}])
            yield Organisation(
                slug=f"parish-{next(numbers)}",
                name=f"{name} {rng.choice(['Parish', 'Parish', 'Town'])} Council",
                short_name=name,
                kind=Kind.PARISH,
                nation="Wales" if region == Region.WALES else "England",
                region=region,
            )


def _signatures(rng, bodies, people, version):
    for number, (body, person) in enumerate(zip(bodies, people, strict=True)):
        at = datetime(2018, 7, 4, 9, tzinfo=UTC) + timedelta(minutes=rng.randrange(60 * 24 * 365 * 8))
        yield Signature(
            reference=f"LDD-{number:04}-TEST",
            organisation=body,
            status="published",
            version=version,
            wording_hash=version.wording_hash,
            started_by=person,
            submitted_by=person,
            submitted_at=at,
            signed_by=person,
            signed_at=at,
            signed_capacity="chief-executive",
            publish_signer_name=rng.random() < 0.5,
        )


def _commitment(rng, signature, number):
    stage, what = rng.choice(STAGES), rng.choice(WHAT)
    changed = signature.signed_at + timedelta(days=rng.randrange(300) if number else 0)
    return Commitment(
        signature=signature,
        title=f"{rng.choice(VERBS)} {what}",
        mission=_text(rng, what, 90),
        impact=_text(rng, what, 50),
        partners=rng.choice(["", "", "Friends of the Library", "The next parish\nThe county"]),
        target_date=date(2027, 1, 1) + timedelta(days=rng.randrange(400)),
        open_to_others=rng.random() < 0.4,
        stage=stage,
        stage_reported_at=None if stage == Stage.UNREPORTED else changed,
        public_change_at=changed,
    )


def _text(rng, what, length):
    rare = [rng.choice(BEGINNINGS).lower() + rng.choice(ENDINGS) for _ in range(3)]
    words = [*rng.choices(COMMON, k=length), *rare, what]
    rng.shuffle(words)
    return " ".join(words).capitalize() + "."


def _choose(rng, made, version):
    principles = list(version.principles.values_list("pk", flat=True))
    areas = list(ServiceArea.objects.order_by("pk").values_list("pk", flat=True))
    by_principle, by_area = Commitment.principles.through, Commitment.service_areas.through
    by_principle.objects.bulk_create(
        (
            by_principle(commitment_id=c.pk, principle_id=p)
            for c in made
            for p in rng.sample(principles, rng.choice([1, 1, 2, 3]))
        ),
        batch_size=5000,
    )
    by_area.objects.bulk_create(
        (
            by_area(commitment_id=c.pk, servicearea_id=a)
            for c in made
            for a in rng.sample(areas, rng.choice([1, 1, 2]))
        ),
        batch_size=5000,
    )
