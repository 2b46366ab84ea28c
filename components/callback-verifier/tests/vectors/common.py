"""What the scripts beside this one share. Each writes its scheme's vectors as JSON.

    for scheme in *.py; do python3 "$scheme"; done

Everything expected is computed here by Python's own hmac, hashlib and base64, or written down by
hand. Nothing comes from the code under test.
"""

import base64
import hashlib
import hmac
import json
import pathlib

# The first is the moment at which every request arrives unless a case says otherwise.
NOW = 1_767_268_800_000
SECOND = 1_000


def mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def flip(data: bytes, bit: int = 0) -> bytes:
    """With one bit flipped."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def dedupe(oldest: bytes, head: str, body: bytes) -> str:
    derived = mac(oldest, b"chargetap/dedupe-key/v1")
    return mac(derived, head.encode() + body).hex()


def key(id, secret, not_before=None, not_after=None):
    """A key as the configuration has it."""
    if isinstance(secret, bytes):
        secret = secret.decode()
    return {"id": id, "secret": secret, "not_before": not_before, "not_after": not_after}


def report(change, payment=None, change_id=None, reference=None, amount=None):
    """A payment report as the contract's types spell it."""
    if amount is not None:
        amount = {"amount": amount[0], "currency": amount[1]}
    return {
        "Payment": {
            "change": change,
            "payment": payment,
            "change_id": change_id,
            "reference": reference,
            "amount": amount,
        }
    }


def unknown(kind):
    return {"Unknown": kind}


def verified(event, dedupe_key, key_id):
    return {"event": event, "dedupe_key": dedupe_key, "key_id": key_id}


class Vectors:
    """A scheme's cases, in the file of the scheme's name."""

    def __init__(self, file, scheme, keys):
        self.file, self.scheme, self.keys = file, scheme, keys
        self.cases = []

    def add(
        self,
        name,
        expected,
        headers=(),
        body=b"",
        keys=None,
        received_at=NOW,
        tolerance=None,
        capability="",
        method="POST",
        target_uri="https://gateway.example/callbacks/provider",
        scheme=None,
    ):
        """`expected` is what is rejected, as the contract's type spells it, or a list of events."""
        self.cases.append(
            {
                "name": name,
                "scheme": scheme or self.scheme,
                "tolerance": tolerance,
                "keys": self.keys if keys is None else keys,
                "capability": capability,
                "method": method,
                "target_uri": target_uri,
                "headers": [list(header) for header in headers],
                "body": body.decode(),
                "received_at": received_at,
                "expected": {"Ok": expected} if isinstance(expected, list) else {"Err": expected},
            }
        )

    def write(self):
        path = pathlib.Path(self.file).with_suffix(".json")
        names = [case["name"] for case in self.cases]
        assert len(names) == len(set(names)), sorted(names)
        assert len(names) >= 30, f"{path.name}: {len(names)} cases"
        path.write_text(json.dumps(self.cases, indent=1, ensure_ascii=False) + "\n")
        good = sum("Ok" in case["expected"] for case in self.cases)
        print(f"{path.name}: {good} good, {len(names) - good} bad")


def envelope_cases(vectors, accepted):
    """The events of `{type, data}`. `accepted(name, body, event)` adds a well-signed case."""
    data = b'"data":{"payment":"pay_1","change":"cap_2","reference":"CT-3","amount":1250,"currency":"EUR"}'
    everything = dict(payment="pay_1", change_id="cap_2", reference="CT-3", amount=(1250, "EUR"))
    for kind, change in [
        ("payment.captured", "Captured"),
        ("payment.capture_failed", "CaptureFailed"),
        ("payment.refunded", "Refunded"),
        ("payment.refund_failed", "RefundFailed"),
        ("payment.disputed", "Disputed"),
        ("payment.dispute_won", "DisputeWon"),
        ("payment.dispute_lost", "DisputeLost"),
    ]:
        body = b'{"type":"%s",%s}' % (kind.encode(), data)
        accepted(kind, body, report(change, **everything))
    accepted("no data", b'{"type":"payment.captured"}', report("Captured"))
    accepted(
        "data of other types",
        b'{"type":"payment.captured","data":{"payment":1,"change":[],"amount":"12","currency":"EUR"}}',
        report("Captured"),
    )
    accepted(
        "an amount without currency",
        b'{"type":"payment.captured","data":{"amount":1250,"currency":"EURO"}}',
        report("Captured"),
    )
    accepted(
        "currency in lower case, and the largest amount",
        b'{"type":"payment.captured","data":{"amount":999999999999,"currency":"sek"}}',
        report("Captured", amount=(999_999_999_999, "SEK")),
    )
    accepted(
        "an amount that could be a card number",
        b'{"type":"payment.captured","data":{"amount":4111111111111111,"currency":"EUR"}}',
        report("Captured"),
    )
    accepted(
        "ids that could be card numbers or have no id's form",
        b'{"type":"payment.captured","data":{"payment":"4111-1111-1111-1111","change":"a b","reference":""}}',
        report("Captured"),
    )
    accepted("a kind that is not known", b'{"type":"invoice.paid"}', unknown("invoice.paid"))
    accepted("a kind with a card number", b'{"type":"4111111111111111"}', unknown(""))
    accepted("a kind that is a sentence", b'{"type":"it was paid"}', unknown(""))
