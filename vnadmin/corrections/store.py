"""`NAME.corrections.jsonl`: only ever added to, one correction a line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from vnadmin.corrections.anchor import Places
from vnadmin.corrections.apply import Applied, apply_corrections, apply_words, machine_document
from vnadmin.corrections.fields import field_value
from vnadmin.corrections.record import (
    Action,
    Correction,
    Target,
    check_field,
    checked_name,
    checked_value,
    new_id,
    now,
)
from vnadmin.corrections.units import units_of
from vnadmin.document import Document
from vnadmin.errors import InputError, OutputError

ENDING = ".corrections.jsonl"
_ACTIONS = {
    "word": ("accept", "reject", "retype"),
    "field": ("accept", "retype"),
    "citation": ("accept", "reject", "retype"),
}


def corrections_path(output: Path) -> Path:
    """Where the corrections of a document stand: beside `a.pdf.json`, `a.pdf.corrections.jsonl`."""
    return output.with_name(output.name.removesuffix(".json") + ENDING)


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one document, as its file had them when it was loaded.

    Attributes:
        path: the file; there is none while there are no corrections.
        records: all lines, undone ones and undoings too, the oldest first.
    """

    path: Path
    records: tuple[Correction, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Corrections:
        """Read the file; none is no corrections.

        Raises:
            InputError: it can't be read or is damaged. A last line that isn't whole, as a crash
                leaves it, is left out.
        """
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
        records: list[Correction] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                records.append(Correction.from_dict(json.loads(line)))
            except (ValueError, AttributeError, RecursionError) as error:
                if number == len(lines):
                    break
                raise InputError(f"{path}: line {number} is damaged ({error})") from error
        return cls(path, tuple(records))

    @property
    def in_force(self) -> tuple[Correction, ...]:
        """Those that weren't undone; of two of one thing the later one."""
        undone = {record.undoes for record in self.records if record.action == "undo"}
        held = [r for r in self.records if r.action != "undo" and r.id not in undone]
        last = {_thing(record): record for record in held}
        return tuple(record for record in held if last[_thing(record)] is record)

    def add(self, document: Document, request: Mapping[str, Any]) -> tuple[Corrections, Correction]:
        """Take down a correction; it is on the disk when this returns.

        Args:
            document: as it was shown: what `reviewed` returned.
            request: `target`, `action`, `by` and, of a word, `page` and `start` (in the text as
                it was read; `read` for text that has no boxes), of a field `field`, of a citation
                `citation` (its number in the document as shown, from 0) and, of one of its fields,
                `field`; with `retype` `new`. All else is looked up in the document.

        Returns:
            The corrections with it, and the correction.

        Raises:
            InputError: there is no such thing, or it can't be corrected so.
            OutputError: the file can't be written.
        """
        target, action = request.get("target"), request.get("action")
        if not isinstance(target, str) or action not in _ACTIONS.get(target, ()):
            raise InputError("target and action: accept, reject or retype a word, field, citation")
        record = Correction(
            new_id(),
            document.source.sha256,
            cast(Target, target),
            cast(Action, action),
            checked_name(request.get("by")),
            now(),
        )
        if action == "retype":
            record = replace(record, new=checked_value(request.get("new"), "new"))
        make = {"word": self._word, "field": self._field, "citation": self._citation}[target]
        record = make(document, request, record)
        self._append(record)
        return replace(self, records=(*self.records, record)), record

    def undo(self, identifier: str, *, by: str) -> tuple[Corrections, Correction]:
        """Take back a correction that is in force.

        Raises:
            InputError: there is none of that id.
            OutputError: the file can't be written.
        """
        undone = next((r for r in self.in_force if r.id == identifier), None)
        if undone is None:
            raise InputError(f"id: no correction {str(identifier)[:40]!r} is in force")
        record = Correction(
            new_id(), undone.source, undone.target, "undo", checked_name(by), now(),
            undoes=undone.id,
        )  # fmt: skip
        self._append(record)
        return replace(self, records=(*self.records, record)), record

    def apply(self, document: Document) -> Applied:
        """Return the document with the corrections, and those that fit nowhere in it."""
        return apply_corrections(document, self.records, self.in_force)

    def machine(self, document: Document) -> Document:
        """Return the document as the machine had it, should corrections have been applied to it."""
        return machine_document(document, self.records)

    def reviewed(self, document: Document) -> Document:
        """Return the document as a review page shows it, with `shown` for the rest.

        Words are corrected; fields and citations are what is extracted from them.
        """
        return apply_words(document, self.records, self.in_force).document

    def unfit(self, document: Document) -> tuple[Correction, ...]:
        """Return the corrections in force that fit nowhere in the document."""
        return self.apply(document).unfit

    def shown(self, document: Document) -> list[dict[str, Any]]:
        """Return those in force as the review page of `document` takes them.

        Args:
            document: as it is shown: what `reviewed` returns.
        """
        places = Places(document, units_of(document))
        found: list[dict[str, Any]] = []
        for record in self.in_force:
            plain = record.to_dict()
            if record.target == "word":
                unit = places.word(record)
                if unit is None:
                    continue
                plain |= {"page": unit.page, "start": unit.source_start}
            elif record.target == "citation":
                citation = places.citation(record)
                if citation is None:
                    continue
                plain["citation"] = document.citations.index(citation)
            found.append({"field": None, **plain})
        return found

    def _word(
        self, document: Document, request: Mapping[str, Any], record: Correction
    ) -> Correction:
        machine = self.machine(document)
        page, start = request.get("page"), request.get("start")
        units = units_of(machine)
        unit = next((u for u in units if u.page == page and u.source_start == start), None)
        if unit is None and type(start) is int and isinstance(request.get("read"), str):
            asked = replace(record, page=page, start=start, read=request["read"][:1000])
            unit = Places(machine, units).word(asked)
        if unit is None:
            raise InputError("page, start: there is no such word; load the page again")
        old = machine.text[unit.start : unit.end]
        new = {"accept": old, "reject": unit.read}.get(record.action, record.new)
        return replace(
            record,
            page=unit.page,
            boxes=unit.boxes,
            start=unit.source_start,
            read=unit.read,
            old=old,
            new=new,
            confidence=unit.confidence,
            kind=unit.edits[0].kind if unit.edits else None,
        )

    def _field(
        self, document: Document, request: Mapping[str, Any], record: Correction
    ) -> Correction:
        path = request.get("field")
        check_field("field", path, record.new)
        old = field_value(document, cast(str, path))
        if old is None:
            raise InputError(f"field: the document has no {path}; load the page again")
        new = old if record.action == "accept" else record.new
        return replace(record, field=path, read=old, old=old, new=new or None)

    def _citation(
        self, document: Document, request: Mapping[str, Any], record: Correction
    ) -> Correction:
        number, name = request.get("citation"), request.get("field")
        if type(number) is not int or not 0 <= number < len(document.citations):
            raise InputError("citation: there is no such one; load the page again")
        citation = document.citations[number]
        old = citation.text
        if name is not None or record.action == "retype":
            check_field("citation", name, record.new)
            if record.action == "reject":
                raise InputError("action: a field of a citation is accepted or retyped")
            old = getattr(citation, cast(str, name)) or ""
        new = old if record.action == "accept" else record.new
        return replace(
            record,
            page=citation.page,
            boxes=Places(document, units_of(document)).boxes(citation),
            start=citation.source_start,
            read=citation.source_text,
            old=old,
            new=new or None,
            field=name,
        )

    def _append(self, record: Correction) -> None:
        line = json.dumps(record.to_dict(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            with open(self.path, "a+b") as stream:
                _lock(stream.fileno())
                size = stream.seek(0, os.SEEK_END)
                if size:
                    stream.seek(size - 1)
                    if stream.read(1) != b"\n":  # a crash left half a line
                        line = b"\n" + line
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            what = f"cannot write {self.path}: {error.strerror or error}"
            raise OutputError(what) from error


def _lock(handle: int) -> None:
    """Let no other process write meanwhile; a system without such locks appends all the same."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


def _thing(record: Correction) -> tuple[object, ...]:
    """What a correction is about."""
    return record.source, record.target, record.page, record.start, record.read, record.field
