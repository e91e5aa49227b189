"""scripts/ablation.py takes out what it says, and only that."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from vnadmin.language.model import LanguageModel
from vnadmin.options import Options
from vnadmin.restore import restore

READ = "Thyc hién Quyét dinh sé 1629/QB-UBND ngay 25 thang 9 nam 2019 vé céng tac can b6;"
RIGHT = "Thực hiện Quyết định số 1629/QĐ-UBND ngày 25 tháng 9 năm 2019 về công tác cán bộ;"


@pytest.fixture(scope="module")
def ablation() -> ModuleType:
    path = Path(__file__).parent.parent / "scripts" / "ablation.py"
    spec = importlib.util.spec_from_file_location("ablation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ablation"] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_lower_orders_keep_their_values(
    ablation: ModuleType, tiny_model: LanguageModel, order: int
) -> None:
    ids = tiny_model.ids("căn cứ luật tổ chức chính quyền địa phương của bộ chính trị xyz")
    limited = ablation.limited(tiny_model, order)
    assert np.array_equal(limited.sequence(ids), tiny_model.sequence(ids, order))


def test_each_part_is_missed_where_it_is_needed(ablation: ModuleType) -> None:
    rows = {row.name: row for row in ablation.ROWS}

    def restored(name: str) -> str:
        (text,) = ablation.restored(rows[name], "eng", [READ])
        return str(text)

    assert restored("complete") == restore(READ, options=Options(profile="eng")) == RIGHT
    assert restored("no codes mended") == RIGHT.replace("QĐ", "QB")
    assert restored("no junk dropped") == RIGHT
    assert restored("1-grams") != RIGHT
    assert restored("complete") == RIGHT  # nothing stays taken out
