"""Provinces, districts and communes, and bodies of state, with the days they began and ended.

Days are YYYY-MM-DD; `None` where a table doesn't know one or the unit still stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..vietnamese import canonical
from .tables import read_table

PROVINCE_LEVELS = ("tỉnh", "thành phố")
UNIT_LEVELS = (
    "tỉnh",
    "thành phố",
    "huyện",
    "quận",
    "thị xã",
    "thị trấn",
    "xã",
    "phường",
    "đặc khu",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A province, district or commune: `level` is the word before its name ("thành phố")."""

    name: str
    level: str
    province: str
    district: str | None
    valid_from: str | None
    valid_to: str | None
    successors: tuple[str, ...] = ()

    def stood_on(self, day: str) -> bool:
        """Whether the unit was there on `day`, as far as the table knows."""
        return (self.valid_from or "") <= day <= (self.valid_to or "9999")


@dataclass(frozen=True, slots=True)
class Tenure:
    """When a body worked under a name, and who took over."""

    name: str
    valid_from: str | None
    valid_to: str | None
    successors: tuple[str, ...]


@lru_cache(maxsize=1)
def provinces() -> Mapping[str, tuple[Unit, ...]]:
    """Provinces and centrally run cities, past and present, by canonical name."""
    return _by_name(
        Unit(
            row["name"],
            row["level"],
            row["name"],
            None,
            row["valid_from"] or None,
            row["valid_to"] or None,
            tuple(filter(None, row["successors"].split("|"))),
        )
        for row in read_table("provinces")
    )


@lru_cache(maxsize=1)
def local_units() -> Mapping[str, tuple[Unit, ...]]:
    """Districts and communes, before and since July 2025, by level and name ("xã Ba Vì")."""
    return _by_name(
        (
            Unit(
                name,
                row["level"],
                row["province"],
                row["district"] or None,
                row["valid_from"] or None,
                row["valid_to"] or None,
            )
            for row in read_table("divisions")
            for name in row["names"].split("|")
        ),
        level=True,
    )


def _by_name(units: Iterable[Unit], *, level: bool = False) -> dict[str, tuple[Unit, ...]]:
    found: dict[str, list[Unit]] = {}
    for unit in units:
        key = f"{unit.level} {unit.name}" if level else unit.name
        found.setdefault(canonical(key), []).append(unit)
    return {key: tuple(several) for key, several in found.items()}


@lru_cache(maxsize=1)
def tenures() -> Mapping[str, Tenure]:
    """Bodies of state that began or ended, by canonical name."""
    return {
        canonical(row["name"]): Tenure(
            row["name"],
            row["valid_from"] or None,
            row["valid_to"] or None,
            tuple(filter(None, row["successors"].split("|"))),
        )
        for row in read_table("issuer_history")
    }
