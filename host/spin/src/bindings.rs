//! The three components, as Spin links them.

spin_sdk::wit_bindgen::generate!({
    path: [
        "../../wit/types",
        "../../wit/callback-verifier",
        "../../wit/session-orchestrator",
        "../../wit/receipt-generator",
        "../../wit/host",
    ],
    world: "chargetap:host/host",
    runtime_path: "::spin_sdk::wit_bindgen::rt",
    with: {
        "chargetap:types/callback@0.1.0": chargetap_contract::callback,
        "chargetap:types/money@0.1.0": chargetap_contract::money,
        "chargetap:types/receipt@0.1.0": chargetap_contract::receipt,
        "chargetap:types/screen@0.1.0": chargetap_contract::screen,
        "chargetap:types/session@0.1.0": chargetap_contract::session,
        "chargetap:types/terminal@0.1.0": chargetap_contract::terminal,
    },
    generate_all,
});

pub(crate) use chargetap::callback_verifier::verification;
pub(crate) use chargetap::receipt_generator::rendering;
pub(crate) use chargetap::session_orchestrator::orchestration;
