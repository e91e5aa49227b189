"""Pictures of pages: those beside the outputs, else made from the source and remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vnadmin.document import Document
from vnadmin.errors import InputError
from vnadmin.web.folders import Folders

if TYPE_CHECKING:
    from vnadmin.review.images import PagePictures

_OPEN = 2  # sources that are kept open
_REMEMBERED = 64 * 2**20  # bytes of pictures


class Pictures:
    """Makes pictures of pages, one at a time: drawing a page takes a core."""

    def __init__(self, folders: Folders) -> None:
        """Take the folders that may be read."""
        self._folders = folders
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[Path, str], PagePictures] = OrderedDict()
        self._made: OrderedDict[tuple[Path, str, int], bytes] = OrderedDict()
        self._size = 0

    def close(self) -> None:
        """End what draws."""
        with self._lock:
            for pictures in self._open.values():
                pictures.close()
            self._open.clear()

    def get(self, converted: Path, document: Document, number: int) -> bytes | None:
        """A page's picture (WebP); `None` if there is none."""
        beside = self._folders.picture(converted, number)
        if beside is not None:
            return beside
        page = next((page for page in document.pages if page.number == number), None)
        source = self._folders.source(converted, document)
        if page is None or source is None:
            return None
        key = (source, f"{document.source.sha256} {page.turned}", number)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            try:
                picture = self._drawn(source, document)[number]
            except (InputError, KeyError):
                return None
            self._made[key] = picture
            self._size += len(picture)
            while self._size > _REMEMBERED:
                self._size -= len(self._made.popitem(last=False)[1])
            return picture

    def urls(self, converted: Path, document: Document, base: str) -> Mapping[int, str]:
        """Page number → URL below `base`, of the pages whose picture can be had."""
        numbers = {page.number for page in document.pages}
        if self._folders.source(converted, document) is None:
            numbers = {n for n in numbers if self._folders.beside(converted, n).is_file()}
        return _Urls(numbers, base)

    def _drawn(self, source: Path, document: Document) -> PagePictures:
        from vnadmin.review.images import PagePictures  # here: Pillow is slow to load

        key = (source, document.id)
        known = self._open.pop(key, None) or PagePictures(document, source)
        self._open[key] = known
        while len(self._open) > _OPEN:
            self._open.popitem(last=False)[1].close()
        return known


class _Urls(Mapping[int, str]):
    def __init__(self, numbers: set[int], base: str) -> None:
        self._numbers, self._base = numbers, base

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __getitem__(self, number: int) -> str:
        if number not in self._numbers:
            raise KeyError(number)
        return f"{self._base}/{number}.webp"
