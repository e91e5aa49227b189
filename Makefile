# `make demo` and `make test` each do all their own set-up: see scripts/setup.sh.
.PHONY: demo test clean
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

demo: .venv/.installed
	@$(PY) docs/examples/demo.py

test: .venv/.installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -n auto
	sh tests/wheel_smoke.sh

.venv/.installed: pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh
	$(PIP) -e .
	@touch $@

.venv/.installed-dev: pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh
	$(PIP) -e '.[dev]'
	@touch $@ .venv/.installed

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
