"""VAT numbers, as python-stdnum judges them.

    pip install python-stdnum==2.2
    python3 vat_numbers.py

The numbers are published ones: those that python-stdnum's documentation gives as examples, and some
that companies print on their invoices. Of each, every digit is replaced by every other one, and what
is still a number by its check digits is listed with it. Nothing comes from the code under test.
"""

import json
import pathlib

from stdnum.ch import vat as ch
from stdnum.eu import vat as eu
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb
from stdnum.no import mva as no

# Outside of the EU a country has a module of its own; the module takes the prefix or not.
OTHERS = {"CH": ch, "GB": gb, "NO": no}

NUMBERS = [
    "ATU13585627", "AT U33864707",
    "BE0403019261", "BE 0428.759.497",
    "BG175074752", "BG 175 074 752",
    "CY10259033P", "CY-10259033P",
    "CZ25123891", "CZ7103192745",
    "DE136695976", "DE 136 695 976", "de136695976",
    "DK13585628", "DK 13 58 56 28",
    "EE100931558", "EE100594102",
    "EL094259216", "EL 094259216",
    "ESB58378431", "ES B-64717838", "ES54362315K", "ESX5253868R", "ESM1234567L",
    "FI20774740", "FI 2077474-0",
    "FR40303265045", "FR23334175221", "FRK7399859412", "FR4Z123456782",
    "HR33392005961", "HR 33392005961",
    "HU12892312", "HU-12892312",
    "IE6433435F", "IE6433435OA", "IE8D79739I", "IE6388047V", "IE8256796U", "IE9692928F",
    "IT00743110157", "IT 00743110157",
    "LT119511515", "LT100001919017", "LT100004801610",
    "LU15027442", "LU26375245", "LU20260743", "LU 150 274 42",
    "LV40003521600", "LV16117519997", "LV 4000 3521 600",
    "MT11679112", "MT 1167-9112",
    "NL004495445B01", "NL002455799B11",
    "PL8567346215", "PL 856-734-62-15",
    "PT501964843", "PT 501 964 843",
    "RO18547290", "RO 185 472 90",
    "SE123456789701", "SE556677889901",
    "SI50223054", "SI 5022 3054",
    "SK2022749619", "SK 202 274 96 19",
    "XI980780684", "XI 980 7806 84",
    "CHE107787577IVA", "CHE-107.787.577 IVA",
    "GB980780684", "GB 980 7806 84",
    "NO995525828MVA", "NO 995 525 828 MVA",
]


def is_valid(number: str) -> bool:
    number = number.upper()
    other = OTHERS.get(number[:2])
    try:
        (other or eu).validate(number)
        return True
    except ValidationError:
        return False


def changes(number: str):
    """The number with one digit replaced, for each digit and each other value."""
    for place, digit in enumerate(number):
        if digit.isdigit():
            for other in "0123456789":
                if other != digit:
                    yield number[:place] + other + number[place + 1 :]


assert all(is_valid(number) for number in NUMBERS), [it for it in NUMBERS if not is_valid(it)]
vectors = [
    {"number": number, "valid_changes": [it for it in changes(number) if is_valid(it)]}
    for number in NUMBERS
]
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(vectors, indent=1) + "\n")
