//! The providers' side: how each scheme signs. It shares no code with the crate but its primitives.
//! The fuzz targets use it too.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use callback_verifier::Verifier;
use chargetap_contract::callback::{Endpoint, Key, KeyInfo, Request, Scheme, SignatureHeader};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const ENDPOINT: &str = "payter";
pub(crate) const SERIAL: &str = "P6X-2024.0001";
pub(crate) const READ: &str = "01HZX3K9QT7V5M2N8R4B";
pub(crate) const NOW: u64 = 1_767_268_800_000;
pub(crate) const SECRET: &[u8] = b"\x01\x02\x03a secret of 32 bytes, or some more";
const URI: &str = "https://gateway.example/callbacks/bank?a=1";

/// A scheme and its typical callback.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Provider {
    CapabilityUrl,
    StandardWebhooks,
    Stripe,
    Adyen,
    RawBody,
    HttpMessageSignature,
}

pub(crate) const PROVIDERS: [Provider; 6] = [
    Provider::CapabilityUrl,
    Provider::StandardWebhooks,
    Provider::Stripe,
    Provider::Adyen,
    Provider::RawBody,
    Provider::HttpMessageSignature,
];

/// A part of a request that is signed, or is or holds the signature.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Capability,
    Method,
    TargetUri,
    Header(usize),
    Body,
}

impl Provider {
    pub(crate) fn scheme(self) -> Scheme {
        match self {
            Self::CapabilityUrl => Scheme::CapabilityUrl,
            Self::StandardWebhooks => Scheme::StandardWebhooks,
            Self::Stripe => Scheme::Stripe,
            Self::Adyen => Scheme::Adyen,
            Self::RawBody => Scheme::RawBody(SignatureHeader {
                name: "X-Hub-Signature-256".to_owned(),
                prefix: "sha256=".to_owned(),
            }),
            Self::HttpMessageSignature => Scheme::HttpMessageSignature,
        }
    }

    /// The secret as the provider gives it out.
    pub(crate) fn given(self, secret: &[u8]) -> Vec<u8> {
        match self {
            Self::CapabilityUrl | Self::Stripe | Self::RawBody => secret.to_vec(),
            Self::StandardWebhooks => format!("whsec_{}", Base64::encode_string(secret)).into(),
            Self::HttpMessageSignature => Base64::encode_string(secret).into(),
            Self::Adyen => hex(secret).into(),
        }
    }

    pub(crate) fn verifier(self, secret: &[u8]) -> Verifier {
        let keys = vec![key("k", self.given(secret))];
        Verifier::load(vec![(endpoint(ENDPOINT, self.scheme()), keys)]).unwrap()
    }

    /// The content of a typical callback; for Adyen one item, unsigned.
    pub(crate) fn typical(self) -> Value {
        match self {
            Self::CapabilityUrl => json!({
                "serialNumber": SERIAL, "aid": "A0000000031010", "cardId": "c", "maskedPan": "**0042",
            }),
            Self::Stripe => json!({
                "id": "evt_1", "type": "charge.captured", "data": {"object": {
                    "id": "ch_1", "payment_intent": "pi_1", "amount_captured": 5, "currency": "eur",
                }},
            }),
            Self::Adyen => json!({
                "pspReference": "PSP", "originalReference": "ORIG", "merchantAccountCode": "M",
                "merchantReference": "R", "amount": {"value": 5, "currency": "EUR"},
                "eventCode": "CAPTURE", "success": "true",
            }),
            Self::StandardWebhooks | Self::RawBody | Self::HttpMessageSignature => json!({
                "type": "payment.captured", "data": {
                    "payment": "p", "change": "c", "reference": "r", "amount": 5, "currency": "EUR",
                },
            }),
        }
    }

    /// The signed request that brings this content.
    pub(crate) fn signed(self, secret: &[u8], content: &Value) -> Request {
        let seconds = NOW / 1000;
        let mut request = Request {
            endpoint: ENDPOINT.to_owned(),
            capability: String::new(),
            method: "POST".to_owned(),
            target_uri: URI.to_owned(),
            headers: vec![],
            body: content.to_string().into_bytes(),
            received_at: Some(NOW),
        };
        let body = request.body.clone();
        let sign = |head: String| mac(secret, &[head.as_bytes(), &body].concat());
        let mut header = |name: &str, value: String| {
            request.headers.push((name.to_owned(), value.into_bytes()));
        };
        match self {
            Self::CapabilityUrl => {
                let fields = [SERIAL, READ, &(NOW + 1).to_string()];
                let text = format!("chargetap/payter-callback/v1\n{}", fields.join("\n"));
                let mac = Base64UrlUnpadded::encode_string(&mac(secret, text.as_bytes()));
                request.capability = format!("{}~{mac}", fields.join("~"));
            }
            Self::StandardWebhooks => {
                let mac = Base64::encode_string(&sign(format!("msg_1.{seconds}.")));
                header("webhook-id", "msg_1".to_owned());
                header("webhook-timestamp", seconds.to_string());
                header("webhook-signature", format!("v1,{mac}"));
            }
            Self::Stripe => {
                let mac = hex(&sign(format!("{seconds}.")));
                header("Stripe-Signature", format!("t={seconds},v1={mac}"));
            }
            Self::RawBody => {
                header(
                    "X-Hub-Signature-256",
                    format!("sha256={}", hex(&sign(String::new()))),
                );
            }
            Self::Adyen => {
                let item = signed_item(secret, content);
                let batch = json!({"notificationItems": [{"NotificationRequestItem": item}]});
                request.body = batch.to_string().into_bytes();
            }
            Self::HttpMessageSignature => {
                let digest = Base64::encode_string(&Sha256::digest(&body));
                let digest = format!("sha-256=:{digest}:");
                let params = format!(
                    "(\"@method\" \"@target-uri\" \"content-digest\");created={seconds};keyid=\"k\""
                );
                let base = format!(
                    "\"@method\": POST\n\"@target-uri\": {URI}\n\"content-digest\": {digest}\n\
                     \"@signature-params\": {params}"
                );
                let mac = Base64::encode_string(&mac(secret, base.as_bytes()));
                header("Content-Digest", digest);
                header("Signature-Input", format!("sig={params}"));
                header("Signature", format!("sig=:{mac}:"));
            }
        }
        request
    }

    /// The parts of the typical callback that are signed, or are the signature.
    pub(crate) fn parts(self) -> Vec<Part> {
        match self {
            Self::CapabilityUrl => vec![Part::Capability],
            Self::StandardWebhooks => {
                vec![
                    Part::Header(0),
                    Part::Header(1),
                    Part::Header(2),
                    Part::Body,
                ]
            }
            Self::Stripe | Self::RawBody => vec![Part::Header(0), Part::Body],
            Self::Adyen => vec![Part::Body],
            Self::HttpMessageSignature => vec![
                Part::Method,
                Part::TargetUri,
                Part::Header(0),
                Part::Header(1),
                Part::Header(2),
                Part::Body,
            ],
        }
    }
}

impl Part {
    pub(crate) fn of(self, request: &Request) -> &[u8] {
        match self {
            Self::Capability => request.capability.as_bytes(),
            Self::Method => request.method.as_bytes(),
            Self::TargetUri => request.target_uri.as_bytes(),
            Self::Header(place) => &request.headers[place].1,
            Self::Body => &request.body,
        }
    }

    /// The request with another part. `None` if that part is not text: a host could not pass it on.
    pub(crate) fn replaced(self, request: &Request, bytes: Vec<u8>) -> Option<Request> {
        let mut request = request.clone();
        match self {
            Self::Capability => request.capability = String::from_utf8(bytes).ok()?,
            Self::Method => request.method = String::from_utf8(bytes).ok()?,
            Self::TargetUri => request.target_uri = String::from_utf8(bytes).ok()?,
            Self::Header(place) => request.headers[place].1 = bytes,
            Self::Body => request.body = bytes,
        }
        Some(request)
    }
}

pub(crate) fn endpoint(id: &str, scheme: Scheme) -> Endpoint {
    Endpoint {
        id: id.to_owned(),
        scheme,
        tolerance: None,
    }
}

pub(crate) fn key(id: &str, secret: impl IntoIterator<Item = u8>) -> Key {
    let info = KeyInfo {
        id: id.to_owned(),
        not_before: None,
        not_after: None,
    };
    (info, secret.into_iter().collect())
}

fn signed_item(secret: &[u8], item: &Value) -> Value {
    let fields = [
        "/pspReference",
        "/originalReference",
        "/merchantAccountCode",
        "/merchantReference",
        "/amount/value",
        "/amount/currency",
        "/eventCode",
        "/success",
    ];
    let fields: Vec<String> = fields
        .into_iter()
        .map(|field| match item.pointer(field) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        })
        .collect();
    let mac = Base64::encode_string(&mac(secret, fields.join(":").as_bytes()));
    let mut item = item.clone();
    item["additionalData"] = json!({"hmacSignature": mac});
    item
}

fn mac(secret: &[u8], text: &[u8]) -> [u8; 32] {
    let hmac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    hmac.chain_update(text).finalize().into_bytes().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
