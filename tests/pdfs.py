"""PDFs made by hand for tests: pages with text layers, pictures, legacy fonts; encrypted ones."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 595, 842
LEFT, TOP, SIZE, PITCH = 72, 760, 12, 18
EM = 0.5  # each character's width

BODY = """\
Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
Căn cứ Nghị định số 63/2010/NĐ-CP ngày 08 tháng 6 năm 2010 của Chính phủ
về kiểm soát thủ tục hành chính; theo đề nghị của Giám đốc Sở Nội vụ
tại Tờ trình số 412/TTr-SNV, Ủy ban nhân dân tỉnh yêu cầu các cơ quan,
đơn vị tăng cường công tác văn thư, lưu trữ; người đứng đầu chịu trách
nhiệm trước Chủ tịch Ủy ban nhân dân tỉnh về kết quả thực hiện.""".split("\n")
GARBLED = """\
Can cu Lu~t T6 chuc chinh quySn dia phirong ngay 19 thang 6 nam 2015;
Can cir Nghi djnh s6 63/2010/ND-CP ngay 08 thang 6 nam 2010 ciia Chinh phii
vS kiSm soat thii tuc hanh chinh; theo dS nghi cua Giam d6c S& N9i vu
tai T<1 trinh s6 412/TTr-SNV, Uy ban nhan dan tinh yeu cAu cac ca quan,
don vi tang cuang cong tac van thu, luu trii; nguoi dung dAu chiu trach
nhi~m trucrc Chu tich Dy ban nhan dan tinh v~ kSt qua thuc hien.""".split("\n")


@dataclass(frozen=True)
class Sheet:
    """A page: lines of text in a font, and whether a picture of print covers it.

    `drawn` lines are printed on the picture; `encoding` tells the font's codes: UTF-16, or a byte
    each.
    """

    lines: Sequence[str] = ()
    drawn: Sequence[str] = ()
    hidden: bool = False
    font: str = "Times"
    encoding: str = "utf-16-be"
    box: tuple[float, float] = (WIDTH, HEIGHT)


def picture(lines: Sequence[str], dpi: int = 100) -> Image.Image:
    """A scan on which each word of `lines`, where a layer has them, is a black bar."""
    scale = dpi / 72
    image = Image.new("L", (round(WIDTH * scale), round(HEIGHT * scale)), 250)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        base, at = HEIGHT - TOP + row * PITCH, 0
        for word in line.split():
            x0, x1 = (LEFT + place * EM * SIZE for place in (at, at + len(word) - 0.2))
            draw.rectangle([x0 * scale, (base - 7) * scale, x1 * scale, base * scale], fill=20)
            at += len(word) + 1
    return image


def make_pdf(sheets: Sequence[Sheet]) -> bytes:
    """A PDF with those pages."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    for sheet in sheets:
        resources, content = b"", b""
        if sheet.drawn:
            image = picture(sheet.drawn)
            buffer = io.BytesIO()
            image.save(buffer, "JPEG")
            size = b"/Width %d /Height %d" % image.size
            kind = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8"
            number = add(stream(buffer.getvalue(), kind + b" /Filter /DCTDecode " + size))
            resources += b"/XObject << /Im %d 0 R >> " % number
            content += b"q %d 0 0 %d 0 0 cm /Im Do Q " % (WIDTH, HEIGHT)
        if sheet.lines:
            base = sheet.font.encode()
            if sheet.encoding == "utf-16-be":
                font = _add_unicode_font(add, base)
            else:
                font = add(
                    b"<< /Type /Font /Subtype /TrueType /Encoding /WinAnsiEncoding "
                    b"/FirstChar 32 /LastChar 255 /Widths [" + b"500 " * 224 + b"] "
                    b"/BaseFont /" + base + b" >>"
                )
            shown = b" T* ".join(b"<" + _encoded(line, sheet) + b"> Tj" for line in sheet.lines)
            mode = b"3 Tr " if sheet.hidden else b""
            start = b"BT /F %d Tf %d TL %s%d %d Td " % (SIZE, PITCH, mode, LEFT, TOP)
            content += start + shown + b" ET"
            resources += b"/Font << /F %d 0 R >>" % font
        contents = add(stream(content))
        kids.append(
            add(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] /Contents %d 0 R "
                b"/Resources << %s >> >>" % (*sheet.box, contents, resources)
            )
        )
    tree = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (tree, len(kids))
    return assemble(objects)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def assemble(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A file of the objects 1, 2, …, the first of them its catalogue."""
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    count = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        b"%sxref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\n"
        b"startxref\n%d\n%%%%EOF" % (body, count, table, count, trailer, len(body))
    )


def _encoded(line: str, sheet: Sheet) -> bytes:
    return line.encode(sheet.encoding).hex().encode()


def _add_unicode_font(add: Callable[[bytes], int], name: bytes) -> int:
    """A font whose codes are UTF-16, with half an em a character."""
    ranges = "".join(f"<{high:02x}00> <{high:02x}ff> <{high:02x}00>\n" for high in (0, 1, 30, 32))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def "
        "1 begincodespacerange <0000> <ffff> endcodespacerange "
        f"4 beginbfrange\n{ranges}endbfrange endcmap end end"
    )
    to_unicode = add(stream(cmap.encode()))
    below = add(
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /DW 500 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>" % name
    )
    return add(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H "
        b"/DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>" % (name, below, to_unicode)
    )


def encrypted(user_password: bytes) -> bytes:
    """A one-page PDF in the standard encryption of 40 bits (PDF 1.7, 7.6.3) with that password."""
    pad = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
    owner = _rc4(hashlib.md5(pad).digest()[:5], (user_password + pad)[:32])
    permissions = (-4).to_bytes(4, "little", signed=True)
    key = hashlib.md5((user_password + pad)[:32] + owner + permissions + b"id").digest()[:5]
    own = hashlib.md5(key + (4).to_bytes(3, "little") + bytes(2)).digest()[:10]
    content = _rc4(own, b"BT /F 12 Tf 72 700 Td (Some plain text on a page of its own) Tj ET")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        stream(content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    entries = b"/Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s>" % (
        owner.hex().encode(),
        _rc4(key, pad).hex().encode(),
    )
    return assemble(objects, b"/ID [<6964> <6964>] /Encrypt << %s >>" % entries)


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    result, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        result.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(result)
