"""The functions of `rendering`."""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from .._values import Function, Interface
from .receipt import Document, Format, MeasurementVerdict, Page, Problem, Rendered
from .screen import Message


RENDER: Function[Rendered] = Function(
    "render",
    (
        ("document", Document),
        ("format", Format),
        ("locale", str),
    ),
    Rendered,
    Problem,
)
"""Write a receipt in a format and language. The same arguments always give the same bytes.
`locale` is a BCP 47 tag such as `en` or `sv-SE`.
"""


FORM: Function[Rendered] = Function(
    "form",
    (
        ("page", Page),
        ("locale", str),
    ),
    Rendered,
    Problem,
)
"""Write a page with a form."""


SCREEN_TEXT: Function[str] = Function(
    "screen-text",
    (
        ("message", Message),
        ("locale", str),
    ),
    str,
    Problem,
)
"""Put into words what a terminal's screen says: one line."""


CHECK_MEASUREMENT: Function[MeasurementVerdict] = Function(
    "check-measurement",
    (
        ("packets", tuple[str, ...]),
        ("public_key", str | None),
    ),
    MeasurementVerdict,
    None,
)
"""Check what a meter signed, in OCMF. It takes longer than to render a receipt, so it is done
once, and the receipt keeps what came of it. `public-key` is the meter's, in hexadecimal or
base64.
"""


INTERFACE = Interface(
    "chargetap:receipt-generator/rendering@0.1.0",
    (
        RENDER,
        FORM,
        SCREEN_TEXT,
        CHECK_MEASUREMENT,
    ),
)
