"""Standards and technical regulations: "TCVN 5945:2005", "QCVN 40:2011/BTNMT", "22TCN 211-06"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .dates import GAP
from .find import NumberSpan
from .numbers import DocumentNumber
from .patterns import one_of

STANDARD_TYPES = {
    "TCVN": "Tiêu chuẩn quốc gia",
    "TCXDVN": "Tiêu chuẩn xây dựng Việt Nam",
    "TCXD": "Tiêu chuẩn xây dựng",
    "TCN": "Tiêu chuẩn ngành",
    "TCCS": "Tiêu chuẩn cơ sở",
    "QCVN": "Quy chuẩn kỹ thuật quốc gia",
    "QCXDVN": "Quy chuẩn xây dựng Việt Nam",
    "QCĐP": "Quy chuẩn kỹ thuật địa phương",
}
_KIND = one_of(
    *(kind for kind in STANDARD_TYPES if kind != "TCN"),
    rf"[0123456789][0-9]{{1,2}}(?={GAP}TCN)",
    not_after=r"[\w/-]",
)
_STANDARD = re.compile(
    rf"(?P<kind>{_KIND})(?:(?P<sector>{GAP}TCN)|"
    rf"(?P<body>(?:/QS)?(?:{GAP}(?:ISO/IEC|ISO|IEC))?):?){GAP}"
    r"(?P<serial>[0-9]{1,5}(?:-(?:MT|[0-9]{1,3})(?=\s{0,3}:))?)"
    rf"(?:{GAP}[:–-]{GAP}(?P<year>(?:19|20)[0-9]{{2}}|[0-9]{{2}}(?![0-9])))?"
    rf"(?P<issuer>/[A-ZĐ]{{2,10}})?(?![\w/])"
)


def find_standards(text: str) -> Iterator[NumberSpan]:
    """Yield the standards cited in `text`, in order.

    Their `number.text` has the spacing they are known by ("TCVN 5945:2005"); `number.symbol` is
    that of the kind.
    """
    for match in _STANDARD.finditer(text):
        kind = "TCN" if match["sector"] else match["kind"]
        printed = match["year"]
        year = int(printed) if printed else None
        if year is not None and year < 100:
            year += 1900 if year >= 40 else 2000
        mark = "-" if match["sector"] or len(printed or "") == 2 else ":"
        body = " ".join((match["body"] or "").split())
        name = f"{match['kind']}TCN" if match["sector"] else kind + body
        if body and not body.startswith("/"):
            name = f"{kind} {body}"
        text_of = f"{name} {match['serial']}"
        text_of += f"{mark}{printed}" if printed else ""
        text_of += match["issuer"] or ""
        number = DocumentNumber(text_of, match["serial"], "", year, kind)
        yield NumberSpan(match.start(), match.end(), number)
