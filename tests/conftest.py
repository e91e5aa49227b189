"""Settings of all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from vnadmin.language.model import LanguageModel
from vnadmin.train.corpus import is_held_back
from vnadmin.train.language import train_language

# The same examples every time: a test that fails fails for everybody. `--hypothesis-profile
# explore` looks at others.
settings.register_profile("fixed", deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("fixed")

SENTENCES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 12/TTr-SNV,",
    "Ban hành kèm theo Quyết định này Quy chế làm việc của Ủy ban nhân dân tỉnh.",
    "Các sở, ban, ngành và Ủy ban nhân dân các huyện, thành phố chịu trách nhiệm thi hành.",
    "Thực hiện Chỉ thị số 05-CT/TW của Bộ Chính trị về đẩy mạnh học tập và làm theo tư tưởng.",
    "Tăng cường sự lãnh đạo của Đảng đối với công tác dân vận trong tình hình mới.",
    "Yêu cầu các cấp ủy, tổ chức đảng quán triệt và tổ chức thực hiện nghiêm Chỉ thị này.",
    "Quyết định có hiệu lực thi hành kể từ ngày ký và thay thế Quyết định trước đây.",
)


@pytest.fixture(scope="session")
def sentences() -> tuple[str, ...]:
    """What the tiny model was trained on."""
    return SENTENCES


@pytest.fixture(scope="session")
def tiny_language(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a language model of a few formulas."""
    folder = tmp_path_factory.mktemp("tiny")
    corpus = folder / "corpus.txt"
    documents = [
        [f"{number}. {first}", f"{second} Lần {number}."]
        for number in range(1, 6)
        for first in SENTENCES
        for second in SENTENCES
    ]
    # A document that is held back would take all that repeat it with it.
    kept = ["\n".join(d) for d in documents if not is_held_back(d)]
    corpus.write_text("\n\n".join(kept), encoding="utf-8")
    train_language([corpus], folder / "model" / "language", log=lambda _: None)
    return folder / "model" / "language"


@pytest.fixture(scope="session")
def tiny_model(tiny_language: Path) -> LanguageModel:
    """A language model of a few formulas."""
    return LanguageModel.load(tiny_language)


# Of what pytesseract asks, the version and the table of words in OUT.tsv matter.
_TESSERACT = """#!/bin/sh
case "$*" in *--version*) echo "tesseract 5.3.0"; exit 0;; esac
{then}
"""


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a script in Tesseract's place."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(then: str) -> None:
        path = folder / "tesseract"
        path.write_text(_TESSERACT.format(then=then))
        path.chmod(0o755)

    return put
