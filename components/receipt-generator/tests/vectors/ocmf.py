"""Measurements that meters signed, and what must come of checking them: `python3 ocmf.py`.

The signatures are made by Python's cryptography (OpenSSL); the same are made each time. What is
expected is written down by hand. Nothing comes from the code under test. The published records
beside this file are verified once more as well.
"""

import base64
import json
import pathlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

HERE = pathlib.Path(__file__).parent
HASH = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
METER = ec.derive_private_key(0x0C3F, ec.SECP256R1())
OTHER_METER = ec.derive_private_key(0x0C40, ec.SECP256R1())
K256 = ec.derive_private_key(0x0C41, ec.SECP256K1())
P384 = ec.derive_private_key(0x0C42, ec.SECP384R1())
BRAINPOOL = ec.derive_private_key(0x0C43, ec.BrainpoolP256R1())
# The order of secp256k1.
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

BEGIN, MIDDLE, END = (f"2025-06-15T{time},000+0200 S" for time in ("14:32:10", "14:47:10", "15:02:10"))
cases = []


def b64(data):
    return base64.b64encode(data).decode()


def spki(key, form=serialization.PublicFormat.SubjectPublicKeyInfo, encoding=serialization.Encoding.DER):
    return key.public_key().public_bytes(encoding, form)


def reading(tx, value, time=None, **fields):
    """A reading with every field. One that is None is left out; a value is written as it is."""
    time = time or {"B": BEGIN, "C": MIDDLE}.get(tx, END)
    fields = {"TM": time, "TX": tx, "RV": value, "RI": "1-b:1.8.0", "RU": "kWh", "EF": "", "ST": "G"} | fields
    return {name: field for name, field in fields.items() if field is not None}


def payload(readings, page="T7", **fields):
    fields = {"FV": "1.0", "GS": "808829900001", "PG": page, "MS": "BQ27400330016"} | fields
    parts = [f"{json.dumps(name)}:{json.dumps(field)}" for name, field in fields.items() if field is not None]
    parts.append('"RD":[' + ",".join(map(written, readings)) + "]")
    return "{" + ",".join(parts) + "}"


def written(reading):
    parts = (f'"{name}":{field if name == "RV" else json.dumps(field)}' for name, field in reading.items())
    return "{" + ",".join(parts) + "}"


def packet(text, key=METER, encode=bytes.hex, signature=None, **fields):
    signature = signature or key.sign(text.encode(), HASH)
    return f"OCMF|{text}|" + json.dumps(fields | {"SD": encode(signature)})


def record(*readings, page="T7", key=METER, **fields):
    return packet(payload(readings, page, **fields), key)


def add(name, expected, *packets, key=METER, public_key=None):
    public_key = spki(key).hex() if public_key is None else public_key
    expected = f"Verified({expected})" if isinstance(expected, int) else f"Refused({expected})"
    cases.append({"name": name, "packets": packets, "public_key": public_key, "expected": expected})


B, C, E = reading("B", "2935.6"), reading("C", "2950"), reading("E", "2965.1")
BOTH = payload([B, E])
GOOD = packet(BOTH)

# Whole measurements.
add("begin and end in one record", 29500, GOOD)
add("begin and end in two records", 29500, record(B), record(E, page="T8"))
add("a reading in between", 29500, record(B), record(C, page="T8"), record(E, page="T9"))
add("readings in between in one record", 29500, record(B, C, reading("S", "2960", MIDDLE), reading("T", "2960", MIDDLE), E))
add("the beginning by itself and with the end", 29500, record(B), record(B, E, page="T8"))
for end in "ERLAP":
    add(f"ended with {end}", 29500, record(B, reading(end, "2965.1")))
add("fields as in the reading before are left out", 29500,
    record(B, {"TM": END, "TX": "E", "RV": "2965.1"}))
add("no energy", 0, record(B, reading("E", "2935.6")))
add("nothing but the begin's fields, so no value", "NotMeasured", record(B, {"TM": END, "TX": "E"}))
add("other registers beside it", 29500,
    record(B, {"RV": "7", "RI": "1-b:2.8.0"}, E, {"RV": "3", "RI": "1-b:2.8.0"}, {"RV": "30", "RI": "00:00.08.06.FF", "RU": "sec"}))
add("loss compensation", 29500,
    record(reading("B", "2935.6", CL=0), reading("E", "2965.1", CL=0.5), LC={"LN": "cable", "LI": 1, "LR": 2, "LU": "mOhm"}))
add("times in two zones", 29500, record(B, reading("E", "2965.1", "2025-06-15T13:02:10,000+0000 S")))
add("blanks and lines in the payload", 29500, packet("\n " + BOTH.replace(',"', ' ,\n\t"') + " \r\n"))
add("text that is not ASCII", 29500, record(B, E, GI="Zähler Süd"))
def escaped(text, *fields):
    """The values of these fields, each character as an escape of JSON."""
    for name in fields:
        before, after = text.split(f'"{name}":"', 1)
        value, after = after.split('"', 1)
        text = f'{before}"{name}":"' + "".join(f"\\u{ord(it):04X}" for it in value) + '"' + after
    return text


add("escapes in the payload", 29500,
    packet(escaped(BOTH, "FV", "GS", "PG", "MS", "TM", "TX", "RI", "RU", "ST")))
add("an escaped serial number is the same", 29500, record(B), packet(escaped(payload([E], "T8"), "MS")))
add("an escaped quote in a serial number", 29500, record(B, E, MS='"1"'))
add("a version of the same major number", 29500, record(B, E, FV="1.4"))
add("no version", 29500, record(B, E, FV=None))
add("a serial number of the gateway alone", 29500, record(B, E, MS=None))
add("a serial number of the meter alone", 29500, record(B, E, GS=None))
for register in ["1-0:1.8.0*198", "01-00:01.08.00.FF", "1-b:1.8.e", "1-0:1.8.1", "01-00:B0.08.00*FF", "01-00:B3.08.00*FF"]:
    add(f"the register {register}", 29500, record(reading("B", "2935.6", RI=register), reading("E", "2965.1", RI=register)))

# Values.
def values(name, expected, begin, end, unit="kWh", end_unit=None):
    add(name, expected, record(reading("B", begin, RU=unit), reading("E", end, RU=end_unit or unit)))

values("watt-hours", 268, "2851485", "2851753", "Wh")
values("kilowatt-hours that are watt-hours", 1101, "57.584", "58.685")
values("a tenth of a watt-hour", 0, "0.2596", "0.2597")
values("a watt-hour but for the last decimal", 0, "1.0001", "1.0010999")
values("a watt-hour to the last decimal", 1, "1.0001", "1.0011")
values("halves that make a whole", 1, "0.9995", "1.0005")
values("half a watt-hour more", 10, "100.0", "110.5", "Wh")
values("decimals that no float has", 100, "9007199254740.993", "9007199254741.093")
values("units that differ", 1500, "1000", "2.5", "Wh", "kWh")
values("values in quotes", 1018, '"       8.020"', '"00000009.038"')
values("a register that goes back", "NotMeasured", "2965.1", "2935.6")
values("a register that goes back by a trifle", "NotMeasured", "1.0001", "1")
values("an exponent", "NotMeasured", "1e3", "2e3")
values("a negative value", "NotMeasured", "-1", "1")
values("values that are null", "NotMeasured", "null", "null")
values("another unit", "NotMeasured", "1", "2", "MWh")
values("too large a value", "NotMeasured", "0", "1000000000000000")
add("a register that goes back in between", "NotMeasured", record(B, reading("C", "2935.5"), E))
add("no value", "NotMeasured", record(B, reading("E", None)))
add("no unit", "NotMeasured", record(reading("B", "1", RU=None), reading("E", "2", RU=None)))
add("no register", "NotMeasured", record(reading("B", "1", RI=None), reading("E", "2", RI=None)))
add("another register at the end", "NotMeasured", record(B, reading("E", "2965.1", RI="1-b:1.8.1")))
add("two registers of imported energy", "NotMeasured",
    record(reading("B", "1", RI="01-00:B2.08.00*FF"), reading("B", "1", RI="01-00:B3.08.00*FF"),
           reading("E", "3", RI="01-00:B2.08.00*FF"), reading("E", "2", RI="01-00:B3.08.00*FF")))
for register in ["1-b:2.8.0", "1-b:1.7.0", "1-b:1.9.0", "01-00:C2.08.00*FF", "01-00:B4.08.00*FF", "", "1.8.0", "1-b"]:
    add(f"no energy that was imported: {register!r}", "NoBeginning",
        record(reading("B", "1", RI=register), reading("E", "2", RI=register)))

# States of the meter.
for status in "NTDRMXIOSEF":
    add(f"the status {status} at the end", "NotMeasured", record(B, reading("E", "2965.1", ST=status)))
add("a status that is not good at the beginning", "NotMeasured", record(reading("B", "2935.6", ST="T"), E))
add("a status that is not good in between", "NotMeasured", record(B, reading("C", "2950", ST="M"), E))
add("a status that is not good in a record in between", "NotMeasured",
    record(B), record(reading("C", "2950", ST="M"), page="T8"), record(E, page="T9"))
add("a status that is not good of another register", "NotMeasured", record(B, E, {"RV": "1", "RI": "1-b:2.8.0", "ST": "F"}))
add("a status that lasts", "NotMeasured", record(reading("B", "2935.6", ST="E"), {"TM": END, "TX": "E", "RV": "2965.1"}))
add("no status", "NotMeasured", record(reading("B", "2935.6", ST=None), reading("E", "2965.1", ST=None)))
for flags in ["E", "t", "Et", "?"]:
    add(f"the error flags {flags}", "NotMeasured", record(B, reading("E", "2965.1", EF=flags)))
add("error flags that last", "NotMeasured", record(reading("B", "2935.6", EF="E"), reading("E", "2965.1", EF=None)))
add("an event without a value", "NotMeasured",
    record(B, {"TM": MIDDLE, "TX": "C", "EF": "E", "ST": "T"}, E))
add("an exception", "NotMeasured", record(B, reading("X", "2950", MIDDLE), E))

# From the beginning to the end.
add("the beginning alone", "NoEnd", record(B))
add("the end alone", "NoBeginning", record(E))
add("the end is missing", "NoEnd", record(B), record(C, page="T8"))
add("the beginning is missing", "NoBeginning", record(reading("C", "2935.6", BEGIN)), record(E, page="T8"))
add("no reading", "NoBeginning", record())
add("readings outside of a transaction", "NoBeginning",
    record(reading("B", "1", BEGIN, TX=None), reading("E", "2", TX=None), page="F7"))
add("two beginnings", "WrongOrder", record(B, reading("B", "2940", MIDDLE), E))
add("two ends", "WrongOrder", record(B, reading("E", "2950", MIDDLE), E))
add("two transactions", "WrongOrder", record(B, reading("E", "2950", BEGIN)), record(reading("B", "2950", MIDDLE), E, page="T8"))
add("the end before the beginning", "WrongOrder", record(E, page="T8"), record(B))
add("the end before the beginning in one record", "WrongOrder", record(E, B))
add("a page that is missing", 29500, record(B), record(E, page="T9"))
add("a page that is there twice", "WrongOrder", record(B), record(E))
add("the same record twice", "WrongOrder", GOOD, GOOD)
add("the last page of all", "WrongOrder", record(B, page="T18446744073709551615"), record(E, page="T0"))
add("a page of another context", "WrongOrder", record(B), record(E, page="F8"))
add("time goes back", "WrongOrder", record(B), record(reading("E", "2965.1", "2025-06-15T14:32:09,999+0200 S"), page="T8"))
add("time goes back by a millisecond", "WrongOrder",
    record(reading("B", "1", "2025-06-15T14:32:10,500+0200 S"), reading("E", "2", "2025-06-15T14:32:10,499+0200 S")))
add("time goes back in another zone", "WrongOrder", record(B), record(reading("E", "2965.1", "2025-06-15T14:33:09,999+0201 S"), page="T8"))
add("another meter", "OtherMeter", record(B), record(E, page="T8", MS="BQ27400330017"))
add("another gateway", "OtherMeter", record(B), record(E, page="T8", GS="808829900002"))
add("a meter that is not named at the end", "OtherMeter", record(B), record(E, page="T8", MS=None))
WHO = {"IT": "ISO14443", "ID": "1F2D3A4F5506C7"}
add("the same identification", 29500, record(B, **WHO), record(E, page="T8", **WHO))
add("another identification", "WrongOrder", record(B, **WHO), record(E, page="T8", **WHO | {"ID": "1F2D3A4F5506C8"}))
add("another type of identification", "WrongOrder", record(B, **WHO), record(E, page="T8", **WHO | {"IT": "ISO15693"}))
add("an identification at the end alone", "WrongOrder", record(B), record(E, page="T8", **WHO))
add("another identification in between", "WrongOrder",
    record(B, **WHO), record(C, page="T8", **WHO | {"ID": "0"}), record(E, page="T9", **WHO))

# Signatures.
SIGNATURE = METER.sign(BOTH.encode(), HASH)
K_SIGNATURE = K256.sign(BOTH.encode(), HASH)


def other_s(signature):
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, N - s)


add("the algorithm by its name", 29500, packet(BOTH, SA="ECDSA-secp256r1-SHA256"))
add("every default by its name", 29500, packet(BOTH, SA="ECDSA-secp256r1-SHA256", SE="hex", SM="application/x-der"))
add("hexadecimal in capitals", 29500, packet(BOTH, encode=lambda data: data.hex().upper()))
add("base64", 29500, packet(BOTH, encode=b64, SE="base64"))
add("secp256k1", 29500, packet(BOTH, K256, SA="ECDSA-secp256k1-SHA256"), key=K256)
add("secp256k1 with the other s", 29500, packet(BOTH, signature=other_s(K_SIGNATURE), SA="ECDSA-secp256k1-SHA256"), key=K256)
add("secp384r1", 29500, packet(BOTH, P384, SA="ECDSA-secp384r1-SHA256"), key=P384)
for name in ["brainpool", "brainpoolP"]:
    add(f"{name}256r1", 29500, packet(BOTH, BRAINPOOL, SA=f"ECDSA-{name}256r1-SHA256"), key=BRAINPOOL)
add("a slash that is escaped", 29500, packet(BOTH, SM="application/x-der").replace("n/x", "n\\/x"))
add("a signature whose digits are escaped", 29500,
    f"OCMF|{BOTH}|" + '{"SD":"' + "".join(f"\\u{ord(digit):04x}" for digit in SIGNATURE.hex()) + '"}')
add("fields of others beside the signature", 29500, packet(BOTH, XY="vendor", A=1))
add("another meter's key", "WrongSignature", GOOD, key=OTHER_METER)
add("a key on another curve", "WrongSignature", GOOD, key=K256)
add("an algorithm of another curve than the key's", "WrongSignature", packet(BOTH, SA="ECDSA-secp256k1-SHA256"))
add("the default algorithm with a key on another curve", "WrongSignature", packet(BOTH, K256), key=K256)
add("a payload that was changed", "WrongSignature", GOOD.replace("2965.1", "2965.2"))
add("a blank more in the payload", "WrongSignature", GOOD.replace("|{", "| {", 1))
add("the signature of another record", "WrongSignature", packet(BOTH, signature=METER.sign(b"{}", HASH)))
add("the second record is not signed by this meter", "WrongSignature", record(B), record(E, page="T8", key=OTHER_METER))
add("r and s without DER", "WrongSignature", packet(BOTH, signature=bytes(range(64))))
add("a byte after the signature", "WrongSignature", packet(BOTH, signature=SIGNATURE + b"\0"))
add("a byte less of the signature", "WrongSignature", packet(BOTH, signature=SIGNATURE[:-1]))
add("r and s are zero", "WrongSignature", packet(BOTH, signature=bytes.fromhex("3006020100020100")))
add("an empty signature", "WrongSignature", packet(BOTH, encode=lambda _: ""))
add("a wrong signature before a reading that is not good", "WrongSignature",
    record(B, reading("E", "2965.1", ST="F"), key=OTHER_METER))
for algorithm in ["ECDSA-secp192k1-SHA256", "ECDSA-secp192r1-SHA256", "ECDSA-brainpool384r1-SHA256", "ECDSA-secp256r1-SHA512", "none", ""]:
    add(f"the algorithm {algorithm!r}", "UnsupportedAlgorithm", packet(BOTH, SA=algorithm))
add("another encoding", "UnsupportedAlgorithm", packet(BOTH, SE="base32"))
add("another form", "UnsupportedAlgorithm", packet(BOTH, SM="application/pkcs7"))

# Keys.
DER = spki(METER)
POINT = spki(METER, serialization.PublicFormat.UncompressedPoint, serialization.Encoding.X962)
COMPRESSED = spki(METER, serialization.PublicFormat.CompressedPoint, serialization.Encoding.X962)
add("a key in base64", 29500, GOOD, public_key=b64(DER))
add("a key in base64 with lines", 29500, GOOD, public_key=base64.encodebytes(DER).decode())
add("a key in capitals", 29500, GOOD, public_key=DER.hex().upper())
add("a key in groups", 29500, GOOD, public_key=DER.hex(" ", 2))
add("no key", "NoKey", GOOD, public_key="")
add("a blank key", "NoKey", GOOD, public_key=" \n")
for name, key in [
    ("half a byte less", DER.hex()[:-1]),
    ("a byte less", DER[:-1].hex()),
    ("a byte more", DER.hex() + "00"),
    ("a point by itself", POINT.hex()),
    ("a compressed point", "3039301306072a8648ce3d020106082a8648ce3d030107032200" + COMPRESSED.hex()),
    ("a point that is not on the curve", DER[:-1].hex() + f"{DER[-1] ^ 1:02x}"),
    ("the point at infinity", "3019301306072a8648ce3d020106082a8648ce3d03010703020000"),
    ("a prefix", "0x" + DER.hex()),
    ("PEM", METER.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()),
    ("two keys", DER.hex() * 2),
    ("too long", "00" * 1025),
]:
    add(f"a key that cannot be read: {name}", "UnreadableKey", GOOD, public_key=key)
RSA = rsa.RSAPublicNumbers(65537, (1 << 2047) + 1).public_key()
add("a key of RSA", "UnreadableKey", GOOD,
    public_key=RSA.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo).hex())
for curve in [ec.SECP192R1(), ec.SECP521R1(), ec.BrainpoolP384R1()]:
    add(f"a key on {curve.name}", "UnsupportedCurve", GOOD, key=ec.derive_private_key(7, curve))

# Records.
add("no record", "NoBeginning")
add("no record and no key", "NoKey", public_key="")
for name, text in [
    ("empty", ""),
    ("another format", GOOD.replace("OCMF", "ALFEN", 1)),
    ("in small letters", GOOD.replace("OCMF", "ocmf", 1)),
    ("a blank before it", " " + GOOD),
    ("no signature", f"OCMF|{BOTH}"),
    ("an empty section", f"OCMF|{BOTH}|"),
    ("a section more", GOOD + "|"),
    ("signature data that are missing", f"OCMF|{BOTH}|{{}}"),
    ("signature data that are no text", f'OCMF|{BOTH}|{{"SD":7}}'),
    ("signature data twice", GOOD[:-1] + ', "SD":""}'),
    ("signature data that are not hexadecimal", packet(BOTH, encode=lambda data: data.hex() + "x")),
    ("half a byte", packet(BOTH, encode=lambda data: data.hex()[:-1])),
    ("base64 in place of hexadecimal", packet(BOTH, encode=b64)),
    ("hexadecimal in place of base64", packet(BOTH, SE="base64", encode=lambda data: data.hex() + "0")),
    ("no JSON", packet("begin 1 kWh, end 2 kWh")),
    ("no object", packet("[]")),
    ("something after the object", packet(BOTH + "{}")),
    ("a field twice", packet(BOTH.replace('"PG"', '"PG":"T7","PG"'))),
    ("a value twice", packet(BOTH.replace('"RV"', '"RV":2,"RV"'))),
    ("arrays in arrays", packet('{"PG":"T1","MS":"1","RD":' + "[" * 5000)),
    ("no readings", packet('{"PG":"T1","MS":"1"}')),
    ("no page", record(B, E, page=None)),
    ("a page without context", record(B, E, page="7")),
    ("a page of no context that is known", record(B, E, page="X7")),
    ("a page without a number", record(B, E, page="T")),
    ("too large a page", record(B, E, page="T18446744073709551616")),
    ("no meter", record(B, E, GS=None, MS=None)),
    ("another major version", record(B, E, FV="2.0")),
    ("a reason that is not known", record(B, reading("Z", "2950"), E)),
    ("no time", record({name: field for name, field in B.items() if name != "TM"}, E)),
]:
    add(f"a record that cannot be read: {name}", "UnreadablePacket", text)
for time in [
    "2025-06-15T14:32:10,000+0200",
    "2025-06-15T14:32:10,000+0200 X",
    "2025-06-15T14:32:10+0200 S",
    "2025-06-15T14:32:10.000+0200 S",
    "2025-06-15T14:32:10,000Z S",
    "2025-02-29T14:32:10,000+0200 S",
    "2025-06-15T24:32:10,000+0200 S",
    "2025-06-15T14:32:10,000+9900 S",
    "2025-06-15 14:32:10,000+0200 S",
    "-025-06-15T14:32:10,000+0200 S",
    "2025-06-15T14:32:10,000+0200  S",
    "",
]:
    add(f"the time {time!r}", "UnreadablePacket", record(reading("B", "2935.6", TM=time), E))
add("a leap day", 29500, record(reading("B", "2935.6", TM="2024-02-29T23:59:59,999-1130 R"), E))


def verify_published():
    for entry in json.loads((HERE / "ocmf_published.json").read_text()):
        if entry["signature"] in ("Right", "WrongSignature"):
            der = "".join(entry["public_key"].split())
            der = bytes.fromhex(der) if der.startswith("30") else base64.b64decode(der)
            _, text, signature = entry["packet"].split("|")
            try:
                key = serialization.load_der_public_key(der)
                key.verify(bytes.fromhex(json.loads(signature)["SD"]), text.encode(), ec.ECDSA(hashes.SHA256()))
                outcome = "Right"
            except InvalidSignature:
                outcome = "WrongSignature"
            assert outcome == entry["signature"], entry["found_in"]


verify_published()
names = [case["name"] for case in cases]
assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
(HERE / "ocmf.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
print(f"ocmf.json: {len(cases)} cases")
