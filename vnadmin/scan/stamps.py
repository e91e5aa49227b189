"""What is on a page but no text of the document: arrival stamps, pen strokes, specks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from vnadmin.document import Region, RegionKind
from vnadmin.formats.raw import ReadWord, as_figures, union
from vnadmin.scan.geometry import Atom, Frame, Run, is_motto, is_upper, letters
from vnadmin.vietnamese import fold, is_syllable

# An arrival stamp (Decree 30/2020/NĐ-CP, Appendix IV) is 35 to 55 mm wide and at most 30 mm high;
# a line of 14 pt type has boxes some 4 mm high.
_WIDE, _HIGH = 14.0, 8.0  # line heights
_UPPER_PART = 0.55  # of the text; stamps stand under the letterhead

# Its rows: "ĐẾN", "Số: …", "Giờ: …", "Ngày: …/…/…", "Chuyển: …", filled in by hand or not.
_ARRIVED = re.compile(r"\W*(?:(?i:cong van|van ban) )?[DBO0]E[NM]\b(?! [A-Z]{2})")
_FIELD = re.compile(
    r"\W*(?:(?:[DBO0]EN|d.{0,2}y)\W+)?(?:Nga?y|NGAY|Gio|GIO|Chuyen|Luu ho so)"
    r"(?P<rest>[^\w\s].*|\s*\d.*|)$"
)
_ROW = re.compile(r"\W*So\s?[:.]\s?[\d.…]{2}")  # only under "ĐẾN": the letterhead has its own
_NUMBER = re.compile(r"\W*s[o06]\W?", re.IGNORECASE)
_SYMBOL = re.compile("/.{0,12}[A-ZĐ]{2}")  # of a document's number: the letterhead's
_FILLED = re.compile(r"[.…/|_\d]{2}")
_DATE = re.compile(r"th.{0,4}g\b.{0,15}n.{0,2}m\b|th.{0,4}g\b\s?\d", re.IGNORECASE)
# Whose stamp it is, where that line alone can be read: the bodies that put scans on the net.
_OWNERS = ("congthongtindientuchinhphu", "congthongtindientu")
_OWNED = 80.0  # per cent
# Confidences, means over a run; set on 12 scans read by Tesseract's `vie` and `eng`.
_DOUBTFUL = 0.75  # what stands beside a stamp's rows is of it
_SURE = 0.9  # a rule, a speck or a note over the letterhead may not have it
_SIGNED = 0.6  # what stands in a signature and is no word is pen or seal
_SERIAL = 0.7  # of 8 readings of serials by hand 5 have less, a printed one has 0.93
_NOTHING = 0.35  # on 12 scans no printed run of at most four words but "Số:" has less
_OVER = 1.2  # line heights above the motto
_PIECES = 3  # of a serial by hand
_BULLETS = ("-", "–", "—", "+", "*", "•")
_KEYWORDS = ("so", "ngay", "thang", "nam", "noinhan", "kinhgui")


@dataclass(frozen=True)
class Aside:
    """Runs taken out of the text, and the region of the page that they are."""

    runs: tuple[Run, ...]
    region: Region


def put_aside(runs: Sequence[Run], frame: Frame) -> list[Aside]:
    """Find what isn't the document's text; each run is in one of the results at most.

    A text layer, whose words are all sure, loses arrival stamps at most.
    """
    asides = []
    gone: set[Run] = set()
    for stamp in _stamps(runs, frame):
        asides.append(_aside("stamp", stamp))
        gone.update(stamp)
    head = min((run.y for run in runs if is_motto(run)), default=None)
    for run in runs:
        if run in gone:
            continue
        if head is not None and run.y < head - _OVER * frame.height and _is_penned(run):
            asides.append(_aside("handwriting", [run]))
        elif any(c.isdecimal() for c in run.text):
            continue
        elif _is_stroke(run, runs, frame) or _is_scrap(run, runs, frame):
            asides.append(_aside("junk", [run]))
    return asides


def take_serials(runs: Sequence[Run]) -> tuple[list[Run], list[Aside]]:
    """Take serial numbers written by hand out of "Số: … /UBND-TH", where they are read unsurely.

    Templates print the rest of the number and leave room for the serial; one printed in full is
    one word, "Số: 12/UBND-TH".
    """
    kept: list[Run] = []
    asides: list[Aside] = []
    for run in runs:
        serial = _serial(run.atoms)
        if any(map(_is_by_hand, serial)):
            asides.append(_aside("handwriting", [replace(run, atoms=serial)]))
            run = replace(run, atoms=tuple(a for a in run.atoms if a not in serial))
        kept.append(run)
    return kept, asides


def _serial(atoms: Sequence[Atom]) -> tuple[Atom, ...]:
    """What stands between "Số:" and "/UBND-TH", in pieces where strokes were read apart."""
    for at, atom in enumerate(atoms):
        if _NUMBER.fullmatch(fold(atom.text)):
            for end in range(at + 1, min(at + 2 + _PIECES, len(atoms))):
                if atoms[end].text.startswith("/"):
                    return tuple(atoms[at + 1 : end])
    return ()


def _is_by_hand(serial: Atom) -> bool:
    """Whether a serial was read unsurely, or two ways: print is read twice alike."""
    twice = [word for word in serial.words if isinstance(word, ReadWord)]
    if any(word.other.strip(":.") != as_figures(serial.text.strip(":.")) for word in twice):
        return True
    surest = max((word.other_confidence for word in twice), default=0.0)
    return max(serial.confidence, surest) < _SERIAL


def over_signature(runs: Sequence[Run]) -> list[Aside]:
    """Find what the seal and the signature left among the lines of who signs."""
    return [
        _aside("handwriting", [run])
        for run in runs
        if run.confidence < _SIGNED and not _reads_well(run) and not _is_words(run)
    ]


def _aside(kind: RegionKind, runs: Sequence[Run]) -> Aside:
    boxes = [atom.box for run in runs for atom in run.atoms]
    text = "\n".join(run.text for run in runs)
    return Aside(tuple(runs), Region(kind, union(boxes), text))


def _stamps(runs: Sequence[Run], frame: Frame) -> list[list[Run]]:
    """The arrival stamps, each with what stands in it, top to bottom."""
    heads = [run for run in runs if is_motto(run)]
    low = frame.top + _UPPER_PART * (frame.bottom - frame.top)
    found: list[list[Run]] = []
    taken: set[Run] = set()
    for seed in runs:
        if seed.y > low or seed in taken or not _is_seed(seed, frame):
            continue
        if any(abs(seed.y - head.y) < frame.height for head in heads):
            continue  # the issuer
        stamp = [seed]
        size = 0
        while size < len(stamp):
            size = len(stamp)
            for run in runs:
                if run not in stamp and run not in taken and _may_join(run, stamp, frame):
                    stamp.append(run)
        taken.update(stamp)
        found.append(sorted(stamp, key=lambda r: (r.y, r.x0)))
    return found


def _is_seed(run: Run, frame: Frame) -> bool:
    text = fold(run.text)
    if run.width > _WIDE * frame.height or _DATE.search(text):
        return False
    if is_upper(run.text) and any(fuzz.ratio(run.key, o) > _OWNED for o in _OWNERS):
        return True
    if _ARRIVED.match(text) and (len(run.atoms) < 4 or _FILLED.search(text)):
        return len(run.key) < 16 or bool(_FILLED.search(text))
    field = _FIELD.match(text)
    filled = field is not None and _FILLED.search(field["rest"]) is not None
    return filled and run.confidence < _DOUBTFUL and len(run.atoms) < 6


def _may_join(run: Run, stamp: Sequence[Run], frame: Frame) -> bool:
    """Whether a run beside or under what is known of a stamp is of it."""
    height = frame.height
    x0, x1 = min(r.x0 for r in stamp), max(r.x1 for r in stamp)
    top, bottom = min(r.y for r in stamp), max(r.y for r in stamp)
    if max(x1, run.x1) - min(x0, run.x0) > _WIDE * height:
        return False
    if max(bottom, run.y) - min(top, run.y) > _HIGH * height:
        return False
    if not (top - 2.2 * height < run.y < bottom + 2.2 * height):
        return False
    if run.x0 > x1 + 4 * height or run.x1 < x0 - 4 * height or _SYMBOL.search(run.text):
        return False
    text = fold(run.text)
    field = _FIELD.match(text)
    if field is not None and not _DATE.search(text):
        return True
    if run.y > top and _ROW.match(text):
        return True
    if _ARRIVED.match(text) or (is_upper(run.text) and len(run.atoms) > 1 and run.y < top):
        return True
    return run.confidence < _DOUBTFUL and not _reads_well(run)


def _is_penned(run: Run) -> bool:
    """Whether a run over the letterhead is a note by hand, not a form's name or "MẬT"."""
    if re.fullmatch(r"\W*\d+\W*", run.text):
        return False
    return len(run.atoms) < 4 and run.confidence < _SURE and not _reads_well(run)


def _is_stroke(run: Run, runs: Sequence[Run], frame: Frame) -> bool:
    """Whether a run apart is a rule, a speck or an edge; dots and bullets are printed."""
    text = run.text
    if run.confidence >= _SURE or any(c.isalnum() for c in text) or not text.strip(".… "):
        return False
    if text in _BULLETS:
        near = 0.5 * frame.height
        return not any(abs(r.y - run.y) < near and r.x0 > run.x1 for r in runs)
    return run.width > frame.height or len(text) == 1


def _is_scrap(run: Run, runs: Sequence[Run], frame: Frame) -> bool:
    """Whether a short run apart was read with so little confidence that nothing is in it."""
    if run.confidence >= _NOTHING or len(run.atoms) > 4 or run.width > _WIDE * frame.height:
        return False
    if run.key in _KEYWORDS or _SYMBOL.search(run.text) or _reads_well(run):
        return False
    if _is_words(run):
        return False
    # A misread line of a list begins where the lines about it do.
    return not any(
        abs(other.x0 - run.x0) < 0.3 * frame.height
        and abs(other.y - run.y) < 2 * frame.height
        and _reads_well(other)
        for other in runs
    )


def _reads_well(run: Run) -> bool:
    """Whether at least a third of its letters are in syllables that were read with confidence."""
    sure = sum(
        len(letters(atom.text))
        for atom in run.atoms
        if len(letters(atom.text)) > 1 and _is_word(atom.text) and atom.confidence > 0.5
    )
    return sure > 0 and sure >= len(run.key) / 3


def _is_words(run: Run) -> bool:
    """Whether each of some length is a syllable of the language, however unsure."""
    return len(run.key) > 5 and all(_is_word(atom.text) for atom in run.atoms)


def _is_word(text: str) -> bool:
    return is_syllable(text.strip(".,;:/()-–_'\"“”"))
