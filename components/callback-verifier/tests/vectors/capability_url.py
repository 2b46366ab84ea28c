"""Capability URLs, and the bodies that Payter posts to them."""

import struct

from common import *

SECRET = bytes(range(32, 96))
OLD = b"an older secret of the gateway, 39 bytes"
NEW_KEY, OLD_KEY = key("new", SECRET), key("old", OLD)
SERIAL, READ, EXPIRY = "P6X-2024.0001", "01HZX3K9QT7V5M2N8R4B", NOW + 60 * SECOND

vectors = Vectors(__file__, "CapabilityUrl", [NEW_KEY, OLD_KEY])


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def segment(secret=SECRET, serial=SERIAL, read=READ, expiry=EXPIRY, purpose="chargetap/payter-callback/v1"):
    signature = mac(secret, f"{purpose}\n{serial}\n{read}\n{expiry}".encode())
    return f"{serial}~{read}~{expiry}~{b64url(signature)}"


def state_segment(secret=SECRET, expiry=EXPIRY, purpose="chargetap/payter-state-webhook/v1"):
    signature = mac(secret, f"{purpose}\n{expiry}".encode())
    return f"state~{expiry}~{b64url(signature)}"


def canonical(value):
    """Every text has its length in front and every item a comma behind."""
    if isinstance(value, str):
        return f"{len(value.encode())}:{value}"
    if isinstance(value, float):
        return f"f{struct.unpack('>Q', struct.pack('>d', value))[0]}"
    if isinstance(value, list):
        return "[" + "".join(canonical(item) + "," for item in value) + "]"
    if isinstance(value, dict):
        fields = sorted(value.items())
        return "{" + "".join(canonical(name) + canonical(field) + "," for name, field in fields) + "}"
    return json.dumps(value)


def reference(card_id, oldest=OLD):
    tag = mac(mac(oldest, b"chargetap/card-reference-key/v1"), b"chargetap/card-reference/v1\n" + card_id.encode())
    return {"high": int.from_bytes(tag[:8], "big"), "low": int.from_bytes(tag[8:16], "big")}


CARD = {"serialNumber": SERIAL, "ifd": "CONTACTLESS", "aid": "A0000000041010", "cardId": "card-77", "maskedPan": "************0042", "sessions": []}
SESSION = {"session": {"serialNumber": SERIAL, "sessionId": "s-77"}, "error": None}
STATE = {"serialNumber": "p6x-2024.0001", "online": True, "state": "IDLE"}


def application(aid):
    """The registered provider, five bytes, and its extension (ISO/IEC 7816-4)."""
    rid, pix = bytes.fromhex(aid)[:5], bytes.fromhex(aid)[5:]
    return {"rid": int.from_bytes(rid, "big"), "pix": int.from_bytes(pix, "big"), "pix_bytes": len(pix)}


def card_read(scheme="Mastercard", last_four=42, card_id="card-77", oldest=OLD, serial=SERIAL, aid="A0000000041010"):
    card = {"scheme": scheme, "last_four": last_four, "reference": reference(card_id, oldest)}
    known = None if scheme == "Unknown" else application(aid)
    return {"Terminal": {"CardRead": {"terminal": serial, "read": READ, "card": card, "application": known}}}


def hint(payment="s-77"):
    return {"Terminal": {"PaymentHint": {"terminal": SERIAL, "read": READ, "payment": payment}}}


def connectivity(online, serial=SERIAL):
    return {"Terminal": {"Connectivity": {"terminal": serial, "online": online}}}


def good(kind, body, event, key_id="new", oldest=OLD):
    return [verified(event, dedupe(oldest, f"{kind}\n{READ}\n", canonical(body).encode()), key_id)]


def add(name, expected, body=CARD, capability=None, **options):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    vectors.add(name, expected, body=body, capability=segment() if capability is None else capability, **options)


add("a card", good("card", CARD, card_read()))
add("by the old key", good("card", CARD, card_read(), "old"), capability=segment(OLD))
add("a session", good("session", SESSION, hint()), SESSION)
add("the body written otherwise", good("session", SESSION, hint()), json.dumps(SESSION, indent=3, sort_keys=True).encode())
add("a moment before the expiry", good("card", CARD, card_read()), received_at=EXPIRY - 1)
lower = CARD | {"serialNumber": SERIAL.lower()}
add("the serial number in lower case", good("card", lower, card_read()), lower)
bare = {"serialNumber": SERIAL, "cardId": "card-77"}
add("a card without AID and digits", good("card", bare, card_read("Unknown", None)), bare)
for aid, scheme in [
    ("A0000000031010", "Visa"),
    ("A0000000043060", "Maestro"),
    ("A00000002501", "Amex"),
    ("A0000001523010", "Discover"),
    ("A0000000651010", "Jcb"),
    ("A000000333010102", "Unionpay"),
    ("a0000003591010028001", "Girocard"),
    ("D27600002545500200", "Unknown"),
]:
    body = CARD | {"aid": aid}
    add(f"AID {aid}", good("card", body, card_read(scheme, aid=aid)), body)
for masked, last_four in [("411111******1111", 1111), ("0007", 7), ("***", None), ("********", None), ("4111 1111 1111 111X", None)]:
    body = CARD | {"maskedPan": masked}
    add(f"the masked number {masked}", good("card", body, card_read(last_four=last_four)), body)
rich = CARD | {"sessions": [{"a": 1.5, "é": -3}, True, False, [], 18446744073709551615, "\n\"\\", -0.0, 1e300]}
add("content of every kind", good("card", rich, card_read()), rich)
other = CARD | {"cardId": "4111111111111111"}
add("a card id that is a card number", good("card", other, card_read(card_id="4111111111111111")), other)
for id, payment in [("4111111111111111", None), ("s" * 64, "s" * 64), ("s" * 65, None), (12, None), ("a b", None)]:
    body = {"session": {"serialNumber": SERIAL, "sessionId": id}}
    add(f"the session id {id!r}", good("session", body, hint(payment)), body)
add("in the key's window", good("card", CARD, card_read(oldest=SECRET), oldest=SECRET), keys=[key("new", SECRET, NOW, NOW + 1)])
add("online", [verified(connectivity(True), None, "new")], STATE, state_segment())
add("offline", [verified(connectivity(False), None, "new")], STATE | {"online": False}, state_segment())
add("state by the old key", [verified(connectivity(True), None, "old")], STATE, state_segment(OLD))
add("the state of any terminal", [verified(connectivity(True, "APOLLO_1"), None, "new")], STATE | {"serialNumber": "APOLLO_1"}, state_segment())

for capability in ["", "~~~", SERIAL, segment().lower(), segment() + "=", segment() + "~", " " + segment(), segment(expiry=f"0{EXPIRY}"), segment(expiry=f"+{EXPIRY}"), segment(serial="A B"), segment(read="lower"), segment(serial="S" * 121), segment(read="R" * 21), "state~" + segment(), segment().split("~", 1)[1], f"STATE~{EXPIRY}~{state_segment().split('~')[2]}"]:
    add(f"the segment {capability!r}", "MalformedCapability", capability=capability)
signature = base64.urlsafe_b64decode(segment().split("~")[3] + "=")
for bit in [0, 100, 255]:
    forged = f"{SERIAL}~{READ}~{EXPIRY}~{b64url(flip(signature, bit))}"
    add(f"bit {bit} of the MAC", "Mismatch", capability=forged)
add("another terminal than signed", "Mismatch", capability=segment().replace("0001~", "0002~", 1))
add("another read than signed", "Mismatch", capability=segment().replace("R4B~", "R4C~", 1))
add("another expiry than signed", "Mismatch", capability=segment().replace(str(EXPIRY), str(EXPIRY + 1)))
add("another purpose", "Mismatch", capability=segment(purpose="chargetap/payter-callback/v2"))
add("the state webhook's purpose", "Mismatch", capability=segment(purpose="chargetap/payter-state-webhook/v1"))
add("by a stranger", "Mismatch", capability=segment(bytes(range(33, 97))))
add("state under a read's purpose", "Mismatch", STATE, state_segment(purpose="chargetap/payter-callback/v1"))
add("state with another expiry", "Mismatch", STATE, state_segment().replace(str(EXPIRY), str(EXPIRY + 1)))
add("expired", {"Stale": 0}, received_at=EXPIRY)
add("expired a minute ago", {"Stale": 60}, received_at=EXPIRY + 60 * SECOND)
add("state expired", {"Stale": 1}, STATE, state_segment(), received_at=EXPIRY + 1)
add("the clock cannot be trusted", "ClockNotTrusted", received_at=None)
add("before the key's window", {"PrematureKey": "new"}, keys=[key("new", SECRET, NOW + 1, None)])
add("after the key's window", {"ExpiredKey": "new"}, keys=[key("new", SECRET, None, NOW)])
add("another terminal's card", "WrongTerminal", CARD | {"serialNumber": "P6X-2024.0002"})
add("another terminal's session", "WrongTerminal", {"session": {"serialNumber": "P6X"}})
add("a state for a read", "UnknownEvent", STATE)
add("a card for a state webhook", "UnknownEvent", CARD, state_segment())
add("an empty object", "UnknownEvent", {})
add("a card without a serial number", {"MalformedBody": "/serialNumber is not a text"}, {"cardId": "c"})
add("a card id that is a number", {"MalformedBody": "/cardId is not a text"}, CARD | {"cardId": 4111111111111111})
add("online as a text", {"MalformedBody": "/online is not a boolean"}, STATE | {"online": "true"}, state_segment())
add("a card number for a serial number", {"MalformedBody": "/serialNumber is not a serial number"}, STATE | {"serialNumber": "4111111111111111"}, state_segment())
add("a blank in a serial number", {"MalformedBody": "/serialNumber is not a serial number"}, STATE | {"serialNumber": "P 6"}, state_segment())
add("a state without serial number", {"MalformedBody": "/serialNumber is not a text"}, {"online": True}, state_segment())
vectors.write()
