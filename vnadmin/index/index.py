"""`vnadmin.Index`: an archive's documents, what they cite, and their text, in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from vnadmin.document import Document
from vnadmin.errors import InputError, UsageError
from vnadmin.formats.output import atomic_output
from vnadmin.index import questions
from vnadmin.index.export import FOLDERS, FORMS, write_csv, write_folder, write_lines
from vnadmin.index.facets import doubtful, located, warnings_of
from vnadmin.index.keywords import keywords
from vnadmin.index.rows import (
    Added,
    Change,
    Contradiction,
    Count,
    Doubtful,
    Entry,
    Facets,
    Found,
    Keyword,
    Mention,
    Repealed,
    Stats,
    Variant,
    Warned,
    Work,
)
from vnadmin.index.search import Filters, search, search_facets
from vnadmin.index.spelling import Vocabulary
from vnadmin.index.store import Store

if TYPE_CHECKING:
    from vnadmin.index.adding import Progress

_PAGE = 50


class Index:
    """An index, open for reading and writing; a context manager, safe in threads.

    Readers see the last state that was committed while another thread or program writes; two that
    write wait for each other. docs/archive-index.md describes the tables for use by plain SQL.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True) -> None:
        """Open the index at `path`, made if there is none and `create` is set.

        Raises:
            InputError: there is none, it isn't an index, or a newer version's.
            OutputError: it can't be made, or brought to this version.
        """
        self._store = Store(Path(path), create=create)
        self._vocabulary: tuple[int, Vocabulary] | None = None

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for plain SQL; views ending in `_list` have all names."""
        return self._store.connection()

    # What goes in

    def add(
        self,
        *places: str | os.PathLike[str],
        skip_secret: bool = False,
        progress: Progress | None = None,
    ) -> Added:
        """Bring the index up to date with the JSON files of `convert` in folders, or named.

        A file that is in the index and hasn't changed isn't read. A changed one replaces what
        was there, as does a newer conversion of the same source in another place. What was added
        before an error or interruption stays, file by file whole; adding again goes on from there.

        Args:
            places: folders that `convert` wrote to, or JSON files.
            skip_secret: leave out files in which a document is marked Mật, Tối mật or Tuyệt mật,
                and take them out where they were in.
            progress: called with the count of files and the name of the next.

        Raises:
            InputError: a place isn't there. Files that can't be read are in the result's `failed`.
            OutputError: the index can't be written.
        """
        from vnadmin.index.adding import (
            add_files,  # here: it loads what extracts, as readers needn't
        )

        paths = [Path(place) for place in places]
        return add_files(self._store, paths, skip_secret=skip_secret, progress=progress)

    def add_documents(
        self, documents: Iterable[Document | Mapping[str, Any]], *, skip_secret: bool = False
    ) -> Added:
        """Add documents, or their JSON forms, that no file holds: `source.name` is their path.

        Args:
            documents: taken one by one, so any number of them.
            skip_secret: as in `add`.
        """
        from vnadmin.index.adding import add_documents

        plain = (each.to_dict() if isinstance(each, Document) else each for each in documents)
        return add_documents(self._store, plain, skip_secret=skip_secret)

    # What comes out

    def search(
        self,
        query: str,
        *,
        issuer: str | None = None,
        type: str | None = None,
        place: str | None = None,
        since: str | None = None,
        until: str | None = None,
        relation: str | None = None,
        whole: bool = False,
        below: int | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """Find documents with all words of the query, the best first.

        Words count with or without diacritics, in any case; those written with them come first.
        "In quotation marks" is a phrase. A number that the index knows, in any spacing, finds its
        document and those that cite it. Where nothing is found, likely slips are mended.

        Args:
            query: words, phrases and numbers; empty: all documents, the newest first.
            issuer: words of the issuer's name.
            type: words of the type: "Quyết định".
            place: words of the place in the letterhead.
            since: first date, YYYY-MM-DD or its beginning.
            until: last date, the same.
            relation: only documents that cite (the number in the query, if there is one) so.
            whole: issuer, type and place are the whole name, not words of it.
            below: only documents with a citation less sure than that many per cent.
            limit: most hits returned.
            offset: hits left out before them.

        Raises:
            UsageError: `relation` is none.
        """
        filters = Filters(issuer, type, place, since, until, relation, whole, below)
        with self._store.reading() as connection:
            return search(connection, self._words, query, filters, limit=limit, offset=offset)

    def facets(
        self,
        query: str,
        *,
        issuer: str | None = None,
        type: str | None = None,
        place: str | None = None,
        since: str | None = None,
        until: str | None = None,
        relation: str | None = None,
        whole: bool = False,
        below: int | None = None,
    ) -> Facets:
        """Count the documents that `search` finds for the same arguments by what they are."""
        filters = Filters(issuer, type, place, since, until, relation, whole, below)
        with self._store.reading() as connection:
            return search_facets(connection, query, filters)

    def find(self, number: str, *, limit: int = 20) -> list[Work]:
        """The works that a number ("23 qd/tw"), a law's name or a key means, most cited first."""
        with self._store.reading() as connection:
            return questions.find_works(connection, number, limit=limit)

    def work(self, identifier: int) -> Work:
        """The work of that number in this index.

        Raises:
            UsageError: there is none.
        """
        with self._store.reading() as connection:
            return questions.work(connection, identifier)

    def document(self, identifier: int) -> Entry:
        """The document of that number in this index.

        Raises:
            UsageError: there is none.
        """
        with self._store.reading() as connection:
            return questions.entry(connection, identifier)

    def located(self, document_id: str, *, part: int = 0) -> Entry:
        """The document by the id of its JSON, which stays when it is added again.

        Raises:
            UsageError: there is none.
        """
        with self._store.reading() as connection:
            return located(connection, document_id, part)

    def warnings(self, document: Entry | int) -> list[Warned]:
        """The warnings of a document, then those of its citations."""
        with self._store.reading() as connection:
            return warnings_of(connection, _id(document))

    def text(self, document: int) -> str:
        """The text of a document: its stretch of its file's."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT body FROM texts WHERE document = ?", (document,)
            ).fetchone()
        if row is None:
            raise InputError(f"no document {document} in the index")
        return str(row[0])

    def documents(self, work: Work | int) -> list[Entry]:
        """The documents of the archive that are this work."""
        with self._store.reading() as connection:
            return questions.documents_of(connection, _id(work))

    def variants(self, work: Work | int) -> list[Variant]:
        """The ways in which a work is cited, which were merged into it; most usual first."""
        with self._store.reading() as connection:
            return questions.variants(connection, _id(work))

    def cites(self, document: Entry | int) -> list[Mention]:
        """What a document cites, in text order."""
        with self._store.reading() as connection:
            return questions.cites(connection, _id(document))

    def cited_by(
        self,
        work: Work | int,
        *,
        relation: str | None = None,
        provision: str | None = None,
        likely: bool = False,
        limit: int = _PAGE,
        offset: int = 0,
    ) -> list[Mention]:
        """Who cites a work, with which relation and provision; what changes it comes first.

        Args:
            work: the work.
            relation: only citations of that relation.
            provision: only citations of that place or one in it: "Điều 5", "khoản 2 Điều 5".
            likely: instead, citations without a year that most likely mean it.
            limit: most citations returned.
            offset: citations left out before them.
        """
        with self._store.reading() as connection:
            found = questions.cited_by(
                connection, _id(work), relation=relation, provision=provision, likely=likely,
                limit=limit, offset=offset,
            )  # fmt: skip
            return list(found)

    def most_cited(self, *, limit: int = _PAGE, offset: int = 0) -> list[Work]:
        """Works by the number of documents that cite them."""
        with self._store.reading() as connection:
            return questions.most_cited(connection, limit=limit, offset=offset)

    def missing(self, *, limit: int = _PAGE, offset: int = 0) -> list[Work]:
        """Works that are cited and not in the archive, the most cited first."""
        with self._store.reading() as connection:
            return questions.most_cited(connection, missing=True, limit=limit, offset=offset)

    def repealed(self, *, limit: int = _PAGE, offset: int = 0) -> list[Repealed]:
        """Citations of what had been repealed or replaced as a whole by another document."""
        with self._store.reading() as connection:
            return list(questions.repealed(connection, limit=limit, offset=offset))

    def chain(self, work: Work | int, *, limit: int | None = None) -> list[Change]:
        """What changed a work, what changed that, …; and back, what the work itself changes.

        `limit` is the most steps in each direction, the nearest first.
        """
        with self._store.reading() as connection:
            return questions.chain(connection, _id(work), limit=limit)

    def chained(self, *, limit: int = _PAGE, offset: int = 0) -> list[Work]:
        """The works with which chains of amendment begin, the most often changed first."""
        with self._store.reading() as connection:
            return questions.chained(connection, limit=limit, offset=offset)

    def contradictions(self, *, limit: int = _PAGE, offset: int = 0) -> list[Contradiction]:
        """Works with several dates in the archive, and mentions that contradict themselves."""
        with self._store.reading() as connection:
            return list(questions.contradictions(connection, limit=limit, offset=offset))

    def doubtful(self, *, limit: int = _PAGE, offset: int = 0) -> list[Doubtful]:
        """Documents that need a look, by how many warnings and unsure citations they have."""
        with self._store.reading() as connection:
            return list(doubtful(connection, limit=limit, offset=offset))

    def counts(self, by: str) -> list[Count]:
        """Documents and citations by "year", "issuer", "type", "place" or "relation".

        Raises:
            UsageError: `by` is something else.
        """
        with self._store.reading() as connection:
            return questions.counts(connection, by)

    def keywords(self, documents: Iterable[Entry | int], *, limit: int = 20) -> list[Keyword]:
        """The words that tell documents (one, or those a search found) from the others.

        Raises:
            MissingProgramError: pyvi isn't installed, the extra "keywords".
        """
        with self._store.reading() as connection:
            return keywords(connection, map(_id, documents), limit=limit)

    def stats(self) -> Stats:
        """How much is in the index."""
        with self._store.reading() as connection:
            return questions.stats(connection)

    def export(
        self, form: str, to: BinaryIO | str | os.PathLike[str], *, text: bool = False
    ) -> None:
        """Write the whole index, as it is now, in another form (see docs/archive-index.md).

        Args:
            form: "jsonl" or "csv", or, of several files, "graph", "parquet" or "akn".
            to: a stream or file for the first two, a folder for the others.
            text: of Parquet, also the documents' text.

        Raises:
            MissingProgramError: Parquet needs pyarrow, the extra "parquet".
            OutputError: it can't be written.
            UsageError: there is no such form, or a stream is given for a folder.
        """
        if form not in FORMS:
            raise UsageError(f"{form}: not one of {', '.join(FORMS)}")
        with self._store.reading() as connection:
            if form in FOLDERS:
                if not isinstance(to, str | os.PathLike):
                    raise UsageError(f"{form} is several files; name a folder for them")
                write_folder(connection, form, Path(to), text=text)
                return
            write = write_lines if form == "jsonl" else write_csv
            if not isinstance(to, str | os.PathLike):
                write(connection, to)
                return
            with atomic_output(Path(to)) as stream:
                write(connection, stream)

    def check(self) -> Iterator[str]:
        """Yield what is wrong with the file: damage, rows that point to nothing."""
        run = self.connection.execute
        for (problem,) in run("PRAGMA integrity_check").fetchall():
            if problem != "ok":
                yield problem
        for row in run("PRAGMA foreign_key_check").fetchall():
            yield f"{row[0]} {row[1]}: points to nothing in {row[2]}"
        try:
            run("INSERT INTO search (search) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            yield f"search: {error}"

    def _words(self) -> Vocabulary:
        (version,) = self.connection.execute(
            "SELECT coalesce(max(id), 0) + (SELECT count(*) FROM words) FROM files"
        ).fetchone()
        known = self._vocabulary
        if known is None or known[0] != version:
            known = self._vocabulary = (version, Vocabulary(self.connection))
        return known[1]


def _id(row: Work | Entry | int) -> int:
    return row if isinstance(row, int) else row.id
