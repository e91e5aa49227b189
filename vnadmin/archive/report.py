"""The closing report of a conversion: what there is, what failed and why, what to look at."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vnadmin import __version__
from vnadmin.archive.inputs import Item, shown
from vnadmin.archive.journal import Journal

if TYPE_CHECKING:
    from vnadmin.archive.batch import Summary

SCHEMA = "vnadmin/report/1"
MOST_TO_SEE = 50
"""Documents named as most worth a look."""
_STEPS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)


def json_report(journal: Journal, summary: Summary) -> Iterator[str]:
    """Yield the report as JSON, part by part."""
    head = {
        "schema": SCHEMA,
        "vnadmin": __version__,
        "run": _this_run(summary),
        "archive": _totals(journal),
        "confidence": _confidence(journal),
        "causes": dict(_causes(journal)),
        "look_at": list(_look_at(journal)),
        "problems": [row[0] for row in journal.db.execute("SELECT message FROM problems")],
    }
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "failed": ['
    for number, failed in enumerate(_failed(journal)):
        yield ("," if number else "") + "\n  " + json.dumps(failed, ensure_ascii=False)
    yield "\n ]\n}\n"


def html_report(journal: Journal, summary: Summary) -> Iterator[str]:
    """Yield the report as a page to be read, part by part."""
    totals, run = _totals(journal), _this_run(summary)
    yield _HEAD
    yield f"<p>vnadmin {html.escape(__version__)}; this run took {_duration(summary.seconds)}</p>\n"
    yield _table(("", "documents"), ((key.replace("_", " "), value) for key, value in run.items()))
    yield "<h2>The archive now</h2>\n"
    yield _table(("", ""), ((key.replace("_", " "), value) for key, value in totals.items()))
    yield "<h2>Failures by cause</h2>\n"
    yield _table(("cause", "documents"), _causes(journal))
    yield "<h2>Confidence</h2>\n<p>Share of words expected to be right.</p>\n"
    yield _table(("from", "documents"), _confidence(journal)["documents"].items())
    yield "<h2>Most worth a look</h2>\n<table><tr><th>document<th>confidence<th>pages<th>why\n"
    for found in _look_at(journal):
        link = quote(os.fsencode("../" + found["output"]))
        yield (
            f'<tr><td><a href="{link}">{html.escape(found["source"])}</a>'
            f"<td>{found['confidence']:.3f}<td>{found['pages']}<td>{html.escape(found['why'])}\n"
        )
    yield "</table>\n<h2>Failed</h2>\n<table><tr><th>document<th>cause<th>message\n"
    for failed in _failed(journal):
        yield "<tr>" + "".join(
            f"<td>{html.escape(failed[key] or '')}" for key in ("source", "cause", "message")
        )
        yield "\n"
    yield "</table>\n"
    problems = journal.db.execute("SELECT message FROM problems").fetchall()
    if problems:
        yield "<h2>Could not be read</h2>\n"
        yield _table(("",), ((row[0],) for row in problems))


def _this_run(summary: Summary) -> dict[str, Any]:
    return {
        "found": summary.found,
        "converted": summary.converted,
        "copies_of_others": summary.copied,
        "failed": summary.failed,
        "partly_read": summary.partial,
        "secret_left_out": summary.secret,
        "unchanged": summary.unchanged,
        "pages": summary.pages,
        "seconds": round(summary.seconds, 1),
    }


def _totals(journal: Journal) -> dict[str, Any]:
    row = journal.db.execute(
        "SELECT count(*), sum(state = 'done'), sum(state = 'failed'), sum(state = 'secret'),"
        " sum(same_as IS NOT NULL), sum(missing IS NOT NULL), sum(pages), sum(seconds)"
        " FROM files WHERE run = ?",
        (journal.run,),
    ).fetchone()
    names = (
        "documents", "done", "failed", "secret_left_out", "copies_of_others", "partly_read",
        "pages", "seconds_of_work",
    )  # fmt: skip
    totals = {name: value or 0 for name, value in zip(names, row, strict=True)}
    return {**totals, "seconds_of_work": round(totals["seconds_of_work"], 1)}


def _causes(journal: Journal) -> Iterator[tuple[str, int]]:
    rows = journal.db.execute(
        "SELECT cause, count(*) FROM files WHERE run = ? AND state = 'failed' GROUP BY cause"
        " ORDER BY count(*) DESC, cause",
        (journal.run,),
    )
    return ((row[0], row[1]) for row in rows)


def _confidence(journal: Journal) -> dict[str, Any]:
    where = "FROM files WHERE run = ? AND state = 'done' AND confidence IS NOT NULL"
    mean = journal.db.execute(f"SELECT avg(confidence) {where}", (journal.run,)).fetchone()[0]
    counts: dict[str, int] = {}
    low = 0.0
    for high in _STEPS:
        query = f"SELECT count(*) {where} AND confidence >= ? AND confidence < ?"
        counts[f"{low:g}"] = journal.db.execute(query, (journal.run, low, high)).fetchone()[0]
        low = high
    return {"mean": mean and round(mean, 4), "documents": counts}


def _look_at(journal: Journal) -> Iterator[dict[str, Any]]:
    """Documents read in part, then those with the largest share of doubtful words."""
    rows = journal.db.execute(
        "SELECT * FROM files WHERE run = ? AND state = 'done' AND same_as IS NULL"
        " AND (missing IS NOT NULL OR confidence < 1)"
        " ORDER BY missing IS NULL, confidence, id LIMIT ?",
        (journal.run, MOST_TO_SEE),
    )
    for row in rows:
        form = row["written"].split(",")[0]
        output = Item(Path(), Path(os.fsdecode(row["base"]))).output(form)
        confidence = row["confidence"] or 0.0
        yield {
            "source": _name(row["source"]),
            "output": shown(output),
            "confidence": round(confidence, 4),
            "pages": row["pages"],
            "why": row["missing"] or f"{100 * (1 - confidence):.1f} % of the words are doubtful",
        }


def _failed(journal: Journal) -> Iterator[dict[str, Any]]:
    rows = journal.db.execute(
        "SELECT source, cause, message FROM files WHERE run = ? AND state = 'failed'"
        " ORDER BY cause, id",
        (journal.run,),
    )
    for row in rows:
        yield {"source": _name(row["source"]), "cause": row["cause"], "message": row["message"]}


def _name(source: bytes | None) -> str:
    return shown(Path(os.fsdecode(source))) if source else ""


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = ["<table><tr>" + "".join(f"<th>{html.escape(cell)}" for cell in head)]
    lines += ["<tr>" + "".join(f"<td>{html.escape(str(cell))}" for cell in row) for row in rows]
    return "\n".join(lines) + "\n</table>\n"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


_HEAD = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>vnadmin convert: report</title>
<style>
body { font-family: sans-serif; margin: 2em; max-width: 70em }
table { border-collapse: collapse; margin: 1em 0 }
td, th { border: 1px solid #ccc; padding: .2em .6em; text-align: left; overflow-wrap: anywhere }
</style>
<h1>vnadmin convert: report</h1>
"""
