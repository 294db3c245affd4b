"""Where things go in the drawings of the coverage page: hexagons of the map, bars of the chart.

Hexagons stand on a point, odd rows half a cell to the right, rows counted from the north.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from signatories.models import Region
from signatories.register.coverage import Cell, Council, Year

WIDTH = 20.0
ROW = WIDTH * 3**0.5 / 2
HEIGHT = WIDTH * 2 / 3**0.5
MARGIN = 3.0
# The smallest drawing is this wide, so that a few councils are not drawn as giants.
FEWEST_COLUMNS = 9


@dataclass(frozen=True)
class Hexagon:
    """A cell in its place. ``council`` is whose state it shows, ``beside`` the other tier's council."""

    x: float
    y: float
    place: str
    council: Council
    beside: Council | None


@dataclass(frozen=True)
class Part:
    """The hexagons of one region, from north to south."""

    label: str
    hexagons: list[Hexagon]


@dataclass(frozen=True)
class Map:
    view_box: str
    width: int
    parts: list[Part]


def draw_map(cells: Iterable[Cell], *, counties: bool) -> Map:
    """Place the cells. With ``counties``, a district's cell shows its county council."""
    placed = [_place(cell, counties) for cell in cells]
    order = {value: n for n, value in enumerate(_north_to_south(placed))}
    placed.sort(key=lambda h: (order[h.council.organisation.region], h.y, h.x))
    parts = [
        Part(Region(region).label if region else "Elsewhere", list(hexagons))
        for region, hexagons in groupby(placed, key=lambda h: h.council.organisation.region)
    ]
    left = min((h.x for h in placed), default=0.0) - WIDTH / 2
    right = max((h.x for h in placed), default=0.0) + WIDTH / 2
    top = min((h.y for h in placed), default=0.0) - HEIGHT / 2
    bottom = max((h.y for h in placed), default=0.0) + HEIGHT / 2
    spare = max(0.0, FEWEST_COLUMNS * WIDTH - (right - left)) / 2
    width = right - left + 2 * spare + 2 * MARGIN
    box = (left - spare - MARGIN, top - MARGIN, width, bottom - top + 2 * MARGIN)
    return Map(" ".join(f"{n:.1f}" for n in box), round(width), parts)


def _place(cell: Cell, counties: bool) -> Hexagon:
    x = (cell.column + (cell.row % 2) / 2) * WIDTH
    shown, beside = cell.council, cell.council.county
    if counties and beside:
        shown, beside = beside, shown
    return Hexagon(round(x, 1), round(cell.row * ROW, 1), cell.place, shown, beside)


def _north_to_south(hexagons: list[Hexagon]) -> list[str]:
    """Return the regions in the order in which their northernmost hexagons stand."""
    tops: dict[str, float] = {}
    for hexagon in hexagons:
        region = hexagon.council.organisation.region
        tops[region] = min(hexagon.y, tops.get(region, hexagon.y))
    return sorted(tops, key=lambda region: tops[region])


@dataclass(frozen=True)
class Bar:
    year: Year
    x: float
    y: float
    height: float
    middle: float


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    bar_width: float
    baseline: float
    bars: list[Bar]


CHART_WIDTH, CHART_HEIGHT = 600, 300
ABOVE, BELOW = 30, 34


def draw_growth(years: list[Year]) -> Chart:
    """Place one bar for each year, as tall as the number of organisations by its end."""
    step = CHART_WIDTH / max(len(years), 6)
    tallest = max((year.total for year in years), default=0) or 1
    room = CHART_HEIGHT - ABOVE - BELOW
    baseline = float(CHART_HEIGHT - BELOW)
    bars = []
    for n, year in enumerate(years):
        height = round(room * year.total / tallest, 1)
        x = round(n * step + step * 0.12, 1)
        bars.append(Bar(year, x, round(baseline - height, 1), height, round(x + step * 0.38, 1)))
    return Chart(CHART_WIDTH, CHART_HEIGHT, round(step * 0.76, 1), baseline, bars)
