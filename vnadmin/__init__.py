"""Restore badly OCR'd Vietnamese administrative text and extract the legal documents it cites.

    >>> import vnadmin
    >>> vnadmin.restore("QUYET DINH")        # text → restored text
    >>> vnadmin.explain(text).edits          # … and what was changed, and how sure it is
    >>> vnadmin.extract(Path("scan.pdf"))    # a file (or text) → Document

Names are imported on first use, so `import vnadmin` itself costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vnadmin import errors as errors
    from vnadmin.document import Document as Document
    from vnadmin.options import Options as Options
    from vnadmin.pipeline import extract as extract
    from vnadmin.pipeline import pages as pages
    from vnadmin.restore import explain as explain
    from vnadmin.restore import restore as restore
    from vnadmin.restore import restore_many as restore_many

__version__ = "0.1.0"

_HOME = {
    "Document": "vnadmin.document",
    "Options": "vnadmin.options",
    "extract": "vnadmin.pipeline",
    "pages": "vnadmin.pipeline",
    "explain": "vnadmin.restore",
    "restore": "vnadmin.restore",
    "restore_many": "vnadmin.restore",
}

__all__ = [
    "Document",
    "Options",
    "__version__",
    "errors",
    "explain",
    "extract",
    "pages",
    "restore",
    "restore_many",
]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("vnadmin.errors")
    if name not in _HOME:
        raise AttributeError(f"module 'vnadmin' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
