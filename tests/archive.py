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


DECREE = "Nghị định số 39/2022/NĐ-CP ngày 18 tháng 6 năm 2022 của Chính phủ"


def letters() -> list[Mapping[str, Any]]:
    """Three letters: the second repeals the first, the third cites it still."""
    return [
        letter(
            "12/QĐ-UBND",
            f"Căn cứ Luật Đất đai năm 2013;\nCăn cứ khoản 2 Điều 5 {DECREE};\n"
            "Căn cứ Quyết định số 23-QĐ/TW;\nGiải phóng mặt bằng thuế đất.",
            date="2022-08-01",
            subject="thu hồi đất",
        ),
        letter(
            "13/QĐ-UBND",
            "Căn cứ Nghị định 39/2022/NĐ-CP;\nCăn cứ Quyết định số 23-QĐ/TW ngày 30/7/2021;\n"
            "Bãi bỏ Quyết định số 12/QĐ-UBND ngày 01/8/2022 của UBND tỉnh Lào Cai. Cho thuê nhà.",
            date="2023-02-01",
            subject="cho thuê nhà",
        ),
        letter(
            "7/KH-SYT",
            "Thực hiện Quyết định số 12/QĐ-UBND ngày 01/8/2022 của UBND tỉnh Lào Cai.\n"
            "Căn cứ Điều 5 Nghị định số 39/2022/NĐ-CP.",
            date="2024-05-06",
            issuer="SỞ Y TẾ",
            kind="KẾ HOẠCH",
            subject="tiêm chủng",
        ),
    ]


def write(folder: Path, name: str, document: Mapping[str, Any], *, time: int | None = None) -> Path:
    """Write a document as `convert` does: `name.json`; `time` in seconds sets its age."""
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    if time is not None:
        os.utime(path, (time, time))
    return path
