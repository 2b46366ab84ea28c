"""Stripe's signatures, version 1, and its events."""

from common import *

SECRET = b"whsec_0123456789abcdefghijklmnopqrstuv"
OLD = b"whsec_vutsrqponmlkjihgfedcba9876543210"
NEW_KEY, OLD_KEY = key("new", SECRET), key("old", OLD)
TS = str(NOW // SECOND)

vectors = Vectors(__file__, "Stripe", [NEW_KEY, OLD_KEY])


def event_body(kind="charge.captured", id="evt_1", **fields):
    data = {"id": "ch_2", "payment_intent": "pi_3", "amount": 900, "amount_captured": 800, "currency": "eur"}
    data |= fields
    return json.dumps({"id": id, "object": "event", "type": kind, "data": {"object": data}}).encode()


BODY = event_body()
EVENT = report("Captured", "pi_3", "ch_2", amount=(800, "EUR"))


def sign(secret=SECRET, ts=TS, body=BODY):
    return mac(secret, ts.encode() + b"." + body).hex()


def header(value, name="Stripe-Signature"):
    return [(name, value)]


def good(event=EVENT, id="evt_1", key_id="new"):
    return [verified(event, dedupe(OLD, "stripe\n", id.encode()), key_id)]


def accepted(name, body, event, id="evt_1"):
    vectors.add(name, good(event, id), header(f"t={TS},v1={sign(body=body)}"), body)


RIGHT = f"t={TS},v1={sign()}"

vectors.add("signed by the new key", good(), header(RIGHT), BODY)
vectors.add("signed by the old key", good(key_id="old"), header(f"t={TS},v1={sign(OLD)}"), BODY)
vectors.add("the name in lower case", good(), header(RIGHT, "stripe-signature"), BODY)
vectors.add("both keys signed", good(), header(f"t={TS},v1={sign(OLD)},v1={sign()}"), BODY)
vectors.add("the second signature is right", good(), header(f"t={TS},v1={'00' * 32},v1={sign()}"), BODY)
vectors.add("a test mode's signature is ignored", good(), header(f"t={TS},v1={sign()},v0={'00' * 32}"), BODY)
vectors.add("in another order", good(), header(f"v0=x,v1={sign()},t={TS}"), BODY)
vectors.add("tolerated age", good(), header(RIGHT), BODY, received_at=NOW + 300_000)
vectors.add("tolerated future", good(), header(RIGHT), BODY, received_at=NOW - 300_000)
accepted("another event is another delivery", event_body(id="evt_9"), EVENT, "evt_9")

refunded = report("Refunded", "pi_3", "ch_2", amount=(900, "EUR"))
refund_failed = report("RefundFailed", "pi_3", "ch_2", amount=(900, "EUR"))
for kind in ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"]:
    accepted(f"{kind}, succeeded", event_body(kind, status="succeeded"), refunded)
    accepted(f"{kind}, failed", event_body(kind, status="failed"), refund_failed)
accepted("a canceled refund", event_body("refund.updated", status="canceled"), refund_failed)
accepted("a pending refund", event_body("refund.created", status="pending"), unknown("refund.created"))
accepted("a refund without status", event_body("refund.created"), unknown("refund.created"))
for kind, status, change in [
    ("charge.dispute.created", "needs_response", "Disputed"),
    ("charge.dispute.closed", "won", "DisputeWon"),
    ("charge.dispute.closed", "warning_closed", "DisputeWon"),
    ("charge.dispute.closed", "lost", "DisputeLost"),
]:
    body = event_body(kind, id="evt_1", status=status)
    accepted(f"{kind}, {status}", body, report(change, "pi_3", "ch_2", amount=(900, "EUR")))
accepted("a dispute closed otherwise", event_body("charge.dispute.closed", status="charge_refunded"), unknown("charge.dispute.closed"))
accepted("a kind that is not known", event_body("customer.created"), unknown("customer.created"))
accepted("a kind with track data", event_body(";4111111111111111=2512101?"), unknown(""))
accepted("an intent that is null", event_body(payment_intent=None, charge="ch_7"), report("Captured", "ch_7", "ch_2", amount=(800, "EUR")))
accepted("an id with a card number", event_body(payment_intent="4111111111111111"), report("Captured", None, "ch_2", amount=(800, "EUR")))
accepted("an expanded intent", event_body(payment_intent={"id": "pi_3"}), report("Captured", None, "ch_2", amount=(800, "EUR")))
accepted("an amount that is a fraction", event_body(amount_captured=8.5), report("Captured", "pi_3", "ch_2"))
accepted("an amount below zero", event_body(amount_captured=-8), report("Captured", "pi_3", "ch_2"))
accepted("no object", b'{"id":"evt_1","type":"charge.captured"}', report("Captured"))

vectors.add("no header", "NoSignature", [], BODY)
vectors.add("only a test mode's signature", "UnsupportedAlgorithm", header(f"t={TS},v0={sign()}"), BODY)
vectors.add("only a timestamp", "UnsupportedAlgorithm", header(f"t={TS}"), BODY)
vectors.add("two headers", {"MalformedSignature": "Stripe-Signature is there more than once"}, header(RIGHT) * 2, BODY)
for name, value, place in [
    ("empty", "", "elements"),
    ("an element without value", f"{RIGHT},v1", "elements"),
    ("two timestamps", f"t={TS},{RIGHT}", "elements"),
    ("no timestamp", f"v1={sign()}", "t"),
    ("a blank in front of a name", f"t={TS}, v1={sign()},v1=", "v1"),
    ("a signature in capitals", f"t={TS},v1={sign().upper()}", "v1"),
    ("a signature too short", f"t={TS},v1={sign()[2:]}", "v1"),
    ("a signature too long", f"t={TS},v1={sign()}00", "v1"),
    ("base64", f"t={TS},v1={b64(bytes.fromhex(sign()))}", "v1"),
    ("a timestamp with a zero in front", f"t=0{TS},v1={sign(ts='0' + TS)}", "t"),
    ("a timestamp with a sign", f"t=+{TS},v1={sign(ts='+' + TS)}", "t"),
    ("an empty timestamp", f"t=,v1={sign(ts='')}", "t"),
    ("a timestamp in milliseconds", f"t={NOW},v1={sign(ts=str(NOW))}", "t"),
]:
    vectors.add(name, {"MalformedSignature": place}, header(value), BODY)
for bit in [0, 100, 255]:
    wrong = flip(bytes.fromhex(sign()), bit).hex()
    vectors.add(f"bit {bit} of the signature", "Mismatch", header(f"t={TS},v1={wrong}"), BODY)
vectors.add("bit 9 of the body", "Mismatch", header(RIGHT), flip(BODY, 9))
vectors.add("another timestamp than signed", "Mismatch", header(f"t={NOW // SECOND + 1},v1={sign()}"), BODY)
vectors.add("signed by a stranger", "Mismatch", header(f"t={TS},v1={sign(b'whsec_stranger')}"), BODY)
vectors.add("signed by the secret without its prefix", "Mismatch", header(f"t={TS},v1={sign(SECRET[6:])}"), BODY)
vectors.add("the body alone signed", "Mismatch", header(f"t={TS},v1={mac(SECRET, BODY).hex()}"), BODY)
vectors.add("stale by a second", {"Stale": 1}, header(RIGHT), BODY, received_at=NOW + 300_001)
vectors.add("from the future by a second", {"FromFuture": 1}, header(RIGHT), BODY, received_at=NOW - 300_001)
vectors.add("the clock cannot be trusted", "ClockNotTrusted", header(RIGHT), BODY, received_at=None)
vectors.add("after the key's window", {"ExpiredKey": "new"}, header(RIGHT), BODY, keys=[key("new", SECRET, None, NOW), OLD_KEY])
for name, body, place in [
    ("no id", b'{"type":"charge.captured"}', "/id is not a text"),
    ("no kind", b'{"id":"evt_1"}', "/type is not a text"),
    ("not JSON", b'{"id":', "not JSON at line 1 column 6"),
]:
    vectors.add(name, {"MalformedBody": place}, header(f"t={TS},v1={sign(body=body)}"), body)
vectors.write()
