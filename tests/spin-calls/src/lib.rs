//! A Spin application that calls the three components as it is asked, linked to them as the gateway's application is.
//!
//! A request's body is a `Call` as JSON, and the answer what the component answered; values are as serde writes the
//! contract's types.

#![cfg(target_family = "wasm")]

#[path = "../../../host/spin/src/bindings.rs"]
mod bindings;

use bindings::{orchestration, rendering, verification};
use bytes::Bytes;
use chargetap_contract::callback::EndpointWithKeys;
use http_body_util::BodyExt;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spin_sdk::http::{FullBody, Request, Response};
use spin_sdk::http_service;

/// A call of a function of the contract.
#[derive(Deserialize)]
struct Call {
    /// Its name in WIT; one of a resource is `resource.function`.
    function: String,
    /// What the verifier is loaded with on which a method is called.
    loaded: Vec<EndpointWithKeys>,
    /// The arguments, without a method's verifier.
    arguments: Value,
}

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    let (status, body) = match request.into_body().collect().await {
        Ok(body) => match answer(&body.to_bytes()) {
            Ok(answer) => (200, answer.to_string()),
            Err(error) => (400, error.to_string()),
        },
        Err(error) => (400, format!("{error:?}")),
    };
    let mut response = Response::new(FullBody::new(Bytes::from(body)));
    *response.status_mut() = spin_sdk::http::StatusCode::from_u16(status).unwrap_or_default();
    response
}

fn answer(body: &[u8]) -> serde_json::Result<Value> {
    let Call {
        function,
        loaded,
        arguments,
    } = serde_json::from_slice(body)?;
    let verifier = || {
        let loaded = verification::Verifier::load(&loaded);
        loaded.map_err(|problem| serde_json::Error::custom(format!("{problem:?}")))
    };
    match function.as_str() {
        "verifier.load" => {
            let (endpoints,): (Vec<EndpointWithKeys>,) = given(arguments)?;
            told(verification::Verifier::load(&endpoints).map(|_| ()))
        }
        "verifier.claimed-terminal" => {
            let (capability,): (String,) = given(arguments)?;
            told(verification::Verifier::claimed_terminal(&capability))
        }
        "verifier.mint" => {
            let (endpoint, capability): (String, _) = given(arguments)?;
            told(verifier()?.mint(&endpoint, &capability))
        }
        "verifier.mint-state-webhook" => {
            let (endpoint, expires_at): (String, _) = given(arguments)?;
            told(verifier()?.mint_state_webhook(&endpoint, expires_at))
        }
        "verifier.verify" => {
            let (request,) = given(arguments)?;
            told(verifier()?.verify(&request))
        }
        "step" => {
            let (policy, state, event, now): (_, Option<Vec<u8>>, _, _) = given(arguments)?;
            told(orchestration::step(&policy, state.as_deref(), &event, now))
        }
        "offer" => {
            let (policy, hold, now) = given(arguments)?;
            told(orchestration::offer(&policy, hold, now))
        }
        "render" => {
            let (document, format, locale): (_, _, String) = given(arguments)?;
            told(rendering::render(&document, format, &locale))
        }
        "form" => {
            let (page, locale): (_, String) = given(arguments)?;
            told(rendering::form(&page, &locale))
        }
        "screen-text" => {
            let (message, locale): (_, String) = given(arguments)?;
            told(rendering::screen_text(&message, &locale))
        }
        "check-measurement" => {
            let (packets, key): (Vec<String>, Option<String>) = given(arguments)?;
            told(rendering::check_measurement(&packets, key.as_deref()))
        }
        other => Err(serde_json::Error::custom(format!(
            "there is no function {other}"
        ))),
    }
}

fn given<T: DeserializeOwned>(arguments: Value) -> serde_json::Result<T> {
    serde_json::from_value(arguments)
}

fn told(answer: impl Serialize) -> serde_json::Result<Value> {
    serde_json::to_value(answer)
}
