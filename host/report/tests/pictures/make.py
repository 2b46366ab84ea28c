"""Draws the photographs of the tests. Needs Pillow 13.0.

Usage: make.py FOLDER
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(sys.argv[1])


def terminal(width, height):
    """A terminal with a foreign cable. It is asymmetric, so that its orientation is visible."""
    picture = Image.new("RGB", (width, height), (196, 205, 211))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        shade = 220 - 60 * y // height
        draw.line([(0, y), (width, y)], fill=(shade, shade, shade + 10))
    draw.rectangle([width * 0.3, height * 0.15, width * 0.7, height * 0.9], fill=(40, 44, 52))
    draw.rectangle([width * 0.35, height * 0.22, width * 0.65, height * 0.5], fill=(90, 170, 220))
    draw.ellipse([width * 0.44, height * 0.6, width * 0.56, height * 0.75], outline=(240, 240, 240), width=4)
    draw.line([(width * 0.7, height * 0.8), (width * 0.98, height * 0.97)], fill=(200, 30, 30), width=9)
    draw.rectangle([0, 0, width * 0.12, height * 0.08], fill=(250, 200, 0))
    return picture


# Held upright, so that it is stored on its side: 6, turn it clockwise.
exif = Image.Exif()
exif[0x0112] = 6
stored = terminal(480, 640).transpose(Image.Transpose.ROTATE_90)
stored.save(FOLDER / "upright.jpg", quality=70, exif=exif)
terminal(640, 480).save(FOLDER / "progressive.jpg", quality=70, progressive=True)

clear = terminal(240, 160).convert("RGBA")
clear.putalpha(Image.linear_gradient("L").resize(clear.size))
clear.quantize(64).save(FOLDER / "clear.png", optimize=True)
