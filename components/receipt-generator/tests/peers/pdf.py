"""Reads a receipt as PDF and its QR codes back with packages that know nothing of how they were made.

The folder has what the test wrote: receipt.pdf, and the same receipt as lines in lines.txt; link.txt, the
address that the codes say; code.svg and code.png; refund.pdf, a refund in Greek; foreign.pdf, a receipt
whose site is called what foreign.txt says, with characters that cannot be seen, on several pages.

Usage: pdf.py FOLDER
"""

import io
import sys
import unicodedata
from pathlib import Path

import pypdf
import pypdfium2
import resvg_py
import zxingcpp
from PIL import Image

FOLDER = Path(sys.argv[1])

# Pixels to a point.
SCALE = 4


def words(text):
    return text.split()


def elements(node, role):
    """The structure elements of a role below a node, in reading order."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        return [found for child in node for found in elements(child, role)]
    if not isinstance(node, pypdf.generic.DictionaryObject):
        return []
    own = [node] if node.get("/S") == role else []
    return own + (elements(node["/K"], role) if "/K" in node else [])


def contents(node):
    """What is drawn of a structure element: pairs of a page's object number and a number on it."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        return [found for child in node for found in contents(child)]
    if node.get("/Type") == "/MCR":
        return [(node.raw_get("/Pg").idnum, node["/MCID"])]
    return contents(node["/K"]) if "/K" in node else []


def codes(picture):
    return [(it.text, it.format, it.ec_level) for it in zxingcpp.read_barcodes(picture)]


def check_text(path, expected):
    """The text is what the receipt says, in order, to two readers."""
    reader = pypdf.PdfReader(path, strict=True)
    by_pypdf = " ".join(page.extract_text() for page in reader.pages)
    assert words(by_pypdf) == expected, (words(by_pypdf), expected)
    by_pdfium = " ".join(
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)
    )
    assert words(by_pdfium) == expected, (words(by_pdfium), expected)


def check_tags(reader, link):
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Receipt"
    assert reader.xmp_metadata.dc_title == {"x-default": "Receipt"}
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()

    tree = root["/StructTreeRoot"]
    for role, count in {"/Document": 1, "/H1": 1, "/H2": 5, "/Table": 4, "/Link": 1}.items():
        assert len(elements(tree["/K"], role)) == count, role
    # The title comes first, as on the page.
    (document,) = elements(tree["/K"], "/Document")
    assert document["/K"][0].get_object()["/S"] == "/H1"
    for row in elements(tree["/K"], "/TR"):
        assert [cell.get_object()["/S"] for cell in row["/K"]] == ["/TH", "/TD"]
    for name in elements(tree["/K"], "/TH"):
        assert name["/A"][0]["/Scope"] == "/Row"
    (figure,) = elements(tree["/K"], "/Figure")
    assert figure["/Alt"] == link
    (layout,) = figure["/A"]
    left, bottom, right, top = layout["/BBox"]
    assert layout["/O"] == "/Layout"
    assert abs(right - left - 70.87) < 0.1 and abs(top - bottom - 70.87) < 0.1
    _, _, width, height = reader.pages[0].mediabox
    assert width / 2 < left < right < width and height / 2 < bottom < top < height

    # Everything that is drawn is an artifact or has one element, and knows it.
    marked = contents(tree["/K"])
    assert len(marked) == len(set(marked))
    parents = tree["/ParentTree"]["/Nums"]
    parents = {key: value.get_object() for key, value in zip(parents[::2], parents[1::2])}
    for page in reader.pages:
        assert page["/Tabs"] == "/S"
        number = page.indirect_reference.idnum
        mine = sorted(mcid for owner, mcid in marked if owner == number)
        assert mine == list(range(len(parents[page["/StructParents"]])))
        for mcid, parent in enumerate(parents[page["/StructParents"]]):
            assert (number, mcid) in contents(parent)
        depth = 0
        for operands, operator in page.get_contents().operations:
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            assert operator not in (b"Tj", b"TJ", b"f") or depth == 1

    (annotation,) = reader.pages[-1]["/Annots"]
    annotation = annotation.get_object()
    assert annotation["/A"]["/URI"] == link and annotation["/Contents"] == link
    assert parents[annotation["/StructParent"]]["/S"] == "/Link"


def check_fonts(reader):
    fonts = reader.pages[0]["/Resources"]["/Font"]
    names = {fonts[key]["/BaseFont"] for key in fonts}
    assert {name[8:] for name in names} == {"NotoSans-Regular", "NotoSans-Bold"}, names
    for key in fonts:
        font = fonts[key]
        name, cid = font["/BaseFont"], font["/DescendantFonts"][0]
        assert name[7] == "+" and name[1:7].isalpha() and name[1:7].isupper(), name
        assert "/ToUnicode" in font
        file = cid["/FontDescriptor"]["/FontFile2"]
        assert file["/Length1"] == len(file.get_data()) < 40_000


def check_receipt():
    path, link = FOLDER / "receipt.pdf", (FOLDER / "link.txt").read_text()
    lines = (FOLDER / "lines.txt").read_text()
    check_text(path, [it for it in words(lines) if it.strip("-")])
    reader = pypdf.PdfReader(path, strict=True)
    check_tags(reader, link)
    check_fonts(reader)
    assert len(reader.pages) == 1
    picture = pypdfium2.PdfDocument(path)[0].render(scale=2).to_pil()
    picture.save(FOLDER / "receipt.png")
    assert [text for text, _, _ in codes(picture)] == [link], codes(picture)


def check_quiet_zone():
    """Nothing is within four modules of the code (ISO/IEC 18004), where explanations are long."""
    path = FOLDER / "refund.pdf"
    reader = pypdf.PdfReader(path, strict=True)
    (figure,) = elements(reader.root_object["/StructTreeRoot"]["/K"], "/Figure")
    picture = pypdfium2.PdfDocument(path)[0].render(scale=SCALE).to_pil().convert("L")
    picture.save(FOLDER / "refund.png")
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == figure["/Alt"]
    height = float(reader.pages[0].mediabox.height)
    left, bottom, right, top = (float(it) * SCALE for it in figure["/A"][0]["/BBox"])
    top, bottom = height * SCALE - top, height * SCALE - bottom
    # Version 4 has room for the link.
    quiet = 4 * (right - left) / 33
    light = lambda box: picture.crop([round(it) for it in box]).getextrema()[0] == 255
    assert light((left - quiet + 1, top - quiet, left - 1, bottom + quiet - 1))
    assert light((left - quiet + 1, bottom + 1, right + quiet, bottom + quiet - 1))


def check_codes():
    link = (FOLDER / "link.txt").read_text()
    expected = [(link, zxingcpp.BarcodeFormat.QRCode, "M")]
    picture = Image.open(FOLDER / "code.png")
    assert picture.mode == "1" and picture.width == picture.height
    assert codes(picture.convert("L")) == expected
    svg = resvg_py.svg_to_bytes(svg_path=str(FOLDER / "code.svg"), width=600)
    assert codes(Image.open(io.BytesIO(bytes(svg)))) == expected


def check_foreign():
    """What the fonts cannot show is still what is copied."""
    reader = pypdf.PdfReader(FOLDER / "foreign.pdf", strict=True)
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert words(page)[-1] == f"{number}/{len(pages)}"
    name = (FOLDER / "foreign.txt").read_text()
    text = "".join(words("".join(page.rsplit("\n", 1)[0] for page in pages)))
    assert "".join(words(name)) in text
    hidden = [it for it in "".join(pages) if it != "\n" and unicodedata.category(it) in ("Cc", "Cf")]
    assert not hidden, hidden
    document = pypdfium2.PdfDocument(FOLDER / "foreign.pdf")
    for index, page in enumerate(document):
        page.render(scale=1).to_pil().save(FOLDER / f"foreign-{index + 1}.png")


check_receipt()
check_quiet_zone()
check_codes()
check_foreign()
