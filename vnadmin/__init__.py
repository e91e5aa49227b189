"""Restore badly OCR'd Vietnamese administrative text and extract the legal documents it cites.

`restore(text)` returns what the paper said, `explain(text)` that and each change with its
confidence; `extract(source)` makes a `Document` of a text (`str`) or a file (`Path`: text, PDF,
image, hOCR, ALTO or PAGE XML), `pages(path)` one of each page of a large file;
`annotate(document)` is its text with links; `restore_many(texts)` is the fast path for many;
`Index(path)` holds an archive's documents and what they cite, to be searched and asked.
Names are imported on first use, so `import vnadmin` itself costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vnadmin import errors as errors
    from vnadmin.document import Document as Document
    from vnadmin.extract.annotate import annotate as annotate
    from vnadmin.grammar.custom import use_tables as use_tables
    from vnadmin.index import Index as Index
    from vnadmin.options import Options as Options
    from vnadmin.pipeline import extract as extract
    from vnadmin.pipeline import pages as pages
    from vnadmin.restore import explain as explain
    from vnadmin.restore import restore as restore
    from vnadmin.restore import restore_many as restore_many

__version__ = "0.1.0"

__all__ = [
    "Document",
    "Index",
    "Options",
    "__version__",
    "annotate",
    "errors",
    "explain",
    "extract",
    "pages",
    "restore",
    "restore_many",
    "use_tables",
]

_HOME = {
    "Document": "vnadmin.document",
    "Index": "vnadmin.index",
    "Options": "vnadmin.options",
    "annotate": "vnadmin.extract.annotate",
    "use_tables": "vnadmin.grammar.custom",
    "pages": "vnadmin.pipeline",
    "explain": "vnadmin.restore",
    "restore_many": "vnadmin.restore",
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("vnadmin.errors")
    if name not in _HOME:
        raise AttributeError(f"module 'vnadmin' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps `vnadmin.restore` and `vnadmin.extract` functions.

    Subpackages have these names too, and the import system binds a subpackage to its name here
    when it is first imported; these setters let it.
    """

    @property
    def restore(self) -> Any:
        return import_module("vnadmin.restore").restore

    @restore.setter
    def restore(self, module: ModuleType) -> None:
        pass

    @property
    def extract(self) -> Any:
        return import_module("vnadmin.pipeline").extract

    @extract.setter
    def extract(self, module: ModuleType) -> None:
        pass


sys.modules[__name__].__class__ = _Package
