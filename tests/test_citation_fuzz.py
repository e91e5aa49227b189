"""Citations made by the grammar of official papers, in any spacing, are read back exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin.extract import citations
from vnadmin.extract.bodies import identity_name
from vnadmin.extract.identity import is_local
from vnadmin.grammar import parse_number
from vnadmin.grammar.tables import Law, document_types, laws
from vnadmin.vietnamese import canonical


@dataclass(frozen=True)
class Made:
    """A citation to be: type, number without its serial, a body that may issue it, and when."""

    type: str
    tail: str
    issuer: str
    year: int | None = None


_LOCAL = ("UBND tỉnh Lào Cai", "Ủy ban nhân dân huyện Mường Khương", "Chủ tịch UBND tỉnh Hà Nam")
_MINISTRIES = {
    "BYT": "Bộ Y tế",
    "BTC": "Bộ Tài chính",
    "BNV": "Bộ Nội vụ",
    "BCA": "Bộ Công an",
    "BGDĐT": "Bộ Giáo dục và Đào tạo",
    "BKHĐT": "Bộ Kế hoạch và Đầu tư",
    "TANDTC": "Tòa án nhân dân tối cao",
    "VKSNDTC": "Viện kiểm sát nhân dân tối cao",
}
_JOINT = "Bộ Văn hóa, Thể thao và Du lịch và Tổng Liên đoàn Lao động Việt Nam"
_YEARS = st.integers(1997, 2026)


def _state() -> st.SearchStrategy[Made]:
    """Every type of Decree 30/2020 that has an abbreviation, as provinces write it."""
    kinds = [
        (kind.name, kind.abbreviations[0])
        for kind in document_types()
        if "state" in kind.systems and kind.abbreviations and kind.name != "Công văn"
    ]
    bodies = st.sampled_from([("UBND", _LOCAL[0]), ("UBND", _LOCAL[1]), ("UBND", _LOCAL[2])])
    sectors = st.sampled_from([("SYT", "Sở Y tế"), ("STC", "Giám đốc Sở Tài chính")])
    return st.builds(
        lambda kind, body: Made(kind[0], f"/{kind[1]}-{body[0]}", body[1]),
        st.sampled_from(kinds),
        bodies | sectors,
    )


def _normative() -> st.SearchStrategy[Made]:
    ministry = st.sampled_from(sorted(_MINISTRIES))
    term = {10: 2000, 11: 2005, 12: 2010, 13: 2014, 14: 2018, 15: 2024}
    return st.one_of(
        st.builds(lambda y: Made("Nghị định", f"/{y}/NĐ-CP", "Chính phủ", y), _YEARS),
        st.builds(lambda y: Made("Quyết định", f"/{y}/QĐ-TTg", "Thủ tướng Chính phủ", y), _YEARS),
        st.builds(
            lambda y, m: Made("Thông tư", f"/{y}/TT-{m}", f"{_MINISTRIES[m]}", y), _YEARS, ministry
        ),
        st.builds(
            lambda y, m: Made(
                "Thông tư liên tịch",
                f"/{y}/TTLT-{'-'.join(m)}",
                ", ".join(_MINISTRIES[each] for each in m[:-1]) + f" và {_MINISTRIES[m[-1]]}",
                y,
            ),
            _YEARS,
            st.lists(ministry, min_size=2, max_size=5, unique=True),
        ),
        st.builds(
            lambda t, kind: Made(kind, f"/{term[t]}/QH{t}", "Quốc hội", term[t]),
            st.sampled_from(sorted(term)),
            st.sampled_from(["Luật", "Nghị quyết"]),
        ),
        st.builds(
            lambda t: Made(
                "Nghị quyết", f"/{term[t]}/UBTVQH{t}", "Ủy ban Thường vụ Quốc hội", term[t]
            ),
            st.sampled_from(sorted(term)),
        ),
        st.builds(
            lambda y: Made("Chương trình phối hợp", f"/{y}/CTPH-BVHTTDL-TLĐLĐVN", _JOINT, y),
            _YEARS,
        ),
    )


def _others() -> st.SearchStrategy[Made]:
    """Party order, letters, old forms, consolidated texts, court papers, Front and unions."""
    letters = [
        ("VPCP-CN", "Văn phòng Chính phủ"),
        ("HĐND-KTNS", "Hội đồng nhân dân tỉnh Lào Cai"),
        ("BTC-CST", "Bộ Tài chính"),
        ("UBND-NC", _LOCAL[0]),
        ("BNV-CTL&BHXH", "Bộ Nội vụ"),
        ("TTg-KTN", "Thủ tướng Chính phủ"),
        ("MTTW-BTT", "Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam"),
    ]
    party = [
        ("Quyết định", "-QĐ/TW", "Bộ Chính trị"),
        ("Nghị quyết", "-NQ/TW", "Bộ Chính trị"),
        ("Quy định", "-QĐ/TW", "Ban Bí thư"),
        ("Kết luận", "-KL/TW", "Bộ Chính trị"),
        ("Chỉ thị", "-CT/TU", "Ban Thường vụ Tỉnh ủy"),
        ("Hướng dẫn", "-HD/BTCTW", "Ban Tổ chức Trung ương"),
        ("Kế hoạch", "-KH/TU", "Thành ủy Hải Phòng"),
        ("Thông báo", "-TB/HU", "Huyện ủy Mường Khương"),
    ]
    old = [
        ("Sắc lệnh", "-SL", "Chủ tịch nước", 1946),
        ("Sắc lệnh", "/SL", "Chủ tịch nước", 1953),
        ("Nghị định", "-HĐBT", "Hội đồng Bộ trưởng", 1988),
        ("Quyết định", "-CP", "Chính phủ", 1993),
        ("Nghị định", "/CP", "Chính phủ", 1994),
        ("Chỉ thị", "/TTg", "Thủ tướng Chính phủ", 1996),
        ("Quyết định", "/HĐBT", "Hội đồng Bộ trưởng", 1985),
    ]
    rest = [
        ("Văn bản hợp nhất", "/VBHN-VPQH", "Văn phòng Quốc hội"),
        ("Văn bản hợp nhất", "/VBHN-BTC", "Bộ Tài chính"),
        ("Hướng dẫn", "/HD-TLĐ", "Tổng Liên đoàn Lao động Việt Nam"),
        ("Quyết định", "/QĐ-TANDTC", "Chánh án Tòa án nhân dân tối cao"),
        ("Nghị quyết", "/NQ-HĐND", "Hội đồng nhân dân tỉnh Lào Cai"),
    ]
    return st.one_of(
        st.sampled_from([Made("Công văn", f"/{tail}", body) for tail, body in letters]),
        st.sampled_from([Made(*each) for each in party]),
        st.sampled_from([Made(*each) for each in old]),
        st.sampled_from([Made(*each) for each in rest]),
    )


_MADE = st.one_of(_state(), _normative(), _others())
_SERIALS = st.builds(
    lambda n, letter: f"{n}{letter}", st.integers(10, 9999), st.sampled_from(["", "", "", "a", "b"])
)


def parse_symbol(number: str) -> str:
    """The symbol of a number that is one."""
    parsed = parse_number(number)
    assert parsed is not None
    return parsed.symbol


_SPACE = st.sampled_from([" ", "  ", "\n", " \n", "\xa0", "\n\n3\n\n", "\n\f"])
_INLINE = st.sampled_from([" ", "  ", "\n", " \n", "\xa0"])  # within a page
_TIGHT = st.sampled_from(["", "", "", " ", "\n"])
_DATES = st.sampled_from(
    ["ngày {d}/{m}/{y}", "ngày {d:02}/{m:02}/{y}", "ngày {d}-{m}-{y}", "ngày {d:02}.{m:02}.{y}",
     "ngày {d} tháng {m} năm {y}", "ngày {d:02} tháng {m:02} năm {y}", "ký ngày {d}/{m}/{y}",
     "ban hành ngày {d} tháng {m} năm {y}", ", ngày {d}/{m}/{y}", "(ngày {d}/{m}/{y})"]
)  # fmt: skip


def _spaced(words: list[str], data: st.DataObject) -> str:
    """Join words by white space of any kind; a number that ends a line could be a page's."""
    text = words[0]
    for word in words[1:]:
        broken = text[-1].isdigit() and word[0].isalpha()
        text += (" " if broken else data.draw(_SPACE)) + word
    return text


def _number(serial: str, tail: str, data: st.DataObject) -> str:
    """A number with white space behind its separators, where lines break."""
    year = data.draw(st.booleans())
    return serial + "".join(c + (data.draw(_TIGHT) if c in "/-" and year else "") for c in tail)


@settings(max_examples=600)
@given(_MADE, _SERIALS, st.integers(1, 28), st.integers(1, 12), _DATES, st.data())
def test_one_citation(
    made: Made, serial: str, day: int, month: int, form: str, data: st.DataObject
) -> None:
    """Type, number, date and issuer in any order they are printed in, however broken."""
    year = made.year or 2018
    date = form.format(d=day, m=month, y=year).split(" ")
    issuer = ["của", *made.issuer.split()]
    before = data.draw(st.sampled_from(["date issuer", "issuer date", "date", "issuer", ""]))
    tail = {"date": date, "issuer": issuer}
    words = ["theo", *made.type.split(), data.draw(st.sampled_from(["số", "số:", "Số"]))]
    words.append(_number(serial, made.tail, data))
    for part in before.split():
        words += tail[part]
    text = _spaced([*words, "thì", "phải", "làm", "ngay."], data)
    (found,) = citations(text)
    assert (found.type, found.number) == (made.type, serial + made.tail)
    assert found.date == (f"{year}-{month:02}-{day:02}" if "date" in before else None)
    assert (found.issuer is not None) == ("issuer" in before)
    if found.issuer is not None:
        assert found.issuer == made.issuer
    assert text[found.start :].startswith(made.type.split()[0])
    assert not [warning for warning in found.warnings if warning.startswith("symbol")]


@settings(max_examples=100)
@given(
    _MADE,
    st.lists(_SERIALS, min_size=2, max_size=5, unique=True),
    st.sampled_from([", ", ", số ", "; ", ",\n"]),
    st.sampled_from([", ", " và ", " và số ", ", và "]),
    st.booleans(),
)
def test_a_list(made: Made, serials: list[str], joiner: str, last: str, elided: bool) -> None:
    """Members in full or by their serials alone; date and issuer stand behind the last."""
    year = made.year or 2018
    members = [s + ("" if elided else made.tail) for s in serials[:-1]]
    listed = joiner.join(members) + last + serials[-1] + made.tail
    text = f"theo các {made.type} số {listed} ngày 05/6/{year} của {made.issuer}."
    found = citations(text)
    assert [c.number for c in found] == [serial + made.tail for serial in serials]
    assert {c.type for c in found} == {made.type}
    assert {c.date for c in found} == {f"{year}-06-05"}
    assert {c.issuer for c in found} == {made.issuer}


@settings(max_examples=100)
@given(st.lists(st.tuples(_MADE, _SERIALS), min_size=2, max_size=4, unique_by=lambda m: m[1]))
def test_several_kinds_after_each_other(members: list[tuple[Made, str]]) -> None:
    text = "Căn cứ " + "; căn cứ ".join(
        f"{made.type} số {serial}{made.tail} ngày 05/6/{made.year or 2018} của {made.issuer}"
        for made, serial in members
    )
    found = citations(text + ";")
    assert [(c.type, c.number, c.issuer) for c in found] == [
        (made.type, serial + made.tail, made.issuer) for made, serial in members
    ]
    assert {c.relation for c in found} == {"based_on"}


@settings(max_examples=100)
@given(_MADE, st.lists(_SERIALS, min_size=2, max_size=4, unique=True), st.booleans(), st.data())
def test_a_list_over_lines(
    made: Made, serials: list[str], elided: bool, data: st.DataObject
) -> None:
    """Lists with line ends anywhere between their words and behind separators."""
    year = made.year or 2018
    words = ["các", *made.type.split(), "số"]
    for serial in serials[:-1]:
        words.append(serial + ("" if elided else _number("", made.tail, data)) + ",")
    words[-1] = words[-1].removesuffix(",")
    words += ["và", serials[-1] + made.tail, "ngày", f"05/6/{year}", "của", *made.issuer.split()]
    # A page number inside an elided list is not told from a member (known).
    found = citations("".join(word + data.draw(_INLINE) for word in [*words, "thì", "làm."]))
    assert [c.number for c in found] == [serial + made.tail for serial in serials]
    assert {(c.type, c.date, c.issuer) for c in found} == {
        (made.type, f"{year}-06-05", made.issuer)
    }


@settings(max_examples=100)
@given(
    _MADE,
    st.lists(_SERIALS, min_size=2, max_size=4, unique=True),
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 12)), min_size=4, max_size=4),
    st.booleans(),
    st.sampled_from(["{d}/{m}", "{d} tháng {m}"]),
)
def test_a_list_with_a_date_each(
    made: Made, serials: list[str], days: list[tuple[int, int]], full: bool, form: str
) -> None:
    """ "số 302 và 303 ngày 12/6 và 16/6/2025": the year may stand behind the last alone."""
    year = made.year or 2018
    days = days[: len(serials)]
    tail = f"/{year}" if "/" in form else f" năm {year}"
    dates = [form.format(d=d, m=m) + (tail if full else "") for d, m in days]
    dates[-1] = form.format(d=days[-1][0], m=days[-1][1]) + tail
    listed = ", ".join(s + made.tail for s in serials[:-1]) + f" và {serials[-1]}{made.tail}"
    text = f"theo các {made.type} số {listed} ngày {', '.join(dates[:-1])} và {dates[-1]}"
    found = citations(f"{text} của {made.issuer}.")
    assert [c.date for c in found] == [f"{year}-{m:02}-{d:02}" for d, m in days]
    assert {c.issuer for c in found} == {made.issuer}


# A letter alone on its line ("y" of "y tế") is a speck; a name ends before its parenthesis;
# a list of laws amended is read as far as commas and "và" make one (tests/cases/citations.toml).
_LAWS = st.sampled_from(
    [
        law
        for law in laws()
        if law.number
        and law.date
        and "/QH" in law.number
        and not re.search(r"[(]|(?<!\w)y(?!\w)|^Sửa", law.name)
    ]
)


@settings(max_examples=150)
@given(_LAWS, st.sampled_from(["", "năm", "bare", "ngày", "số", "số ngày"]), st.data())
def test_a_law_by_name(law: Law, form: str, data: st.DataObject) -> None:
    """A law of the table in any spacing, with and without year, number and date."""
    assert law.number is not None
    assert law.date is not None
    year, month, day = law.date.split("-")
    words = [*law.type.split(), *law.name.split()]
    words += ["số", law.number] if "số" in form else []
    words += ["ngày", str(int(day)), "tháng", month, "năm", year] if "ngày" in form else []
    words += {"năm": ["năm", year], "bare": [year]}.get(form, [])
    words = ["theo", "Điều", "5", *words, "thì", "phải", "làm."]
    first = citations("".join(word + data.draw(_INLINE) for word in words))[0]
    assert first.name is not None
    assert canonical(first.name) == canonical(f"{law.type} {law.name}")
    assert first.number == (law.number if "số" in form else None)
    assert first.date == (law.date if "ngày" in form else None)
    assert first.provisions[0].article == "5"
    if "ngày" in form and first.number is None:
        assert first.resolved is not None
        assert law.number in (first.resolved.number, *first.resolved.candidates)


@settings(max_examples=100)
@given(_MADE, _SERIALS, st.integers(1, 28), st.integers(1, 12), st.data())
def test_one_id_however_cited(
    made: Made, serial: str, day: int, month: int, data: st.DataObject
) -> None:
    """Eight ways to cite one document: order, spacing, forms of date, dashes, spelling, head."""
    year = made.year or 2018
    number, of = serial + made.tail, f"của {made.issuer}"
    dates = [f"ngày {day}/{month}/{year}", f"ngày {day:02} tháng {month:02} năm {year}"]
    kind = made.type
    ways = [
        f"{kind} số {number} {dates[0]} {of}",
        f"{kind} số: {number} {dates[1]} {of}",
        f"{kind} số {number} {of} {dates[0]}",
        f"{kind.lower()} số {number} ({dates[0]}) {of}",
        f"{kind} {number} {dates[1]} {of}",
        f"{kind} số {number.replace('-', '–')}, {dates[0]} {of}",
        f"{kind} số {number.replace('/', '/ ')} {dates[0]} {of.replace('Ủy ban', 'Uỷ ban')}",
        _spaced([*f"{kind} số {number} {dates[0]} {of}".split()], data),
    ]
    ids = {citations(f"theo {way} thì làm.")[0].id for way in ways}
    uris = {citations(f"theo {way} thì làm.")[0].uri for way in ways}
    assert len(ids) == 1
    assert len(uris) == 1


@settings(max_examples=100)
@given(_MADE, _MADE, _SERIALS, _SERIALS, st.integers(1990, 2026), st.integers(1990, 2026))
def test_two_documents_never_share_an_id(
    first: Made, second: Made, one: str, other: str, year: int, later: int
) -> None:
    keys = []
    ids = []
    for made, serial, said in ((first, one, year), (second, other, later)):
        when = made.year or said
        text = f"theo {made.type} số {serial}{made.tail} ngày 05/6/{when} của {made.issuer}."
        body = identity_name(made.issuer) if is_local(parse_symbol(serial + made.tail)) else ""
        keys.append((made.type, serial + made.tail, when, body))
        ids.append(citations(text)[0].id)
    assert (keys[0] == keys[1]) == (ids[0] == ids[1])
