"""Standard Webhooks 1.0.0."""

from common import *

SECRET = bytes(range(1, 25))
OLD = bytes(range(101, 165))
NEW_KEY = key("new", "whsec_" + b64(SECRET))
OLD_KEY = key("old", "whsec_" + b64(OLD))
TS = str(NOW // SECOND)
BODY = b'{"type":"payment.captured","timestamp":"2026-01-01T12:00:00Z","data":{"payment":"pay_1"}}'
EVENT = report("Captured", payment="pay_1")

vectors = Vectors(__file__, "StandardWebhooks", [NEW_KEY, OLD_KEY])


def sign(secret=SECRET, id="msg_1", ts=TS, body=BODY):
    return b64(mac(secret, f"{id}.{ts}.".encode() + body))


def headers(signature, id="msg_1", ts=TS, family="webhook"):
    return [(f"{family}-id", id), (f"{family}-timestamp", ts), (f"{family}-signature", signature)]


def good(event=EVENT, id="msg_1", key_id="new", oldest=OLD):
    return [verified(event, dedupe(oldest, "standard-webhooks\n", id.encode()), key_id)]


def accepted(name, body, event):
    vectors.add(name, good(event), headers("v1," + sign(body=body)), body)


V1 = "v1," + sign()

# The standard's own example.
vectors.add(
    "published",
    {"MalformedBody": "/type is not a text"},
    headers("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"),
    b'{"test": 2432232314}',
    keys=[key("published", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
    received_at=1_614_265_330_000,
)
vectors.add("signed by the new key", good(), headers(V1), BODY)
vectors.add("signed by the old key", good(key_id="old"), headers("v1," + sign(OLD)), BODY)
vectors.add("Svix's names", good(), headers(V1, family="svix"), BODY)
vectors.add("names in capitals", good(), headers(V1, family="WEBHOOK"), BODY)
vectors.add("blanks around a value", good(), headers(f" {V1}\t"), BODY)
vectors.add("the second signature is right", good(), headers("v1," + b64(bytes(32)) + " " + V1), BODY)
vectors.add("the first signature is right", good(), headers(V1 + " v1," + b64(bytes(32))), BODY)
vectors.add("the same signature twice", good(), headers(V1 + " " + V1), BODY)
vectors.add("beside an asymmetric one", good(), headers("v1a,AAAA " + V1), BODY)
vectors.add("both old and new key signed", good(), headers("v1," + sign(OLD) + " " + V1), BODY)
vectors.add("another id is another delivery", good(id="msg_2"), headers("v1," + sign(id="msg_2"), "msg_2"), BODY)
vectors.add("tolerated age", good(), headers(V1), BODY, received_at=NOW + 300_000)
vectors.add("tolerated future", good(), headers(V1), BODY, received_at=NOW - 300_000)
vectors.add("configured tolerance", good(), headers(V1), BODY, received_at=NOW + 400_000, tolerance=400_000)
vectors.add(
    "in the key's window",
    good(oldest=SECRET),
    headers(V1),
    BODY,
    keys=[key("new", "whsec_" + b64(SECRET), NOW, NOW + 1)],
)
envelope_cases(vectors, accepted)

vectors.add("no header", "NoSignature", [], BODY)
vectors.add("an empty signature", "NoSignature", headers(""), BODY)
vectors.add("only asymmetric signatures", "UnsupportedAlgorithm", headers("v1a,AAAA"), BODY)
vectors.add("only an unheard-of version", "UnsupportedAlgorithm", headers("v2," + sign()), BODY)
vectors.add("no id", {"MalformedSignature": "webhook-id"}, headers(V1)[1:], BODY)
vectors.add("no timestamp", {"MalformedSignature": "webhook-timestamp"}, [headers(V1)[0], headers(V1)[2]], BODY)
vectors.add("Svix's signature over the standard's names", {"MalformedSignature": "svix-id"}, headers(V1)[:2] + [("svix-signature", V1)], BODY)
vectors.add("two ids", {"MalformedSignature": "webhook-id is there more than once"}, headers(V1) + [("Webhook-Id", "msg_1")], BODY)
vectors.add("two signature headers", {"MalformedSignature": "webhook-signature is there more than once"}, headers(V1) + [("webhook-signature", V1)], BODY)
for spelling in ["0" + TS, "+" + TS, TS + " 1", "-5", TS + ".0", "100000000000", "now", ""]:
    signature = "v1," + sign(ts=spelling)
    vectors.add(f"timestamp {spelling!r}", {"MalformedSignature": "timestamp"}, headers(signature, ts=spelling), BODY)
vectors.add("base64 without padding", {"MalformedSignature": "v1"}, headers(V1.rstrip("=")), BODY)
vectors.add("base64 of 31 bytes", {"MalformedSignature": "v1"}, headers("v1," + b64(bytes(31))), BODY)
vectors.add("hexadecimal", {"MalformedSignature": "v1"}, headers("v1," + mac(SECRET, b"x").hex()), BODY)
vectors.add("nothing after the version", {"MalformedSignature": "v1"}, headers("v1,"), BODY)
for bit in [0, 100, 255]:
    wrong = b64(flip(mac(SECRET, f"msg_1.{TS}.".encode() + BODY), bit))
    vectors.add(f"bit {bit} of the signature", "Mismatch", headers("v1," + wrong), BODY)
vectors.add("bit 9 of the body", "Mismatch", headers(V1), flip(BODY, 9))
vectors.add("another id than signed", "Mismatch", headers(V1, "msg_2"), BODY)
vectors.add("another timestamp than signed", "Mismatch", headers(V1, ts=str(NOW // SECOND + 1)), BODY)
vectors.add("signed by a stranger", "Mismatch", headers("v1," + sign(bytes(24))), BODY)
vectors.add("signed by the secret's text", "Mismatch", headers("v1," + sign(b64(SECRET).encode())), BODY)
vectors.add("signed without the id", "Mismatch", headers("v1," + b64(mac(SECRET, TS.encode() + b"." + BODY))), BODY)
vectors.add("stale by a second", {"Stale": 1}, headers(V1), BODY, received_at=NOW + 300_001)
vectors.add("stale by an hour", {"Stale": 3600}, headers(V1), BODY, received_at=NOW + 3_900_000)
vectors.add("from the future by a second", {"FromFuture": 1}, headers(V1), BODY, received_at=NOW - 300_001)
vectors.add("stale by the configured tolerance", {"Stale": 1}, headers(V1), BODY, received_at=NOW + 1_001, tolerance=1_000)
vectors.add("the clock cannot be trusted", "ClockNotTrusted", headers(V1), BODY, received_at=None)
vectors.add("forged while the clock cannot be trusted", "Mismatch", headers(V1), flip(BODY), received_at=None)
vectors.add("before the key's window", {"PrematureKey": "new"}, headers(V1), BODY, keys=[key("new", "whsec_" + b64(SECRET), NOW + 1, None)])
vectors.add("after the key's window", {"ExpiredKey": "new"}, headers(V1), BODY, keys=[key("new", "whsec_" + b64(SECRET), None, NOW)])
vectors.add("not JSON", {"MalformedBody": "not JSON at line 1 column 1"}, headers("v1," + sign(body=b"x")), b"x")
vectors.add("a kind that is no text", {"MalformedBody": "/type is not a text"}, headers("v1," + sign(body=b'{"type":7}')), b'{"type":7}')
vectors.write()
