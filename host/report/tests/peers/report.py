"""Reads PDF reports back with independent packages.

The folder has reports as PDF and, under the same name, as pages: tampering, draft and closed; long,
with a text of many pages; and turned-1 to turned-8 with one picture each, which is also there as JPEG,
of every orientation that Exif knows.

Usage: report.py FOLDER
"""

import sys
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pypdfium2
from PIL import Image, ImageChops, ImageOps, ImageStat

FOLDER = Path(sys.argv[1])

# Pixels to a point.
SCALE = 2

# Text that only the PDF has.
FONTS = "The fonts of this file lack some characters"

# Characters of the samples that the fonts lack.
LACKING = "充電"


class Page(HTMLParser):
    """The text of a page."""

    def __init__(self):
        super().__init__()
        self.texts, self.depth = [], 0

    def handle_starttag(self, tag, attributes):
        self.depth += tag in ("title", "style")

    def handle_endtag(self, tag):
        self.depth -= tag in ("title", "style")

    def handle_data(self, data):
        if not self.depth:
            self.texts.append(data)


def squeezed(text):
    """Without spaces, list bullets and the separators between two moments."""
    return "".join(it for it in text if not it.isspace() and it not in "–,")


def page_text(name):
    page = Page()
    page.feed((FOLDER / f"{name}.html").read_text())
    return squeezed("".join(page.texts))


def check_text(name, is_draft=False):
    """Two readers find the text of the page, in its order."""
    path = FOLDER / f"{name}.pdf"
    reader = pypdf.PdfReader(path, strict=True)
    title = reader.metadata.title.split(":")[0]
    draft = "DRAFT: not complete" if is_draft else ""
    by_pypdf = [page.extract_text() for page in reader.pages]
    by_pdfium = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]
    expected = page_text(name)
    # pypdf reads the drawn glyphs, and pdfium also the original text beside them.
    drawn = "".join("\ufffd" if it in LACKING else it for it in expected)
    for texts, expected in ((by_pypdf, drawn), (by_pdfium, expected)):
        found = ""
        for number, text in enumerate(texts, 1):
            foot = squeezed(f"{title}{draft}{number}/{len(texts)}")
            assert squeezed(text).endswith(foot), (name, text)
            found += squeezed(text).removesuffix(foot)
        found = found.split(squeezed(FONTS))[0]
        assert found == expected, (name, found, expected)
    return reader


def elements(node, role):
    """The structure elements of a role below a node, in reading order."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        return [found for child in node for found in elements(child, role)]
    if not isinstance(node, pypdf.generic.DictionaryObject):
        return []
    own = [node] if node.get("/S") == role else []
    return own + (elements(node["/K"], role) if "/K" in node else [])


def figures(reader):
    return elements(reader.root_object["/StructTreeRoot"]["/K"], "/Figure")


def check_tags(reader):
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    title = "Incident report I-7: Tampering with terminal PN1234567"
    assert reader.metadata.title == title
    assert reader.metadata.creation_date_raw == "D:20261125123456Z", reader.metadata.creation_date_raw
    assert reader.xmp_metadata.dc_title == {"x-default": title}
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()

    tree = root["/StructTreeRoot"]["/K"]
    for role, count in {"/Document": 1, "/H1": 1, "/H2": 8, "/Table": 4, "/Figure": 3}.items():
        assert len(elements(tree, role)) == count, (role, len(elements(tree, role)))
    for row in elements(tree, "/TR"):
        assert [cell.get_object()["/S"] for cell in row["/K"]] == ["/TH", "/TD"]
    assert [figure["/Alt"] for figure in figures(reader)] == [
        "Photograph 1: The red cable, from the front",
        "Photograph 2: From the side",
        "Photograph 3",
    ]
    assert [entry["/Title"] for entry in reader.outline] == [
        "Incident",
        "Terminal",
        "Place",
        "What happened",
        "What was done",
        "What is planned",
        "Who can be asked",
        "Photographs",
    ]
    for page in reader.pages:
        depth = 0
        for operands, operator in page.get_contents().operations:
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            assert operator not in (b"Tj", b"TJ", b"f", b"Do") or depth >= 1


def check_turned(orientation):
    """The picture in the PDF has the orientation that Pillow gives it."""
    name = f"turned-{orientation}"
    reader = pypdf.PdfReader(FOLDER / f"{name}.pdf", strict=True)
    (figure,) = figures(reader)
    attributes = figure["/A"]
    layout = attributes if isinstance(attributes, dict) else attributes[0].get_object()
    left, bottom, right, top = (float(it) * SCALE for it in layout["/BBox"])
    number = [page.indirect_reference.idnum for page in reader.pages].index(figure.raw_get("/Pg").idnum)
    page = pypdfium2.PdfDocument(FOLDER / f"{name}.pdf")[number]
    rendering = page.render(scale=SCALE).to_pil().convert("RGB")
    height = float(reader.pages[number].mediabox.height) * SCALE
    found = rendering.crop([round(it) for it in (left, height - top, right, height - bottom)])
    expected = ImageOps.exif_transpose(Image.open(FOLDER / f"{name}.jpg")).convert("RGB")
    difference = ImageChops.difference(found, expected.resize(found.size))
    mean = max(ImageStat.Stat(difference).mean)
    assert mean < 6, (orientation, mean)
    # No other orientation matches.
    mirrored = ImageChops.difference(found, ImageOps.mirror(expected).resize(found.size))
    assert max(ImageStat.Stat(mirrored).mean) > 2 * mean, orientation


def check_pictures(reader):
    kinds = [image.image.size for page in reader.pages for image in page.images]
    assert kinds == [(640, 480), (640, 480), (240, 160)], kinds


def main():
    tampering = check_text("tampering")
    check_tags(tampering)
    check_pictures(tampering)
    check_text("draft", is_draft=True)
    closed = check_text("closed")
    assert not figures(closed)
    assert len(check_text("long").pages) > 3
    for orientation in range(1, 9):
        check_turned(orientation)
    for path in FOLDER.glob("*.pdf"):
        for number, page in enumerate(pypdfium2.PdfDocument(path), 1):
            page.render(scale=SCALE).to_pil().save(FOLDER / f"{path.stem}-{number}.png")


main()
