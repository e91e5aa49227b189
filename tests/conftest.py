"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# The same examples every time: a test that fails fails for everybody. `--hypothesis-profile
# explore` looks at others.
settings.register_profile("fixed", deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("fixed")
