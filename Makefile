# `make demo` and `make test` each do all their own set-up: see scripts/setup.sh.
.PHONY: demo test docs screenshots clean
PY := .venv/bin/python
BUILT_FROM := pyproject.toml hatch_build.py scripts/setup.sh $(wildcard vnadmin/restore/*.[ch])
INSTALL = echo "installing $(1) into .venv by pip" >&2; \
	$(PY) -m pip install --quiet --disable-pip-version-check -e '$(1)' || { \
	echo "pip failed, see above; it needs the network or a mirror set in its configuration" >&2; \
	exit 1; }

# A .venv that was copied would run the code of where it was made: it is made anew, as a broken one is.
ifeq ($(shell test -x .venv/bin/python && grep -sF ' $(CURDIR)/.venv' .venv/pyvenv.cfg),)
.PHONY: .venv/.installed .venv/.installed-dev
endif

demo: .venv/.installed
	@$(PY) docs/examples/demo.py

test: .venv/.installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	@command -v chromium >/dev/null || $(PY) -m playwright install --with-deps chromium
	VNADMIN_SCREENSHOTS=build/screenshots $(PY) -m pytest -n auto
	sh tests/wheel_smoke.sh

docs: .venv/.installed-dev
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict -d build/site
	@echo "open build/site/index.html" >&2

screenshots: .venv/.installed-dev
	$(PY) scripts/screenshots.py

.venv/.installed: $(BUILT_FROM)
	@sh scripts/setup.sh
	@$(call INSTALL,.)
	@touch $@

.venv/.installed-dev: $(BUILT_FROM)
	@sh scripts/setup.sh test
	@$(call INSTALL,.[dev])
	@touch $@ .venv/.installed

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
