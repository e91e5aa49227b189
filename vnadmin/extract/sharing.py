"""What the members of a list have in common: date, issuer and title stand behind the last."""

from __future__ import annotations

from ..grammar import symbol_issuers
from .draft import Draft


def share(found: list[Draft]) -> None:
    """Hand date, issuer and title of the last in a list to the members that lack them."""
    for index in range(len(found) - 1, 0, -1):
        draft, before = found[index], found[index - 1]
        if len(draft.dates) > 1:
            _share_dates(found, index)
        if draft.name_span or before.name_span:
            continue
        if draft.same_list:
            bare = before.date is None and before.issuer is None and before.title is None
            if bare and draft.date is not None and _year_fits(before, draft.date.year):
                before.date = draft.date
                before.core_end = max(before.core_end, draft.core_end)
            if before.issuer is None and draft.issuer is not None and not before.title:
                before.issuer, before.issuer_before = draft.issuer, draft.issuer_before
                if not draft.issuer_before:
                    before.core_end = max(before.core_end, draft.issuer.end)
            if bare and draft.title is not None and (before.elided or not before.title):
                before.title = draft.title
        elif (
            (draft.linked or draft.ranged)
            and before.type == draft.type
            and before.issuer is None
            and before.title is None
            and draft.issuer is not None
            and not draft.issuer_before
            and _same_symbol(before, draft)
        ):
            before.issuer = draft.issuer


def _share_dates(found: list[Draft], last: int) -> None:
    """Give each member of a list that ends at `last` its own of the dates behind it, in order."""
    first = last
    while first and found[first].same_list:
        first -= 1
    members, dates = found[first : last + 1], found[last].dates
    if len(members) != len(dates) or any(member.date for member in members[:-1]):
        found[last].date = None  # whose each is can't be told
        return
    for member, date in zip(members, dates, strict=True):
        member.date = date
        member.core_end = max(member.core_end, date.end)


def _year_fits(draft: Draft, year: int) -> bool:
    return draft.number is None or draft.number.year in (None, year)


def _same_symbol(first: Draft, second: Draft) -> bool:
    if first.number is None or second.number is None:
        return False
    return symbol_issuers(first.number.symbol) == symbol_issuers(second.number.symbol)
