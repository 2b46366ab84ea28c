//! The schemes by which callbacks are authenticated.
//!
//! To add a scheme:
//!
//! 1. add a case to `scheme` in the contract,
//! 2. implement [`Scheme`] in a file of this folder,
//! 3. add a line to [`configured`],
//! 4. add vectors to `tests/vectors`.
//!
//! A dedupe key is a keyed hash of what the repetitions of a delivery have in common:
//!
//! | scheme                        | hashed                                 |
//! |-------------------------------|----------------------------------------|
//! | Standard Webhooks, Stripe     | the delivery's id                      |
//! | Adyen                         | the signed text                        |
//! | raw body, HTTP signature      | the body                               |
//! | Payter                        | kind, arming id and canonical body     |
//! | Payter, a terminal's state    | none: a second outage has the same body |

mod adyen;
mod capability_url;
mod http_signature;
mod raw_body;
mod standard_webhooks;
mod stripe;

use chargetap_contract::callback;

use crate::scheme::Scheme;

/// `None` if the configured header's name or prefix is not valid in HTTP.
pub(crate) fn configured(scheme: callback::Scheme) -> Option<Box<dyn Scheme>> {
    Some(match scheme {
        callback::Scheme::CapabilityUrl => Box::new(capability_url::CapabilityUrl),
        callback::Scheme::StandardWebhooks => Box::new(standard_webhooks::StandardWebhooks),
        callback::Scheme::Stripe => Box::new(stripe::Stripe),
        callback::Scheme::Adyen => Box::new(adyen::Adyen),
        callback::Scheme::RawBody(header) => Box::new(raw_body::RawBody::new(header)?),
        callback::Scheme::HttpMessageSignature => Box::new(http_signature::HttpSignature),
    })
}
