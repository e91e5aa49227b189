"""What an address asks of the search: words and filters, checked."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from vnadmin.index.schema import BANDS, RELATIONS
from vnadmin.vietnamese import nfc

SHOWN = 25
"""Rows of a page."""

_LONGEST = 300  # code points of a parameter
_PAGES = 400  # the last page that can be asked for; beyond it there are filters and downloads


@dataclass(frozen=True, slots=True)
class Query:
    """Words to look for, and what documents must be."""

    q: str = ""
    type: str = ""
    issuer: str = ""
    year: str = ""
    relation: str = ""
    below: str = ""

    @staticmethod
    def of(request: Request) -> Query:
        """What the request's address asks for.

        Raises:
            HTTPException: a parameter is too long, or no such value.
        """
        year = text_of(request, "year")
        if year and not re.fullmatch(r"\d{4}", year, re.ASCII):
            raise HTTPException(400, "year: four digits")
        below = text_of(request, "below")
        if below and below not in map(str, BANDS):
            raise HTTPException(400, f"below: {', '.join(map(str, BANDS))}")
        return Query(
            text_of(request, "q"), text_of(request, "type"), text_of(request, "issuer"), year,
            relation_of(request) or "", below,
        )  # fmt: skip

    def filters(self) -> dict[str, Any]:
        """The arguments of `Index.search`."""
        return {
            "type": self.type or None,
            "issuer": self.issuer or None,
            "since": self.year or None,
            "until": self.year or None,
            "relation": self.relation or None,
            "below": int(self.below) if self.below else None,
            "whole": True,
        }

    def is_all(self) -> bool:
        """Whether it asks for all documents."""
        return self == Query()

    def chosen(self) -> list[tuple[str, str]]:
        """The filters that are set: name and value."""
        return [(name, value) for name, value in asdict(self).items() if value and name != "q"]

    def address(self, base: str = "/", **changes: str) -> str:
        """The address of this query with some values changed."""
        page = changes.pop("page", "")
        given = {name: value for name, value in asdict(replace(self, **changes)).items() if value}
        if page and page != "1":
            given["page"] = page
        return base + ("?" + urlencode(given) if given else "")


def text_of(request: Request, name: str) -> str:
    """A parameter as text.

    Raises:
        HTTPException: it is too long, or holds what text doesn't.
    """
    value = nfc(request.query_params.get(name, "")).strip()
    if len(value) > _LONGEST:
        raise HTTPException(400, f"{name}: {_LONGEST} letters at most")
    if "\0" in value:
        raise HTTPException(400, f"{name}: not text")
    return value


def relation_of(request: Request) -> str | None:
    """The parameter `relation`.

    Raises:
        HTTPException: there is no such relation.
    """
    value = text_of(request, "relation")
    if value and value not in RELATIONS:
        raise HTTPException(400, f"relation: {', '.join(RELATIONS)}")
    return value or None


def page_of(request: Request) -> int:
    """The number of the page asked for, from 1.

    Raises:
        HTTPException: it isn't one.
    """
    value = request.query_params.get("page", "1")
    if not re.fullmatch(r"\d{1,3}", value, re.ASCII) or not 1 <= int(value) <= _PAGES:
        raise HTTPException(400, f"page: 1 to {_PAGES}")
    return int(value)
