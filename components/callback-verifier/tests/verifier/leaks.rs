//! Card numbers and secrets never leave the verifier.

use serde_json::{Value, json};

use super::signing::{PROVIDERS, Provider, SECRET, hex};
use super::*;

/// Card numbers that the schemes publish for tests, in the ways they are written and as on tracks.
const CANARIES: [&str; 8] = [
    "4111111111111111",
    "4111-1111-1111-1111",
    "4111 1111 1111 1111",
    "x4111111111111111",
    "id_4111111111111111_9",
    ";4111111111111111=25121010000000000000?",
    "%B4111111111111111^DOE/JANE^25121010000000000000?",
    "\u{1}4111111111111111",
];

#[test]
fn no_card_number_in_a_signed_body_gets_out() {
    for provider in PROVIDERS {
        let typical = provider.typical();
        for canary in CANARIES {
            for place in 0..leaves(&typical) {
                let mut texts = typical.clone();
                plant(&mut texts, &mut place.clone(), &json!(canary));
                check_content(provider, &texts);
                let mut numbers = typical.clone();
                plant(
                    &mut numbers,
                    &mut place.clone(),
                    &json!(4_111_111_111_111_111_u64),
                );
                check_content(provider, &numbers);
            }
            let mut named = typical.clone();
            named[canary] = json!(canary);
            check_content(provider, &named);
        }
    }
}

#[test]
fn no_card_number_in_a_session_gets_out() {
    for canary in CANARIES {
        for field in ["serialNumber", "sessionId", "state"] {
            let mut session = json!({"session": {"serialNumber": SERIAL, "sessionId": "s"}});
            session["session"][field] = json!(canary);
            check_content(Provider::CapabilityUrl, &session);
        }
    }
}

#[test]
fn no_card_number_in_a_screen_answer_gets_out() {
    for canary in CANARIES {
        for field in ["serialNumber", "screenId", "response"] {
            let mut answer = json!({"serialNumber": SERIAL, "screenId": READ, "response": "a"});
            answer[field] = json!(canary);
            check_content(Provider::CapabilityUrl, &answer);
        }
    }
}

#[test]
fn no_card_number_in_a_state_gets_out() {
    let segment = verifier().mint_state_webhook(ENDPOINT, EXPIRES_AT).unwrap();
    for canary in CANARIES {
        for field in ["serialNumber", "online", "state"] {
            let mut state = json!({"serialNumber": SERIAL, "online": true, "state": "IDLE"});
            state[field] = json!(canary);
            check(&verifier(), &request(&segment, state.to_string()));
        }
    }
}

#[test]
fn no_card_number_anywhere_in_a_request_gets_out() {
    for provider in PROVIDERS {
        let verifier = provider.verifier(SECRET);
        let request = provider.signed(SECRET, &provider.typical());
        for canary in CANARIES {
            let text = canary.to_owned();
            let mut planted = vec![
                Request {
                    endpoint: text.clone(),
                    ..request.clone()
                },
                Request {
                    capability: text.clone(),
                    ..request.clone()
                },
                Request {
                    method: text.clone(),
                    ..request.clone()
                },
                Request {
                    target_uri: text.clone(),
                    ..request.clone()
                },
                Request {
                    body: text.clone().into_bytes(),
                    ..request.clone()
                },
                Request {
                    capability: request.capability.replace(READ, canary),
                    ..request.clone()
                },
            ];
            for place in 0..request.headers.len() {
                for template in [
                    "CANARY",
                    "sig=CANARY",
                    "t=CANARY,v1=CANARY",
                    "v1,CANARY",
                    "sha256=CANARY",
                ] {
                    let mut with = request.clone();
                    with.headers[place].1 = template.replace("CANARY", canary).into_bytes();
                    planted.push(with);
                }
                let mut with = request.clone();
                with.headers[place].0.clone_from(&text);
                planted.push(with);
                let mut with = request.clone();
                with.headers.push(with.headers[place].clone());
                with.headers.push((text.clone(), text.clone().into_bytes()));
                planted.push(with);
            }
            for request in planted {
                check(&verifier, &request);
            }
        }
    }
}

#[test]
fn no_secret_gets_out_of_a_configuration() {
    for provider in PROVIDERS {
        let printed = format!("{:?}", provider.verifier(SECRET));
        assert!(!holds_secret(&printed), "{printed}");
    }
    let secret = String::from_utf8_lossy(SECRET).into_owned();
    for scheme in [
        Scheme::StandardWebhooks,
        Scheme::Adyen,
        Scheme::HttpMessageSignature,
    ] {
        let keys = vec![key("k", secret.bytes())];
        let problem = Verifier::load(vec![(endpoint(ENDPOINT, scheme), keys)]).unwrap_err();
        assert!(!holds_secret(&format!("{problem:?}")), "{problem:?}");
    }
}

fn check_content(provider: Provider, content: &Value) {
    let request = provider.signed(SECRET, content);
    check(&provider.verifier(SECRET), &request);
}

fn check(verifier: &Verifier, request: &Request) {
    let claimed = Verifier::claimed_terminal(&request.capability);
    assert!(!holds_card_number(&claimed.unwrap_or_default()));
    let result = verifier.verify(request);
    let json = serde_json::to_string(&result).unwrap();
    for printed in [format!("{result:?}"), json] {
        assert!(!holds_card_number(&printed), "{request:?} gave {printed}");
        assert!(!holds_secret(&printed), "{request:?} gave {printed}");
    }
}

/// Only the digits, so that a grouped card number is found too.
fn holds_card_number(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.contains("4111111111111111") || text.contains("DOE/JANE")
}

fn holds_secret(text: &str) -> bool {
    let numbers = format!("{SECRET:?}");
    let numbers = numbers.trim_matches(['[', ']']);
    text.contains("secret of 32") || text.contains(numbers) || text.contains(&hex(SECRET))
}

/// How many values there are.
fn leaves(content: &Value) -> usize {
    match content {
        Value::Object(fields) => fields.values().map(leaves).sum(),
        _ => 1,
    }
}

/// Replace one value, counted from 0.
fn plant(content: &mut Value, place: &mut usize, canary: &Value) {
    match content {
        Value::Object(fields) => {
            for field in fields.values_mut() {
                plant(field, place, canary);
            }
        }
        value => {
            if *place == 0 {
                *value = canary.clone();
            }
            *place = place.wrapping_sub(1);
        }
    }
}
