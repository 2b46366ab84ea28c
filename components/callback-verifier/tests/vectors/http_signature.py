"""HTTP Message Signatures (RFC 9421) with hmac-sha256 and a content digest."""

from common import *

SECRET = base64.b64decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==")
OLD = bytes(range(50, 90))
NEW_KEY, OLD_KEY = key("test-shared-secret", b64(SECRET)), key("old", b64(OLD))
CREATED = NOW // SECOND
URI = "https://gateway.example/callbacks/bank?a=1&b=%20"
BODY = b'{"type":"payment.disputed","data":{"change":"dp_1"}}'
EVENT = report("Disputed", change_id="dp_1")
COVERED = ["@method", "@target-uri", "content-digest"]

vectors = Vectors(__file__, "HttpMessageSignature", [NEW_KEY, OLD_KEY])


def digest(body=BODY):
    return f"sha-256=:{b64(hashlib.sha256(body).digest())}:"


def component(name, fields, uri, method):
    rest = uri.split("://", 1)[1]
    authority, target = rest.split("/", 1)
    path, _, query = target.partition("?")
    derived = {
        "@method": method,
        "@target-uri": uri,
        "@authority": authority.lower(),
        "@scheme": uri.split(":", 1)[0].lower(),
        "@request-target": "/" + target,
        "@path": "/" + path,
        "@query": "?" + query,
    }
    if name in derived:
        return derived[name]
    return ", ".join(value.strip() for other, value in fields if other.lower() == name)


def base(covered, params, fields, uri=URI, method="POST"):
    lines = [f'"{name}": {component(name, fields, uri, method)}' for name in covered]
    return "\n".join(lines + [f'"@signature-params": {params}']).encode()


# RFC 9421, B.2.5. It covers no body.
PUBLISHED = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
PUBLISHED_FIELDS = [("Date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("Content-Type", "application/json")]
published_base = base(["date", "@authority", "content-type"], PUBLISHED, PUBLISHED_FIELDS, "https://example.com/foo")
assert b64(mac(SECRET, published_base)) == "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8="


def params(covered=COVERED, created=CREATED, keyid="test-shared-secret", more=""):
    names = " ".join(f'"{name}"' for name in covered)
    text = f"({names})"
    if created is not None:
        text += f";created={created}"
    if keyid is not None:
        text += f';keyid="{keyid}"'
    return text + more


def signed(covered=COVERED, text=None, secret=SECRET, body=BODY, fields=None, label="sig", uri=URI, method="POST", **options):
    """The headers of a signed request."""
    text = text or params(covered, **options)
    fields = [("Content-Digest", digest(body))] if fields is None else fields
    signature = b64(mac(secret, base(covered, text, fields, uri, method)))
    return fields + [("Signature-Input", f"{label}={text}"), ("Signature", f"{label}=:{signature}:")]


def good(event=EVENT, body=BODY, key_id="test-shared-secret", oldest=OLD):
    return [verified(event, dedupe(oldest, "http-message-signature\n", body), key_id)]


def add(name, expected, headers, body=BODY, target_uri=URI, **options):
    vectors.add(name, expected, headers, body, target_uri=target_uri, **options)


def accepted(name, body, event):
    add(name, good(event, body), signed(body=body), body)


def with_header(headers, name, value):
    return [(other, value if other == name else old) for other, old in headers]


def without(headers, name):
    return [(other, value) for other, value in headers if other != name]


RIGHT = signed()

add(
    "published, which covers no body",
    {"MalformedSignature": "content-digest is not covered"},
    PUBLISHED_FIELDS
    + [("Signature-Input", f"sig-b25={PUBLISHED}"), ("Signature", "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:")],
    b'{"hello": "world"}',
    "https://example.com/foo",
    received_at=1_618_884_473_000,
)
published_and_digest = params(["date", "@authority", "content-type", "content-digest"], 1618884473)
add(
    "published, with a digest added",
    {"MalformedBody": "/type is not a text"},
    signed(
        ["date", "@authority", "content-type", "content-digest"],
        published_and_digest,
        fields=PUBLISHED_FIELDS + [("Content-Digest", digest(b'{"hello": "world"}'))],
        uri="https://example.com/foo",
        label="sig-b25",
    ),
    b'{"hello": "world"}',
    "https://example.com/foo",
    received_at=1_618_884_473_000,
)
add("signed by the new key", good(), RIGHT)
add("signed by the old key", good(key_id="old"), signed(secret=OLD, keyid="old"))
add("only the digest covered", good(), signed(["content-digest"]))
for name in ["@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query"]:
    add(f"{name} covered", good(), signed(["content-digest", name]))
add("a port that is not the default", good(), signed(["@authority", "content-digest"], uri="https://gateway.example:8443/x"), target_uri="https://gateway.example:8443/x")
add("the algorithm named", good(), signed(more=';alg="hmac-sha256"'))
add("nonce and tag", good(), signed(more=';nonce="n";tag="t"'))
add("not expired", good(), signed(more=f";expires={CREATED + 1}"))
add("a header of several lines", good(), signed(["x-a", "content-digest"], fields=[("X-A", " 1 "), ("Content-Digest", digest()), ("x-a", "2")]))
add("a digest of another kind beside it", good(), signed(fields=[("Content-Digest", f"sha-512=:AAAA:, {digest()}")]))
add("the digest on its own line", good(), signed(fields=[("Content-Digest", "sha-512=:AAAA:"), ("Content-Digest", digest())]))
other = 'proxy=("@path");created=1;keyid="proxy";alg="ed25519"'
add(
    "beside an intermediary's signature",
    good(),
    [("Content-Digest", digest()), ("Signature-Input", f"{other}, {RIGHT[1][1]}"), ("Signature", f"proxy=:AAAA:, {RIGHT[2][1]}")],
)
add(
    "beside an intermediary's signature on its own lines",
    good(),
    [("Signature-Input", 'proxy=("@path");keyid="proxy"'), ("Signature", "proxy=:AAAA:")] + RIGHT,
)
add("tolerated age", good(), RIGHT, received_at=NOW + 300_000)
add("tolerated future", good(), RIGHT, received_at=NOW - 300_000)
envelope_cases(vectors, accepted)

add("no header", "NoSignature", [])
add("no signature input", "NoSignature", without(RIGHT, "Signature-Input"))
add("no signature", "NoSignature", without(RIGHT, "Signature"))
add("a signature of another label", "NoSignature", with_header(RIGHT, "Signature", RIGHT[2][1].replace("sig=", "other=")))
add("another algorithm", "UnsupportedAlgorithm", signed(more=';alg="hmac-sha512"'))
add("a key that is not configured", "UnknownKey", signed(keyid="stranger"))
add("no key", "UnknownKey", signed(keyid=None))
add("a digest of another kind only", "UnsupportedAlgorithm", signed(fields=[("Content-Digest", "sha-512=:AAAA:")]))
add("the digest not covered", {"MalformedSignature": "content-digest is not covered"}, signed(["@method"]))
add("nothing covered", {"MalformedSignature": "content-digest is not covered"}, signed([]))
add("no creation time", {"MalformedSignature": "created"}, signed(created=None))
add("no digest", {"MalformedSignature": "content-digest"}, without(RIGHT, "Content-Digest"))
add("a digest without colons", {"MalformedSignature": "content-digest"}, signed(fields=[("Content-Digest", "sha-256=AAAA")]))
add("a digest too short", {"MalformedSignature": "content-digest"}, signed(fields=[("Content-Digest", "sha-256=:AAAA:")]))
add("a covered header that is not there", {"MalformedSignature": "a covered header is not there"}, signed(["content-digest", "x-a"]))
add("a derived component that is not known", {"MalformedSignature": "a derived component"}, signed(["content-digest", "@status"]))
for name, text in [
    ("a component with parameters", '("content-digest";sf);created=1'),
    ("a component twice", '("content-digest" "content-digest");created=1'),
    ("a parameter that is not known", params(more=";x=1")),
    ("blanks in the list", '( "content-digest" );created=1'),
    ("a key as a token", '("content-digest");created=1;keyid=k'),
    ("a time as a text", '("content-digest");created="1"'),
    ("no list", "5"),
]:
    add(name, {"MalformedSignature": "signature-input"}, with_header(RIGHT, "Signature-Input", f"sig={text}"))
add("a label twice", {"MalformedSignature": "signature-input"}, with_header(RIGHT, "Signature-Input", f"{RIGHT[1][1]}, {RIGHT[1][1]}"))
add("a signature as a text", {"MalformedSignature": "signature"}, with_header(RIGHT, "Signature", 'sig="AAAA"'))
add("a signature too short", {"MalformedSignature": "signature"}, with_header(RIGHT, "Signature", "sig=:AAAA:"))
raw = base64.b64decode(RIGHT[2][1][5:-1])
for bit in [0, 100, 255]:
    add(f"bit {bit} of the signature", "Mismatch", with_header(RIGHT, "Signature", f"sig=:{b64(flip(raw, bit))}:"))
add("bit 9 of the body", "Mismatch", RIGHT, flip(BODY, 9))
add("the body and its digest changed", "Mismatch", with_header(RIGHT, "Content-Digest", digest(flip(BODY, 9))), flip(BODY, 9))
add("another target", "Mismatch", RIGHT, target_uri=URI + "1")
add("another method", "Mismatch", RIGHT, method="PUT")
add("another creation time than signed", "Mismatch", with_header(RIGHT, "Signature-Input", "sig=" + params(created=CREATED + 1)))
add("fewer components than signed", "Mismatch", with_header(RIGHT, "Signature-Input", "sig=" + params(["content-digest"])))
add("components in another order", "Mismatch", with_header(RIGHT, "Signature-Input", "sig=" + params(COVERED[::-1])))
add("the old key's name on the new key's signature", "Mismatch", signed(keyid="old"))
add("stale by a second", {"Stale": 1}, RIGHT, received_at=NOW + 300_001)
add("from the future by a second", {"FromFuture": 1}, RIGHT, received_at=NOW - 300_001)
add("expired", {"Stale": 0}, signed(more=f";expires={CREATED}"))
add("the clock cannot be trusted", "ClockNotTrusted", RIGHT, received_at=None)
add("after the key's window", {"ExpiredKey": "test-shared-secret"}, RIGHT, keys=[key("test-shared-secret", b64(SECRET), None, NOW)])
add("not JSON", {"MalformedBody": "not JSON at line 1 column 1"}, signed(body=b"x"), b"x")
vectors.write()
