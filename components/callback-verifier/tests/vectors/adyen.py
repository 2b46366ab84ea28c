"""Adyen's notifications: every item is signed by itself."""

from common import *

SECRET = bytes.fromhex("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056")
OLD = bytes(range(200, 232))
NEW_KEY, OLD_KEY = key("new", SECRET.hex().upper()), key("old", OLD.hex())

vectors = Vectors(__file__, "Adyen", [NEW_KEY, OLD_KEY])

BASE = {
    "pspReference": "QFQTPCQ8HXSKGK82",
    "originalReference": "NC6HT9CRT65ZGN82",
    "merchantAccountCode": "ChargeCo",
    "merchantReference": "CT-1.2026-01-01",
    "amount": {"value": 1250, "currency": "EUR"},
    "eventCode": "CAPTURE",
    "success": "true",
}


def signed_text(item):
    amount = item.get("amount") or {}
    fields = [item.get(name) for name in ["pspReference", "originalReference", "merchantAccountCode", "merchantReference"]]
    fields += [amount.get("value"), amount.get("currency"), item.get("eventCode"), item.get("success")]
    return ":".join("" if field is None else str(field) for field in fields).encode()


def item(secret=SECRET, signature=None, **fields):
    item = {**BASE, **fields}
    item = {name: value for name, value in item.items() if value is not ...}
    signature = signature or b64(mac(secret, signed_text(item)))
    return {**item, "additionalData": {"hmacSignature": signature}}


def batch(*items):
    return json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}).encode()


def said(change="Captured", payment="NC6HT9CRT65ZGN82", change_id="QFQTPCQ8HXSKGK82", reference="CT-1.2026-01-01", amount=(1250, "EUR")):
    return report(change, payment, change_id, reference, amount)


def good(item, event, key_id="new", oldest=OLD):
    return verified(event, dedupe(oldest, "adyen\n", signed_text(item)), key_id)


def accepted(name, event, **fields):
    one = item(**fields)
    vectors.add(name, [good(one, event)], body=batch(one))


def refused(name, rejection, *items, **options):
    vectors.add(name, rejection, body=batch(*items), **options)


# The example of Adyen's own libraries. Its reference is a number that could be a card's, and so is
# not passed on.
published = {
    "pspReference": "7914073381342284",
    "merchantAccountCode": "TestMerchant",
    "merchantReference": "TestPayment-1407325143704",
    "amount": {"value": 1130, "currency": "EUR"},
    "eventCode": "AUTHORISATION",
    "success": "true",
}
PUBLISHED = bytes.fromhex("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056")
assert b64(mac(PUBLISHED, signed_text(published))) == "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="
vectors.add(
    "published",
    [good(published, unknown("AUTHORISATION"))],
    body=batch({**published, "additionalData": {"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}}),
)

accepted("a capture that succeeded", said())
accepted("a capture that failed", said("CaptureFailed"), success="false")
accepted("a capture that failed late", said("CaptureFailed"), eventCode="CAPTURE_FAILED")
accepted("a refund", said("Refunded"), eventCode="REFUND")
accepted("a refund that failed", said("RefundFailed"), eventCode="REFUND", success="false")
accepted("a refund that failed late", said("RefundFailed"), eventCode="REFUND_FAILED")
accepted("a refund that came back", said("RefundFailed"), eventCode="REFUNDED_REVERSED")
accepted("a dispute announced", said("Disputed"), eventCode="NOTIFICATION_OF_CHARGEBACK")
accepted("a dispute", said("Disputed"), eventCode="CHARGEBACK")
accepted("a dispute won", said("DisputeWon"), eventCode="CHARGEBACK_REVERSED")
accepted("a dispute lost", said("DisputeLost"), eventCode="SECOND_CHARGEBACK")
accepted("a dispute that did not succeed", unknown("CHARGEBACK"), eventCode="CHARGEBACK", success="false")
accepted("a kind that is not known", unknown("REPORT_AVAILABLE"), eventCode="REPORT_AVAILABLE")
accepted("a kind that is empty", unknown(""), eventCode="")
accepted("success of another form", unknown("CAPTURE"), success="TRUE")
accepted("no original reference", said(payment="QFQTPCQ8HXSKGK82"), originalReference=...)
accepted("an original reference that is null", said(payment="QFQTPCQ8HXSKGK82"), originalReference=None)
accepted("an original reference that is empty", said(payment="QFQTPCQ8HXSKGK82"), originalReference="")
accepted("no amount", said(amount=None), amount=...)
accepted("an amount as text", said(amount=(77, "SEK")), amount={"value": "77", "currency": "SEK"})
accepted("an amount below zero", said(amount=None), amount={"value": -1250, "currency": "EUR"})
accepted("a currency that is none", said(amount=None), amount={"value": 1250, "currency": "EU"})
accepted("a card number for a reference", said(reference=None), merchantReference="4111111111111111")
accepted("track data for a reference", said(reference=None), merchantReference=";4111111111111111=2512?")
accepted("a colon in a field", unknown(""), merchantReference="a:1:EUR:REFUND:true")
accepted("a colon in two fields", unknown(""), merchantReference="a:b", eventCode="CAPTURE:true")
accepted("no merchant account", said(), merchantAccountCode=...)
accepted("unsigned fields are not looked at", said(), reason="4111111111111111", paymentMethod="visa", eventDate="2026-01-01")
one, two = item(), item(eventCode="REFUND", pspReference="REFUND0000000001")
vectors.add(
    "a batch of two",
    [good(one, said()), good(two, said("Refunded", change_id="REFUND0000000001"))],
    body=batch(one, two),
)
old = item(OLD)
vectors.add("signed by the old key", [good(old, said(), "old")], body=batch(old))
vectors.add("a batch signed by two keys", [good(one, said()), good(old, said(), "old")], body=batch(one, old))
vectors.add("whatever the clock says", [good(one, said())], body=batch(one), received_at=None)
many = [item(pspReference=f"PSP{chr(65 + n)}") for n in range(16)]
vectors.add("a batch of sixteen", [good(each, said(change_id=each["pspReference"])) for each in many], body=batch(*many))

refused("a batch of seventeen", {"BatchTooLarge": 16}, *many, one)
EMPTY = {"MalformedBody": "/notificationItems is not a list with items"}
for body in [b"{}", b"[]", b'{"notificationItems":[]}', b'{"notificationItems":{}}', b'"notificationItems"']:
    vectors.add(f"the body {body.decode()}", EMPTY, body=body)
vectors.add("not JSON", {"MalformedBody": "not JSON at line 1 column 2"}, body=b"[x")
vectors.add("an item of another name", {"MalformedBody": "an item is not a NotificationRequestItem"}, body=b'{"notificationItems":[{"Item":{}}]}')
vectors.add("an item that is none", {"MalformedBody": "an item is not a NotificationRequestItem"}, body=b'{"notificationItems":[7]}')
vectors.add("no signature", "NoSignature", body=batch(BASE))
vectors.add("no signature in the second item", "NoSignature", body=batch(one, BASE))
vectors.add("a signature that is no text", "NoSignature", body=batch({**BASE, "additionalData": {"hmacSignature": 7}}))
vectors.add("a signature in the wrong place", "NoSignature", body=batch({**BASE, "hmacSignature": one["additionalData"]["hmacSignature"]}))
MALFORMED = {"MalformedSignature": "hmacSignature"}
refused("a signature in hexadecimal", MALFORMED, item(signature=mac(SECRET, signed_text(BASE)).hex()))
refused("a signature without padding", MALFORMED, item(signature=b64(mac(SECRET, signed_text(BASE))).rstrip("=")))
refused("a signature of 20 bytes", MALFORMED, item(signature=b64(bytes(20))))
refused("an amount that is a fraction", {"MalformedBody": "/amount/value is no text"}, item(amount={"value": 12.5, "currency": "EUR"}))
refused("success that is a boolean", {"MalformedBody": "/success is no text"}, item(success=True))
RIGHT = b64(mac(SECRET, signed_text(BASE)))
for bit in [0, 100, 255]:
    refused(f"bit {bit} of the signature", "Mismatch", item(signature=b64(flip(mac(SECRET, signed_text(BASE)), bit))))
for field, value in [
    ("pspReference", "QFQTPCQ8HXSKGK83"),
    ("originalReference", "NC6HT9CRT65ZGN83"),
    ("originalReference", ...),
    ("merchantAccountCode", "ChargeCO"),
    ("merchantReference", "CT-1.2026-01-02"),
    ("amount", {"value": 1251, "currency": "EUR"}),
    ("amount", {"value": 1250, "currency": "SEK"}),
    ("amount", {"currency": "EUR"}),
    ("eventCode", "REFUND"),
    ("success", "false"),
]:
    refused(f"{field} changed to {value}", "Mismatch", item(signature=RIGHT, **{field: value}))
refused("one forged item in a batch", "Mismatch", one, item(signature=RIGHT, success="false"))
refused("signed by a stranger", "Mismatch", item(bytes(range(32))))
refused("signed by the key's text", "Mismatch", item(SECRET.hex().upper().encode()))
refused("after the key's window", {"ExpiredKey": "new"}, one, keys=[key("new", SECRET.hex(), None, NOW)])
vectors.write()
