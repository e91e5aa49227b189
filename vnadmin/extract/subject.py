"""What a document is about and to whom it goes, as its letterhead says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..vietnamese import canonical
from .cells import HEAD_CELLS, MOTTO, PLACE_DATE, RULE, URGENT, body_line, entries, plain, upper

_ABOUT = re.compile(r"\s*(?:[Vv]/[Vv]|[Vv]ề việc|VỀ VIỆC)\b")
# "V/v" as OCR has it, right under the number.
_ABOUT_GARBLED = re.compile(
    r"(?:V[/|lI1]?[vVyYwWlI/]?|Về\s?/|VỊ|W[/v]v?|\\//?v)[/.]?\s+(?=[^\W\d_])"
)
# "Về việc" as OCR has it, at the head of a subject under its type.
_MISREAD_ABOUT = re.compile(r"\W{0,2}[VvWw]\w{1,2}\s+v[i1íìỉ][eéèêếềểễệẹ]c\s+")
_SPECKS = re.compile(r"^[\s'`\"“”.,:;|~*_]{1,6}(?=\w)|^[\W_]{1,6}(?=[Vv]ề việc|VỀ VIỆC)")
_LONGEST = 900  # characters of a subject
_DEAR = re.compile(r"[^\w\n]{0,6}Kính\s+gửi\s*:?\s*", re.IGNORECASE)
_BODY_START = re.compile(
    r"\s*(?:[-–+]|Căn cứ|Thực hiện|Xét|Theo|Điều\s|[0-9IVX]{1,4}[.)]|Kính|Để|Nhằm|Ngày|Trong|Triển)"
)


def subject(cells: Sequence[str], number_at: int | None, type_at: int | None) -> str | None:
    """The subject (trích yếu): under the type, or after "V/v" under a letter's number.

    Args:
        cells: the document's lines, blocks apart.
        number_at: which of them has the number.
        type_at: which has the type, set in capitals.
    """
    if type_at is not None:
        return _subject_under(cells, type_at)
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        if index <= (number_at or 0) or body_line(cells, index):
            continue
        near = number_at is not None and index < number_at + 4
        garbled = _ABOUT_GARBLED.match(cell) if near else None
        if not _ABOUT.match(cell):
            if garbled is not None:
                cell = "V/v " + cell[garbled.end() :]
            elif index == (number_at or 0) + 1 and _goes_on(cell):
                cell = "V/v " + cell  # which wasn't read
            else:
                continue
        lines = [cell]
        for following in cells[index + 1 : index + 14]:
            if _beside_subject(following):
                continue
            if _ends_block(following):
                break
            lines.append(following)
        return _joined(lines)
    return None


def _goes_on(cell: str) -> bool:
    return cell[:1].islower() and len(cell.split()) > 2 and not re.search("ngày|tháng", cell)


def _beside_subject(cell: str) -> bool:
    """Whether a line is of the block right of a letter's subject."""
    return bool(MOTTO.search(plain(cell)) or PLACE_DATE.match(cell))


def _ends_block(cell: str) -> bool:
    return bool(
        not cell
        or _DEAR.match(cell)
        or (upper(cell) and (URGENT.search(cell) or len(cell.split()) > 1))
        or RULE.fullmatch(cell)
    )


def _subject_under(cells: Sequence[str], type_at: int) -> str | None:
    """The lines under the type, down to a blank line, the authority or the body."""
    index = type_at + 1
    while index < len(cells) and not cells[index]:
        index += 1
    lines: list[str] = []
    sure = _subject_end(cells, index)
    while index < len(cells) and len(lines) < 12:
        cell = cells[index] if lines else _SPECKS.sub("", cells[index])
        if index == sure:
            break
        if not cell and lines and _unfinished(lines[-1]):
            index += 1
            continue
        if not cell or RULE.fullmatch(cell) or _DEAR.match(cell):
            break
        if not lines and upper(cell) and cell.startswith("CỦA "):
            index += 1  # the Party names the body between type and subject
            continue
        if lines:
            previous_upper = all(upper(line) for line in lines)
            if upper(cell) and not previous_upper:
                break
            if _BODY_START.match(cell) and not upper(cell):
                break
            capital = cell[0].isupper() and not upper(cell)
            if capital and sure is None and not _unfinished(lines[-1]):
                break
        elif _BODY_START.match(cell) and not _ABOUT.match(cell) and not _is_heading(cells, index):
            return None
        lines.append(cell)
        index += 1
    joined = _joined(lines)
    if joined is None or len(joined) > _LONGEST:
        return None
    if _ABOUT.match(joined):
        return joined
    return _MISREAD_ABOUT.sub("Về việc ", joined, count=1)


def _is_heading(cells: Sequence[str], index: int) -> bool:
    """Whether lines that begin as a body may ("Thực hiện …") are set apart and end in no stop."""
    if not cells[index].startswith(("Thực", "Triển", "Xét", "Theo")):
        return False
    for end in range(index + 1, min(index + 5, len(cells))):
        if not cells[end] or cells[end].startswith("Căn cứ"):
            return re.search(r"[\w)”\"]\Z", cells[end - 1]) is not None
    return False


def _subject_end(cells: Sequence[str], index: int) -> int | None:
    """Where the authority's name, "Căn cứ" or a blank line ends a subject of a few lines."""
    for end in range(index + 1, min(index + 7, len(cells))):
        cell = cells[end]
        if not cell and _unfinished(cells[end - 1]):
            continue
        if not cell or cell.startswith("Căn cứ"):
            return end
        if upper(cell) and len(cell.split()) > 1 and not upper(cells[index]):
            return end
        if _BODY_START.match(cell):
            return None
    return None


def _unfinished(line: str) -> bool:
    """Whether a subject's line calls for more: it ends in a function word or a comma."""
    last = canonical(line.split()[-1]) if line.split() else ""
    return line.endswith((",", "-", "–")) or last in {
        "của", "và", "về", "cho", "tại", "trên", "sở", "bộ", "tỉnh", "thành", "phố", "huyện",
        "quận", "xã", "phường", "do", "với", "đối", "theo", "để", "các", "ủy", "ban", "luật",
        "nghị", "định", "giữa", "từ", "đến", "trong", "ngành", "công", "việc",
    }  # fmt: skip


def _joined(lines: Sequence[str]) -> str | None:
    # A subject ends without a full stop, and no word is divided: marks there are specks.
    lines = [
        re.sub(r"(?<=\w)\s+[-–—~_]+\Z", "", line) if after[:1].islower() else line
        for line, after in zip(lines, [*lines[1:], ""], strict=False)
    ]
    return re.sub(r"(?<=\w{2})\.\Z", "", " ".join(" ".join(lines).split())) or None


def _is_next(cell: str, before: str) -> bool:
    """Whether a line without a dash is the next one of a list that goes on behind a semicolon."""
    whole = before.endswith(";") and cell.endswith((".", ";"))
    return whole and cell[0].isupper() and _BODY_START.match(cell) is None


_ONE_OF_SEVERAL = re.compile(r";\s+(?=[A-ZĐÀ-Ỹ])(?![^()]*\))")


def addressees(cells: Sequence[str]) -> tuple[str, ...]:
    """Who a letter is to: in the line of "Kính gửi", or a list under it, one to a dash."""
    head = cells[: 2 * HEAD_CELLS]
    at = next((index for index, cell in enumerate(head) if _DEAR.match(cell)), None)
    if at is None:
        return ()
    match = _DEAR.match(cells[at])
    assert match is not None
    rest = cells[at][match.end() :].strip()
    inline = bool(re.match(r"\w", rest))
    found = [rest.lstrip("-–•+ ")] if re.search(r"\w", rest) else []
    gap = False
    for cell in cells[at + 1 : at + 40]:
        capitals = upper(cell) and (len(cell) > 12 or not (found or cell.startswith(("-", "–"))))
        stamp = capitals or re.search(r"[.…]{3}", cell)
        if stamp or len(re.findall(r"\w", cell)) < 4:  # or a speck
            gap = gap or not cell
            continue
        if cell.startswith("(") and found and not gap:
            found[-1] += " " + cell
        elif cell.startswith(("-", "–", "•", "+")):
            if found and (inline or found[-1].endswith(".")):
                break
            found.append(cell.lstrip("-–•+ "))
        elif not found or _is_next(cell, found[-1]):
            found.append(cell)
        elif gap or re.search(r"[;.]\W*\Z", found[-1]) or _BODY_START.match(cell):
            break
        elif found[-1].endswith(",") or cell[0].islower() or not inline:
            found[-1] += " " + cell
        else:
            break
        gap = False
    if inline:  # several on its line: "Kính gửi: Bộ Tài chính; Bộ Nội vụ"
        found = [each for one in found for each in _ONE_OF_SEVERAL.split(one)]
    return entries(found)
