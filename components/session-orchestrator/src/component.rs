//! The component's export.

use chargetap_contract::screen::Quote;
use chargetap_contract::session::{Decision, Event, Policy, Refusal};

mod bindings {
    #![expect(
        unsafe_code,
        reason = "generated: the calls cross the component's boundary"
    )]
    wit_bindgen::generate!({
        path: ["../../wit/types", "../../wit/session-orchestrator"],
        world: "chargetap:session-orchestrator/session-orchestrator",
        with: {
            "chargetap:types/money@0.1.0": chargetap_contract::money,
            "chargetap:types/terminal@0.1.0": chargetap_contract::terminal,
            "chargetap:types/receipt@0.1.0": chargetap_contract::receipt,
            "chargetap:types/screen@0.1.0": chargetap_contract::screen,
            "chargetap:types/session@0.1.0": chargetap_contract::session,
        },
    });
    use super::Component;
    export!(Component);
}

struct Component;

impl bindings::exports::chargetap::session_orchestrator::orchestration::Guest for Component {
    fn step(
        policy: Policy,
        state: Option<Vec<u8>>,
        event: Event,
        now: u64,
    ) -> Result<Decision, Refusal> {
        crate::step(&policy, state.as_deref(), event, now)
    }

    fn offer(policy: Policy, hold: u64, now: u64) -> Quote {
        crate::offer(&policy, hold, now)
    }
}
