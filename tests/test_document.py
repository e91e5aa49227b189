"""The document's JSON, both ways, and the JSON Schema that describes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.document import (
    SCHEMA,
    Arrival,
    Citation,
    Document,
    Edit,
    Header,
    Page,
    Part,
    Provision,
    Reference,
    Resolved,
    Signer,
    Source,
    Spans,
    Word,
    apply_edits,
    undo_edits,
)

SCHEMA_FILE = Path(__file__).parent.parent / "docs" / "document.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
named = st.text("aăâbcđeêQĐ/-", min_size=1, max_size=6)
maybe = st.none() | text
offset = st.integers(0, 9999)
probability = st.floats(0, 1)
span = st.none() | st.tuples(offset, offset)
date = st.none() | st.dates().map(str)
warnings = st.lists(named.map(lambda s: f"symbol-issuer: {s}"), max_size=2).map(tuple)
confidences = st.dictionaries(st.sampled_from(["type", "number", "date"]), probability)


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


words = st.builds(
    Word,
    start=offset,
    end=offset,
    box=st.tuples(*[st.integers(-9, 9)] * 4),
    confidence=probability,
)
edits = st.builds(
    Edit,
    start=offset,
    end=offset,
    source_start=offset,
    source_end=offset,
    source=text,
    restored=text,
    confidence=probability,
)
headers = st.builds(
    Header,
    **dict.fromkeys(
        ["issuer", "parent_issuer", "number", "symbol", "place", "type", "subject"], maybe
    ),
    date=date,
    addressees=several(text),
    signers=several(st.builds(Signer, name=maybe, position=maybe)),
    arrival=st.none() | st.builds(Arrival, body=maybe, number=maybe, date=st.none()),
    recipients=several(text),
    confidence=confidences,
)
citations = st.builds(
    Citation,
    type=named,
    number=maybe,
    symbol=maybe,
    year=st.none() | st.integers(1945, 2030),
    name=maybe,
    date=date,
    issuer=maybe,
    title=maybe,
    provisions=several(st.builds(Provision, article=maybe, clause=maybe, point=maybe)),
    start=offset,
    end=offset,
    source_start=offset,
    source_end=offset,
    text=named,
    source_text=text,
    page=st.none() | st.integers(1, 99),
    spans=st.builds(Spans, type=span, number=span, title=span),
    resolved=st.none() | st.builds(Resolved, number=maybe, candidates=several(text)),
    confidence=confidences,
    warnings=warnings,
    id=named,
    uri=st.none() | st.just("/akn/vn/act/luat/2013/45-2013-qh13"),
)
documents = st.builds(
    Document,
    id=named,
    source=st.builds(
        Source,
        name=text,
        sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
        pages=st.integers(0, 99),
    ),
    text=text,
    header=headers,
    parts=several(st.builds(Part, start=offset, end=offset, header=headers)),
    edits=several(edits),
    citations=several(citations),
    references=several(st.builds(Reference, text=named, start=offset, end=offset, refers_to=maybe)),
    pages=several(
        st.builds(
            Page,
            number=st.integers(1, 99),
            width=offset,
            height=offset,
            start=offset,
            end=offset,
            words=several(words),
        )
    ),
    warnings=warnings,
    complete=st.booleans(),
)


@given(documents)
def test_json_there_and_back_and_as_the_schema_says(document: Document) -> None:
    plain = json.loads(document.to_json())
    VALIDATOR.validate(plain)
    assert Document.from_json(document.to_json(indent=2)) == document
    for indent in (None, 2):
        assert "".join(document.json_parts(indent=indent)) == document.to_json(indent=indent)
    assert Document.from_dict(plain).to_dict() == plain


@given(documents, st.sampled_from(["Mới", "x"]))
def test_additions_are_allowed(document: Document, key: str) -> None:
    plain = json.loads(document.to_json())
    for level in (plain, plain["source"], plain["header"], *plain["citations"], *plain["pages"]):
        level[key] = 1
    VALIDATOR.validate(plain)
    assert Document.from_dict(plain) == document


def a_document() -> Document:
    citation = Citation(
        type="Quyết định",
        number="1/QĐ-TTg",
        symbol="QĐ-TTg",
        year=None,
        name=None,
        date=None,
        issuer=None,
        title=None,
        provisions=(Provision(article="5"),),
        relation="refers",
        start=0,
        end=1,
        source_start=0,
        source_end=1,
        text="x",
        source_text="x",
        page=None,
        spans=Spans(type=(0, 1)),
        resolved=Resolved(),
        confidence={},
        warnings=(),
        id="c1",
    )
    return Document(
        id="1",
        source=Source("a", "0" * 64, "text", 1),
        text="x",
        header=Header(signers=(Signer(),), arrival=Arrival()),
        parts=(Part(0, 1, Header()),),
        edits=(Edit(0, 1, 0, 1, "y", "x", "word", 1.0),),
        citations=(citation,),
        references=(Reference("Quyết định này", 0, 1),),
        pages=(Page(1, 10, 10, 0, 1, (Word(0, 1, (0, 0, 1, 1), 1.0),)),),
    )


def objects(value: Any) -> list[dict[str, Any]]:
    """Every JSON object within `value` whose keys are the contract's."""
    if isinstance(value, list):
        return [found for item in value for found in objects(item)]
    if isinstance(value, dict):
        return [value, *(found for item in value.values() for found in objects(item))]
    return []


def test_the_schema_requires_every_key() -> None:
    optional = {  # added to provisions later
        "chapter", "section", "appendix", "part", "subsection", "subpoint", "paragraph", "dash",
    }  # fmt: skip
    paths = [
        (index, key)
        for index, each in enumerate(objects(a_document().to_dict()))
        for key in each
        if key not in optional
    ]
    assert len(paths) > 80
    for index, key in paths:
        plain = a_document().to_dict()
        del objects(plain)[index][key]
        assert not VALIDATOR.is_valid(plain), key


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (["schema"], "vnadmin/document/2"),
        (["source", "kind"], "doc"),
        (["source", "sha256"], "xyz"),
        (["edits", 0, "kind"], "magic"),
        (["edits", 0, "confidence"], 1.5),
        (["edits", 0, "start"], -1),
        (["citations", 0, "relation"], "likes"),
        (["citations", 0, "date"], "30/7/2021"),
        (["citations", 0, "page"], 0),
        (["citations", 0, "warnings"], ["no code"]),
        (["citations", 0, "spans", "type"], [1]),
        (["header", "signers", 0, "authority"], "TB."),
        (["pages", 0, "words", 0, "box"], [1, 2, 3]),
    ],
)
def test_the_schema_refuses(path: list[Any], wrong: object) -> None:
    plain = a_document().to_dict()
    VALIDATOR.validate(plain)
    level: Any = plain
    for step in path[:-1]:
        level = level[step]
    level[path[-1]] = wrong
    assert not VALIDATOR.is_valid(plain)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "other"},
        {"id": None},
        {"source": 3},
        {"edits": [{"start": "0"}]},
        {"pages": {}},
        {"complete": 1},
    ],
)
def test_reading_refuses_another_shape(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Document.from_dict({**a_document().to_dict(), **change})


def test_the_schema_has_an_id_of_this_version() -> None:
    assert VALIDATOR.schema["$id"] == SCHEMA


@given(st.lists(st.tuples(text, st.none() | text)))
def test_edits_replay_both_ways(pieces: list[tuple[str, str | None]]) -> None:
    source = restored = ""
    made = []
    for before, after in pieces:
        if after is not None:
            made.append(
                Edit(
                    len(restored),
                    len(restored) + len(after),
                    len(source),
                    len(source) + len(before),
                    before,
                    after,
                    "word",
                    1.0,
                )
            )
        source += before
        restored += before if after is None else after
    assert apply_edits(source, made) == restored
    assert undo_edits(restored, made) == source
