"""A citation while it is being put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..document import Provision, Relation, Span
from ..grammar import DateReading, DocumentNumber
from .issuers import IssuerReading


@dataclass(slots=True)
class Draft:
    """A citation being put together; offsets point into the text."""

    start: int
    core_end: int
    type: str
    type_span: Span | None = None
    type_named: bool = True
    number: DocumentNumber | None = None
    serial: str | None = None
    number_span: Span | None = None
    elided: bool = False
    name_span: Span | None = None
    law_name: str | None = None
    date: DateReading | None = None
    dates: tuple[DateReading, ...] = ()  # of a list's members, one each
    year: DateReading | None = None
    issuer: IssuerReading | None = None
    issuer_before: bool = False
    title: Span | None = None
    provisions: tuple[Provision, ...] = ()
    provisions_start: int = -1
    provisions_end: int = -1  # of those behind the document
    relation: Relation | None = None
    same_list: bool = False
    linked: bool = False
    ranged: bool = False  # "từ X đến Y": this is Y
    warnings: list[str] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The end of the mention: of its number, date, issuer or title, whichever is last."""
        after = self.issuer.end if self.issuer and not self.issuer_before else 0
        return max(self.core_end, after, self.title[1] if self.title else 0)
