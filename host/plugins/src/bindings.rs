//! The components' exports, in the contract's own types.

pub(crate) mod verifier {
    #![allow(
        missing_docs,
        unreachable_pub,
        reason = "the WIT files are the documentation"
    )]
    wasmtime::component::bindgen!({
        path: ["../../wit/types", "../../wit/callback-verifier"],
        world: "chargetap:callback-verifier/callback-verifier",
        with: {
            "chargetap:types/money@0.1.0": chargetap_contract::money,
            "chargetap:types/terminal@0.1.0": chargetap_contract::terminal,
            "chargetap:types/callback@0.1.0": chargetap_contract::callback,
        },
    });
}

pub(crate) mod orchestrator {
    #![allow(
        missing_docs,
        unreachable_pub,
        reason = "the WIT files are the documentation"
    )]
    wasmtime::component::bindgen!({
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
}

pub(crate) mod generator {
    #![allow(
        missing_docs,
        unreachable_pub,
        reason = "the WIT files are the documentation"
    )]
    wasmtime::component::bindgen!({
        path: ["../../wit/types", "../../wit/receipt-generator"],
        world: "chargetap:receipt-generator/receipt-generator",
        with: {
            "chargetap:types/money@0.1.0": chargetap_contract::money,
            "chargetap:types/terminal@0.1.0": chargetap_contract::terminal,
            "chargetap:types/receipt@0.1.0": chargetap_contract::receipt,
            "chargetap:types/screen@0.1.0": chargetap_contract::screen,
        },
    });
}
