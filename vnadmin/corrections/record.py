"""One correction: what a person says that the paper says at a place."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from vnadmin.document import EditKind
from vnadmin.errors import InputError
from vnadmin.formats.raw import Box

SCHEMA = "vnadmin/correction/1"

Target = Literal["word", "field", "citation"]
Action = Literal["accept", "reject", "retype", "undo"]

MOST = 10_000
"""Characters that a value may have: more is no word and no field."""
_FIELD = re.compile(
    r"(?:header|parts\.\d{1,4})\."
    r"(?:parent_issuer|issuer|number|place|date|type|subject|urgency|secrecy"
    r"|(?:addressees|recipients)\.\d{1,4}|signers\.\d{1,4}\.(?:authority|position|name))"
)
_CITATION_FIELD = re.compile(r"type|number|name|date|issuer|title")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of a `NAME.corrections.jsonl`.

    Attributes:
        id: names it, for undoing.
        source: SHA-256 of the file the document was made of.
        target: a word, a field of the header, or a citation (a field of it, or the whole).
        action: accept: it is as the machine has it; reject: of a word, what was read is right, of
            a citation, it is none; retype: it is `new`; undo: `undoes` doesn't hold any more.
        page: where it stands, from 1; `None` for text without pages, and for fields.
        boxes: of what was read there, in pixels of the page as it is in its file.
        start: where that starts in the text as it was read, in code points.
        read: what was read there.
        old: what the machine had made of it; of a field its value.
        new: what the paper says. `None`: nothing.
        confidence: how sure the machine was, 0 to 1.
        kind: of its edit, if it had changed what was read.
        field: which one, as `header.number`, `parts.0.signers.1.name`; of a citation `number`.
        by: who says so.
        at: when: ISO 8601, UTC.
        undoes: the id of a correction.
    """

    id: str
    source: str
    target: Target
    action: Action
    by: str
    at: str
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    start: int | None = None
    read: str = ""
    old: str = ""
    new: str | None = None
    confidence: float | None = None
    kind: EditKind | None = None
    field: str | None = None
    undoes: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, without what it doesn't state."""
        plain = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if getattr(self, field.name) != field.default or field.name == "new"
        }
        if "boxes" in plain:
            plain["boxes"] = [list(box) for box in self.boxes]
        return {"schema": SCHEMA, **plain}

    def describe(self) -> str:
        """Say in a line what it is about: "page 2: word tiep → tiếp (Hoa, 2026-11-24)"."""
        place = f"page {self.page}: " if self.page is not None else ""
        what = f"{self.target} {self.field}" if self.field else self.target
        said = {"accept": "is right", "reject": "rejected"}.get(self.action, f"→ {self.new or '∅'}")
        old = " ".join((self.old or self.read).split())[:60]
        return f"{place}{what} {old or '∅'} {said} ({self.by}, {self.at[:10]})"

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Correction:
        """Rebuild one from `to_dict`'s result; unknown keys are ignored.

        Raises:
            ValueError: it is none, or of another version.
        """
        if value.get("schema") != SCHEMA:
            raise ValueError(f"not a {SCHEMA}: schema is {value.get('schema')!r}")
        known = {f.name: value[f.name] for f in dataclasses.fields(cls) if f.name in value}
        known["boxes"] = tuple(_box(box) for box in known.get("boxes", ()))
        try:
            made = cls(**known)
        except TypeError as error:
            raise ValueError(str(error)) from error
        for name in ("id", "source", "target", "action", "by", "at", "read", "old"):
            if not isinstance(getattr(made, name), str):
                raise ValueError(f"{name} is {getattr(made, name)!r}")
        for name in ("new", "field", "undoes"):
            if not isinstance(getattr(made, name), str | None):
                raise ValueError(f"{name} is {getattr(made, name)!r}")
        for name in ("page", "start"):
            if type(getattr(made, name)) not in (int, type(None)):
                raise ValueError(f"{name} is {getattr(made, name)!r}")
        return made


def _box(value: Any) -> Box:
    if not (isinstance(value, list | tuple) and len(value) == 4):
        raise ValueError(f"box is {value!r}")
    if not all(type(side) is int for side in value):
        raise ValueError(f"box is {value!r}")
    return cast(Box, tuple(value))


def new_id() -> str:
    """Return an id that no other correction has."""
    return uuid.uuid4().hex[:16]


def now() -> str:
    """Return the time as a correction states it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def checked_name(value: Any) -> str:
    """Return who corrects, as a plain name.

    Raises:
        InputError: it is none.
    """
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or len(name) > 100 or not name.isprintable():
        raise InputError("by: say who corrects, as a plain name of 100 characters at most")
    return unicodedata.normalize("NFC", name)


def checked_value(value: Any, what: str) -> str:
    """Return a text that someone typed: one line, NFC, no control characters.

    Raises:
        InputError: it is no such text, or too long.
    """
    if not isinstance(value, str) or len(value) > MOST:
        raise InputError(f"{what}: a text of {MOST} characters at most")
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in text):
        raise InputError(f"{what}: holds characters that aren't seen; type it anew")
    return text


def check_field(target: Target, field: Any, value: str | None) -> None:
    """Find out whether there is such a field and it can hold the value.

    Raises:
        InputError: it isn't so.
    """
    pattern = _FIELD if target == "field" else _CITATION_FIELD
    if not isinstance(field, str) or not pattern.fullmatch(field):
        raise InputError(f"field: a {target} has no {str(field)[:80]!r}")
    if not value:
        return
    last = field.rsplit(".", 1)[-1]
    if last == "date":
        try:
            good = bool(_DATE.fullmatch(value)) and bool(datetime.fromisoformat(value))
        except ValueError:
            good = False
        if not good:
            raise InputError(f"{field}: {value!r} is no date; write it as 2014-05-15")
    if last == "authority" and value not in ("TM.", "KT.", "TL.", "TUQ.", "Q."):
        raise InputError(f"{field}: {value!r} is none of TM., KT., TL., TUQ., Q.")
