"""What vnadmin doesn't read, told by its first bytes, and what to do with it."""

from __future__ import annotations

import re

_ZIPPED = (
    (b"word/", "a Word document", "save it as PDF or plain text"),
    (b"xl/", "an Excel workbook", "save it as PDF"),
    (b"ppt/", "a PowerPoint presentation", "save it as PDF"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file", "save it as PDF"),
    (b"mimetypeapplication/epub", "an e-book (EPUB)", "convert it to plain text or PDF"),
)
_OFFICE = (b"[Content_Types].xml", "an Office document (.docx, .xlsx, .pptx)", "save it as PDF")
_UNPACK = "unpack it and give the files in it"
_TEXT_OR_PDF = "save it as PDF or plain text"
_STARTS = (
    (b"PK\x05\x06", "an empty ZIP archive", _UNPACK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls)", _TEXT_OR_PDF),
    (b"{\\rtf", "a rich text document (RTF)", _TEXT_OR_PDF),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"\x1f\x8b", "a gzip archive", "unpack it (gunzip) and give what is in it"),
    (b"BZh", "a bzip2 archive", "unpack it (bunzip2) and give what is in it"),
    (b"\xfd7zXZ\0", "an xz archive", "unpack it (unxz) and give what is in it"),
    (b"AT&TFORM", "a DjVu file", "convert it: ddjvu -format=pdf"),
    (b"%!PS", "a PostScript file", "convert it: ps2pdf"),
    (b"\x7fELF", "a program", "give text, a PDF or an image"),
    (b"MZ\x90\0", "a program", "give text, a PDF or an image"),
    (b"SQLite format 3\0", "a database", "give text, a PDF or an image"),
)
_HEIF = re.compile(rb"....ftyp(?:heic|heix|mif1|msf1|avif|hevc)", re.DOTALL)
_HTML = re.compile(
    rb"(?:<!--[^>]*-->|<\?xml[^>]*>|\s)*+<(?:!doctype html|html[\s>])", re.IGNORECASE
)


def what_it_is(head: bytes) -> tuple[str, str] | None:
    """Tell what a file that begins like this is and what to do with it, if it isn't for vnadmin.

    hOCR, which is HTML, is to be looked for before.
    """
    if head.startswith(b"PK\x03\x04"):
        # Its first members' names can be seen; [Content_Types].xml is the first of Office's.
        for sign, what, advice in (*_ZIPPED, _OFFICE):
            if sign in head:
                return what, advice
        return "a ZIP archive", _UNPACK
    for sign, what, advice in _STARTS:
        if head.startswith(sign):
            return what, advice
    if _HEIF.match(head):
        return "a HEIC or AVIF photograph", "save it as JPEG or PNG"
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "a web page (HTML)", "save it as plain text, or print it to a PDF"
    return None
