"""Small PDF and DOCX files for tests, written by hand so that every byte of them is known."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence

from docx import Document

A4 = (595, 842)
#: A line of a page: x, y, size of the letters, text.
Placed = tuple[float, float, float, str]


def make_pdf(
    pages: Sequence[Iterable[Placed]],
    *,
    title: str = "",
    cjk: bool = False,
    stamp: str = "",
    encrypt: str = "",
) -> bytes:
    """A PDF with these lines on its pages. ``cjk`` uses a Chinese font that is named and not embedded.

    ``stamp`` only alters the bytes; ``encrypt`` is the dictionary of a security handler, as it stands in the file.
    """
    font = (
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
        "/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
        "/DW 1000/W[1 95 500]/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/Ascent 880"
        "/Descent -120/CapHeight 700/ItalicAngle 0/StemV 80/FontBBox[0 -200 1000 900]>>>>]>>"
        if cjk
        else "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    )
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", font, f"<</Title {_text(title)}/Producer(tests {stamp})>>"]
    kids = []
    for lines in pages:
        content = "\n".join(_draw(*line, cjk=cjk) for line in lines)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {A4[0]} {A4[1]}]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {len(objects) + 2} 0 R>>"
        )
        kids.append(f"{len(objects)} 0 R")
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    return assemble_pdf([each.encode("latin-1") for each in objects], trailer=f"/Info 4 0 R{encrypt}")


def assemble_pdf(objects: Sequence[bytes], *, trailer: str = "") -> bytes:
    """The objects, numbered from 1, with their table and trailer."""
    body, places = io.BytesIO(), []
    body.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, each in enumerate(objects, 1):
        places.append(body.tell())
        body.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = body.tell()
    body.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    body.writelines(b"%010d 00000 n \n" % place for place in places)
    body.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode())
    return body.getvalue()


def write_lines(text: str, *, top: float = 760, left: float = 72, size: float = 11, step: float = 16) -> list[Placed]:
    """Lines below each other from ``top``; an empty line leaves a gap."""
    return [(left, top - step * row, size, line) for row, line in enumerate(text.splitlines()) if line.strip()]


def scanned_pdf(pages: int = 1) -> bytes:
    """A PDF whose pages hold a picture each and no text."""
    pixels = zlib.compress(b"\xff" * 64)
    picture = b"<</Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8"
    picture += b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(pixels), pixels)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", picture]
    draw = b"500 0 0 700 40 40 cm /P Do"
    kids = []
    for _ in range(pages):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</P 3 0 R>>>>/Contents %d 0 R>>"
            % (len(objects) + 2)
        )
        kids.append(b"%d 0 R" % len(objects))
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, b" ".join(kids))
    return assemble_pdf(objects)


def encrypted_pdf() -> bytes:
    """A PDF whose security handler wants a password nobody gives."""
    key = "A" * 64
    handler = f"/Encrypt<</Filter/Standard/V 1/R 2/O<{key}>/U<{key}>/P -4>>/ID[<00><00>]"
    return make_pdf([[(72, 700, 12, "secret")]], encrypt=handler)


def looping_pdf() -> bytes:
    """A PDF whose page tree leads back to itself."""
    return assemble_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 100000/Kids[2 0 R 2 0 R 2 0 R]>>"])


def swelling_pdf(size: int = 1 << 30) -> bytes:
    """A PDF whose only content inflates, twice over, to ``size`` bytes of text operators."""
    packer = zlib.compressobj(9)
    piece = b"(swell) Tj " * 95_325
    packed = b"".join([b"".join(packer.compress(piece) for _ in range(size // len(piece))), packer.flush()])
    twice = zlib.compress(packed, 9)
    content = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(twice), twice)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return assemble_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, content, font])


def make_docx(paragraphs: Iterable[str] = (), *, title: str = "", table: Sequence[Sequence[str]] = ()) -> bytes:
    """A DOCX. ``# `` begins a heading, ``* `` a list item; the table comes last."""
    document = Document()
    document.core_properties.title = title
    for text in paragraphs:
        if text.startswith("# "):
            document.add_heading(text[2:], level=1)
        elif text.startswith("* "):
            document.add_paragraph(text[2:], style="List Bullet")
        else:
            document.add_paragraph(text)
    if table:
        grid = document.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    return save_docx(document)


def save_docx(document: object) -> bytes:
    """The bytes of a python-docx document."""
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def repack_docx(body: bytes, part: str, content: bytes) -> bytes:
    """The same DOCX with other bytes as one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, content if each == part else old.read(each))
        if part not in old.namelist():
            new.writestr(part, content)
    return out.getvalue()


def _draw(x: float, y: float, size: float, text: str, *, cjk: bool) -> str:
    shown = f"<{text.encode('utf-16-be').hex()}>" if cjk else _text(text)
    return f"BT /F {size} Tf {x} {y} Td {shown} Tj ET"


def _text(text: str) -> str:
    if not text.isascii():
        return f"<feff{text.encode('utf-16-be').hex()}>"
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"({escaped})"
