"""HMAC of the raw body, in a configured header."""

from common import *

SECRET = b"a raw body's secret of 34 bytes..."
OLD = b"It's a Secret to Everybody"
NEW_KEY, OLD_KEY = key("new", SECRET), key("old", OLD)
GITHUB = {"RawBody": {"name": "X-Hub-Signature-256", "prefix": "sha256="}}
BARE = {"RawBody": {"name": "x-signature", "prefix": ""}}
BODY = b'{"type":"payment.refunded","data":{"change":"re_1"}}'
EVENT = report("Refunded", change_id="re_1")

vectors = Vectors(__file__, GITHUB, [NEW_KEY, OLD_KEY])


def header(mac, name="X-Hub-Signature-256", prefix="sha256="):
    return [(name, prefix + mac.hex())]


def good(body=BODY, event=EVENT, key_id="new", oldest=OLD):
    return [verified(event, dedupe(oldest, "raw-body\n", body), key_id)]


def accepted(name, body, event):
    vectors.add(name, good(body, event), header(mac(SECRET, body)), body)


RIGHT = mac(SECRET, BODY)

# GitHub's own example.
vectors.add(
    "published",
    {"MalformedBody": "not JSON at line 1 column 1"},
    [("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")],
    b"Hello, World!",
)
vectors.add("signed by the new key", good(), header(RIGHT), BODY)
vectors.add("signed by the old key", good(key_id="old"), header(mac(OLD, BODY)), BODY)
vectors.add("the name in lower case", good(), header(RIGHT, "x-hub-signature-256"), BODY)
vectors.add("without a prefix", good(), header(RIGHT, "X-Signature", ""), BODY, scheme=BARE)
vectors.add("whatever the clock says", good(), header(RIGHT), BODY, received_at=0)
vectors.add("while the clock cannot be trusted", good(), header(RIGHT), BODY, received_at=None)
vectors.add("beside other headers", good(), [("X-Hub-Signature", "sha1=00")] + header(RIGHT), BODY)
envelope_cases(vectors, accepted)

vectors.add("no header", "NoSignature", [], BODY)
vectors.add("the signature in another header", "NoSignature", header(RIGHT, "X-Signature"), BODY)
vectors.add("two headers", {"MalformedSignature": "X-Hub-Signature-256 is there more than once"}, header(RIGHT) * 2, BODY)
vectors.add("no prefix", {"MalformedSignature": "X-Hub-Signature-256"}, header(RIGHT, prefix=""), BODY)
vectors.add("another prefix", {"MalformedSignature": "X-Hub-Signature-256"}, header(RIGHT, prefix="sha512="), BODY)
vectors.add("a prefix in capitals", {"MalformedSignature": "X-Hub-Signature-256"}, header(RIGHT, prefix="SHA256="), BODY)
vectors.add("a prefix that was not asked for", {"MalformedSignature": "x-signature"}, header(RIGHT, "X-Signature"), BODY, scheme=BARE)
for name, value in [
    ("hexadecimal in capitals", "sha256=" + RIGHT.hex().upper()),
    ("base64", "sha256=" + b64(RIGHT)),
    ("half a byte less", "sha256=" + RIGHT.hex()[:-1]),
    ("a byte less", "sha256=" + RIGHT.hex()[:-2]),
    ("a byte more", "sha256=" + RIGHT.hex() + "00"),
    ("nothing", "sha256="),
    ("empty", ""),
    ("no hexadecimal", "sha256=" + "g" * 64),
    ("a blank inside", "sha256= " + RIGHT.hex()),
]:
    vectors.add(name, {"MalformedSignature": "X-Hub-Signature-256"}, [("X-Hub-Signature-256", value)], BODY)
for bit in [0, 100, 255]:
    vectors.add(f"bit {bit} of the signature", "Mismatch", header(flip(RIGHT, bit)), BODY)
for bit in [9, 77, len(BODY) * 8 - 1]:
    body = flip(BODY, bit) if bit != len(BODY) * 8 - 1 else BODY[:-1] + b"|"
    vectors.add(f"bit {bit} of the body", "Mismatch", header(RIGHT), body)
vectors.add("a line feed more", "Mismatch", header(RIGHT), BODY + b"\n")
vectors.add("an empty body", "Mismatch", header(RIGHT), b"")
vectors.add("signed by a stranger", "Mismatch", header(mac(b"another secret of enough bytes", BODY)), BODY)
vectors.add("a plain hash", "Mismatch", header(hashlib.sha256(BODY).digest()), BODY)
vectors.add("before the key's window", {"PrematureKey": "new"}, header(RIGHT), BODY, keys=[key("new", SECRET, NOW + 1, None)])
vectors.add("after the key's window", {"ExpiredKey": "new"}, header(RIGHT), BODY, keys=[key("new", SECRET, None, NOW)])
vectors.add("a window needs a clock", "ClockNotTrusted", header(RIGHT), BODY, keys=[key("new", SECRET, None, NOW)], received_at=None)
vectors.add("the old key's window is over", {"ExpiredKey": "old"}, header(mac(OLD, BODY)), BODY, keys=[NEW_KEY, key("old", OLD, None, NOW)])
vectors.add("a kind that is empty", {"MalformedBody": "/type is not a text"}, header(mac(SECRET, b'{"type":""}')), b'{"type":""}')
vectors.write()
