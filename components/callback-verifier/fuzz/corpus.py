"""Makes the corpus of each target that has none from the vectors: `python3 corpus.py`."""

import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
VECTORS = HERE.parent / "tests" / "vectors"
# The order of the schemes in `targets.rs`.
SCHEMES = ["capability_url", "standard_webhooks", "stripe", "adyen", "raw_body", "http_signature"]
MOST = 40


def cases(scheme):
    return json.loads((VECTORS / f"{scheme}.json").read_text())


def value(case, name):
    return next((value for other, value in case["headers"] if other.lower() == name.lower()), "")


def lines(*parts):
    return "\n".join(parts)


def item(case):
    try:
        item = json.loads(case["body"])["notificationItems"][0]["NotificationRequestItem"]
        amount = item.get("amount") or {}
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return ""
    fields = [item.get(name) for name in ["pspReference", "originalReference", "merchantAccountCode", "merchantReference"]]
    fields += [amount.get("value"), amount.get("currency"), item.get("eventCode"), item.get("success")]
    return lines(*("" if field is None else str(field) for field in fields))


def whole(number, case):
    headers = lines(*(f"{name}:{value}" for name, value in case["headers"]))
    return chr(number) + lines(case["capability"], case["method"], case["target_uri"], headers, "", case["body"])


corpus = {
    "adyen_batch": [case["body"] for case in cases("adyen")],
    "adyen_item": [item(case) for case in cases("adyen")],
    "capability": [case["capability"] for case in cases("capability_url")],
    "configuration": [key["secret"] for scheme in SCHEMES for case in cases(scheme) for key in case["keys"]],
    "envelope": [case["body"] for case in cases("raw_body")],
    "http_signature": [
        lines(value(case, "Content-Digest"), value(case, "Signature-Input"), value(case, "Signature"), case["target_uri"])
        for case in cases("http_signature")
    ],
    "payter_body": [case["body"] for case in cases("capability_url")],
    "raw_body_signature": [value(case, "X-Hub-Signature-256") for case in cases("raw_body")],
    "standard_webhooks": [
        lines(value(case, "webhook-id"), value(case, "webhook-timestamp"), value(case, "webhook-signature"))
        for case in cases("standard_webhooks")
    ],
    "stripe_event": [case["body"] for case in cases("stripe")],
    "stripe_signature": [value(case, "Stripe-Signature") for case in cases("stripe")],
    "whole": [whole(number, case) for number, scheme in enumerate(SCHEMES) for case in cases(scheme)[::8]],
}
for target, seeds in corpus.items():
    folder = HERE / "corpus" / target
    if folder.exists():
        continue
    folder.mkdir(parents=True)
    for seed in sorted(set(seeds))[:MOST]:
        data = seed.encode()
        (folder / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)
