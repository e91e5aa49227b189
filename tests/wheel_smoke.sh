#!/bin/sh
# Builds the sdist and from it the wheel, installs that with its dependencies into a throw-away
# environment, and uses it from another directory: what users get, not what the checkout holds.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
example=$PWD/docs/examples/party-directive/eng.txt

.venv/bin/python -m build --no-isolation --outdir "$scratch" . >"$scratch/log" 2>&1 || {
    cat "$scratch/log" >&2
    exit 1
}
.venv/bin/python -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$scratch"/*.whl

cd "$scratch"
PATH=$scratch/venv/bin:$PATH
vnadmin --version
python -m vnadmin --help >/dev/null
tar -tzf "$scratch"/*.tar.gz | grep -q '/scripts/setup\.sh$'
vnadmin restore "$example" >restored.txt
vnadmin extract --format json "$example" >document.json
python - "$scratch" <<'PYTHON'
import json
import sys
from importlib.resources import files
from pathlib import Path

import vnadmin

assert Path(vnadmin.__file__).is_relative_to(sys.argv[1]), vnadmin.__file__
assert (files("vnadmin") / "py.typed").is_file()
assert (files("vnadmin") / "data" / "model" / "language").is_dir(), "no model in the wheel"
document = vnadmin.Document.from_json(Path("document.json").read_text("utf-8"))
restored = Path("restored.txt").read_text("utf-8")
assert document.text == restored, "extract and restore disagree"
assert document.citations, "no citations found"
assert "quyết định" in restored.lower() or "chỉ thị" in restored.lower(), restored[:200]
print(f"wheel: {len(document.edits)} edits, {len(document.citations)} citations")
PYTHON
