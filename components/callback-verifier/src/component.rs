//! The verifier as a component: the contract's world on top of the pure code.

mod bindings {
    #![expect(
        unsafe_code,
        reason = "generated: the calls cross the component's boundary"
    )]
    wit_bindgen::generate!({
        path: ["../../wit/types", "../../wit/callback-verifier"],
        world: "chargetap:callback-verifier/callback-verifier",
        with: {
            "chargetap:types/callback@0.1.0": chargetap_contract::callback,
            "chargetap:types/money@0.1.0": chargetap_contract::money,
            "chargetap:types/terminal@0.1.0": chargetap_contract::terminal,
        },
    });
    use super::Component;
    export!(Component);
}

use bindings::exports::chargetap::callback_verifier::verification;
use chargetap_contract::callback::{
    Capability, ConfigurationProblem, EndpointWithKeys, Rejection, Request, Verified,
};
use chargetap_contract::money::UnixMs;

use crate::Verifier;

struct Component;

impl verification::Guest for Component {
    type Verifier = Verifier;
}

impl verification::GuestVerifier for Verifier {
    fn load(
        endpoints: Vec<EndpointWithKeys>,
    ) -> Result<verification::Verifier, ConfigurationProblem> {
        Verifier::load(endpoints).map(verification::Verifier::new)
    }

    fn mint(&self, endpoint: String, capability: Capability) -> Option<String> {
        Verifier::mint(self, &endpoint, &capability)
    }

    fn mint_state_webhook(&self, endpoint: String, expires_at: UnixMs) -> Option<String> {
        Verifier::mint_state_webhook(self, &endpoint, expires_at)
    }

    fn claimed_terminal(capability: String) -> Option<String> {
        Verifier::claimed_terminal(&capability)
    }

    fn verify(&self, request: Request) -> Result<Vec<Verified>, Rejection> {
        Verifier::verify(self, &request)
    }
}
