"""Numbers, symbols and dates of official documents: read and, where unambiguous, mended."""

from .dates import DateReading, match_blank_date, match_date, match_dates, match_year, parse_date
from .find import CodeSpan, NumberSpan, find_codes, find_numbers
from .garbled_dates import find_garbled_dates
from .numbers import DocumentNumber, parse_number, symbol_issuers, symbol_known, symbol_types
from .repair import repair_number, repair_symbol

__all__ = [
    "CodeSpan",
    "DateReading",
    "DocumentNumber",
    "NumberSpan",
    "find_codes",
    "find_garbled_dates",
    "find_numbers",
    "match_blank_date",
    "match_date",
    "match_dates",
    "match_year",
    "parse_date",
    "parse_number",
    "repair_number",
    "repair_symbol",
    "symbol_issuers",
    "symbol_known",
    "symbol_types",
]
