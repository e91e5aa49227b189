"""`python -m vnadmin` is the `vnadmin` command."""

from __future__ import annotations

import sys

from vnadmin.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
