"""The index measured on a made-up archive: speed, size, answers, growth.

    python benchmarks/index.py            # 1,000,000 citations, some minutes
    python benchmarks/index.py --documents 10000
    python benchmarks/index.py --keep DB  # keeps the index; measures one that is there

Times are of this process alone (CPU) and by the clock (wall); answers are by the clock.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from machine import machine
from synthetic import Archive

import vnadmin
from vnadmin.vietnamese import fold

CHUNK = 2_000  # documents made at a time, and added in one timed call
FILES = 6_000  # documents read from files
PAGE = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DB")
    args = parser.parse_args()
    print(machine())
    archive = Archive(args.documents, seed=args.seed)
    with tempfile.TemporaryDirectory(prefix="vnadmin-benchmark-") as folder:
        path = args.keep or Path(folder, "archive.db")
        if not path.exists():
            build(archive, path)
        size(path)
        answers(archive, path, args.seed)
        from_files(archive, Path(folder))


class Clocked:
    """Documents as they are asked for; the time of making them is left out of the times."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.citations = 0
        self.times: list[tuple[float, float]] = []  # CPU, wall: after each chunk

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        making = [0.0, 0.0]
        start = _now()
        for first in range(0, self._archive.documents, CHUNK):
            before = _now()
            last = min(first + CHUNK, self._archive.documents)
            made = [self._archive.document(i) for i in range(first, last)]
            self.citations += sum(len(each["citations"]) for each in made)
            making = [m + now - b for m, now, b in zip(making, _now(), before, strict=True)]
            yield from made
            cpu, wall = (now - s - m for now, s, m in zip(_now(), start, making, strict=True))
            self.times.append((cpu, wall))
            progress(f"{last} documents added")


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def build(archive: Archive, path: Path) -> None:
    """Add all documents; citations a second, and the cost of the first and the last tenth."""
    clocked = Clocked(archive)
    with vnadmin.Index(path) as index:
        added = index.add_documents(clocked)
        assert added.new == archive.documents, added
    cpu, wall = clocked.times[-1]
    print(
        f"add, text and all: {clocked.citations:,} citations of {archive.documents:,} documents: "
        f"{clocked.citations / cpu:,.0f} a second of CPU, "
        f"{clocked.citations / wall:,.0f} by the clock"
    )
    tenth = max(1, len(clocked.times) // 10)
    for name, column in (("CPU", 0), ("clock", 1)):
        marks = [0.0, *(each[column] for each in clocked.times)]
        costs = [(b - a) / CHUNK * 1e3 for a, b in pairwise(marks)]
        first, last_tenth = (
            statistics.mean(part) for part in (costs[tenth : 2 * tenth], costs[-tenth:])
        )
        print(
            f"cost of a document ({name}), mean of {tenth} × {CHUNK:,}: second tenth "
            f"{first:.3f} ms, last tenth {last_tenth:.3f} ms: {last_tenth / first - 1:+.1%}"
        )


def size(path: Path) -> None:
    """Bytes a citation, by table; full text and edits apart."""
    with vnadmin.Index(path, create=False) as index:
        stats = index.stats()
        try:
            pages = index.connection.execute(
                "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC"
            ).fetchall()
        except sqlite3.OperationalError:
            print("size by table: this SQLite has no dbstat")
            return
    apart = {"texts", "edits", "words"}
    text = sum(n for name, n in pages if name in apart or name.startswith("search_"))
    rest = sum(n for _, n in pages) - text
    print(
        f"size: {stats.size / 1e6:,.0f} MB, full text and its search {text / 1e6:,.0f} MB; "
        f"the rest is {rest / stats.citations:.0f} bytes a citation (n = {stats.citations:,})"
    )
    for name, n in pages[:14]:
        if not (name in apart or name.startswith("search_")):
            print(f"  {name}: {n / stats.citations:.1f} bytes a citation")


def answers(archive: Archive, path: Path, seed: int) -> None:
    """Times of searches and of "who cites X"."""
    random = Random(seed + 99)
    with vnadmin.Index(path, create=False) as index:
        most = index.most_cited(limit=1)[0]
        print(f"most cited: {most.type} {most.number}, {most.citers:,} citing documents")
        ranks = [0] * 20 + [int(10 ** (random.random() * 4)) for _ in range(180)]
        numbers = [str(archive.work(rank)["number"]) for rank in ranks]
        works = [found[0] for number in numbers if (found := index.find(number))]
        clock("who cites X (page of 50)", works, lambda w: index.cited_by(w, limit=PAGE))
        clock(
            "who cites X under Điều 5", works[:100],
            lambda w: index.cited_by(w, provision="Điều 5", limit=PAGE),
        )  # fmt: skip
        clock("number to works", numbers, index.find)
        spaced = [fold(number).lower().replace("-", " ") for number in numbers]
        clock("search by number", spaced, lambda q: index.search(q, limit=PAGE))

        def query(words: int) -> str:
            return " ".join(archive.words(random, words))

        def plain(words: int) -> str:
            return fold(query(words))

        one = [plain(1) for _ in range(200)]
        clock("search, one word", one, lambda q: index.search(q, limit=PAGE))
        several = [plain(random.randint(2, 3)) for _ in range(200)]
        clock("search, two or three words", several, lambda q: index.search(q, limit=PAGE))
        accents = [query(2) for _ in range(200)]
        clock("search, two words with accents", accents, lambda q: index.search(q, limit=PAGE))
        numbers_of = random.sample(range(archive.documents), 200)
        texts = [archive.document(i)["text"].split() for i in numbers_of]
        phrases = ['"' + " ".join(text[20:23]) + '"' for text in texts]
        clock("search, phrase of three", phrases, lambda q: index.search(q, limit=PAGE))
        both = [f"{q} {n}" for q, n in zip(one, spaced, strict=False)]
        clock("search, number and word", both, lambda q: index.search(q, limit=PAGE))
        clock(
            "search, word of an issuer since 2015", one,
            lambda q: index.search(q, issuer="tinh Lao Cai", since="2015", limit=PAGE),
        )  # fmt: skip
        slips = [q + "q" for q in one[:50]]
        clock("search, one word with a slip", slips, lambda q: index.search(q, limit=PAGE))
        clock("what X cites", range(1, 200), index.cites)
        clock("most cited", range(20), lambda _: index.most_cited(limit=PAGE))
        clock("missing", range(5), lambda _: index.missing(limit=PAGE))
        clock("repealed", range(5), lambda _: index.repealed(limit=PAGE))
        clock("chain", works[:100], index.chain)
        clock("counts by issuer", range(5), lambda _: index.counts("issuer"))
        clock("needs a look", range(20), lambda _: index.doubtful(limit=PAGE))
        clock("facets of all", range(20), lambda _: index.facets(""))
        clock("facets of two or three words", several, index.facets)
        clock(
            "facets of a word of an issuer", one, lambda q: index.facets(q, issuer="tinh Lao Cai")
        )


def from_files(archive: Archive, folder: Path) -> None:
    """Citations a second from JSON files, as `vnadmin index add` reads them.

    Other processes read them ahead: the CPU told of is the writer's, which is what bounds it where
    there are processors enough.
    """
    count = 0
    out = folder / "out"
    out.mkdir()
    for i in range(min(FILES, archive.documents)):
        document = archive.document(i)
        count += len(document["citations"])
        (out / f"{i}.pdf.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    with vnadmin.Index(folder / "files.db") as index:
        for name in ("from files", "from files, nothing changed"):
            wall, cpu = time.perf_counter(), time.process_time()
            index.add(out)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            print(
                f"add {name}: {count:,} citations of {min(FILES, archive.documents):,} files: "
                f"{count / cpu:,.0f} a second of the writer's CPU, {count / wall:,.0f} by the clock"
            )


def clock(name: str, questions: Any, ask: Callable[[Any], Any]) -> None:
    """Print median and 95th percentile of the answers' times, the processor's and the clock's."""
    times: list[list[float]] = [[], []]
    for question in questions:
        start = _now()
        ask(question)
        for column, now, before in zip(times, _now(), start, strict=True):
            column.append((now - before) * 1e3)
    told = (
        f"{label} median {statistics.median(column):.1f}, p95 {np.percentile(column, 95):.1f}, "
        f"most {max(column):.1f} ms"
        for label, column in zip(("CPU", "clock"), times, strict=True)
    )
    print(f"{name} (n = {len(times[0])}): {'; '.join(told)}", flush=True)


def progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


if __name__ == "__main__":
    main()
