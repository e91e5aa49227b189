"""Documents for the tests of the index: letterheads and texts, read by vnadmin itself."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import vnadmin

_LETTERHEAD = """\
{issuer}          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: {number}          Độc lập - Tự do - Hạnh phúc
{mark}
{place}, ngày {day} tháng {month} năm {year}

{kind}
Về việc {subject}

{body}

Nơi nhận:          {position}
- Như trên;
- Lưu: VT.

Nguyễn Văn An
"""


@cache
def letter(
    number: str,
    body: str,
    *,
    date: str = "2021-03-15",
    issuer: str = "UBND TỈNH LÀO CAI",
    place: str = "Lào Cai",
    kind: str = "QUYẾT ĐỊNH",
    subject: str = "phê duyệt kế hoạch",
    mark: str = "",
) -> Mapping[str, Any]:
    """The JSON form of a letter with that body."""
    year, month, day = date.split("-")
    text = _LETTERHEAD.format(
        issuer=issuer, number=number, mark=mark, place=place, day=day, month=month, year=year,
        kind=kind, subject=subject, body=body, position="CHỦ TỊCH",
    )  # fmt: skip
    options = vnadmin.Options(profile="clean")
    from vnadmin.pipeline import extract

    document = extract(text, options=options).to_dict()
    document["source"]["name"] = f"{number.replace('/', '_')}.txt"
    return document


def write(folder: Path, name: str, document: Mapping[str, Any], *, time: int | None = None) -> Path:
    """Write a document as `convert` does: `name.json`; `time` in seconds sets its age."""
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    if time is not None:
        os.utime(path, (time, time))
    return path
