//! The body of the account's state webhook: `{serialNumber, online, state}`.

use chargetap_contract::callback::Rejection;
use chargetap_contract::terminal::{Connectivity, TerminalEvent};
use serde_json::Value;

use crate::{capability, card, json};

pub(crate) fn event(body: &[u8]) -> Result<TerminalEvent, Rejection> {
    let body = json::parse(body)?;
    let online = body.get("online").ok_or(Rejection::UnknownEvent)?;
    let serial = json::required(&body, "/serialNumber")?.to_ascii_uppercase();
    // The serial number is not part of the capability here, so it is checked.
    if !capability::is_serial(&serial) || card::could_hold_number(&serial) {
        return Err(json::malformed("/serialNumber is not a serial number"));
    }
    Ok(TerminalEvent::Connectivity(Connectivity {
        terminal: serial,
        online: Value::as_bool(online)
            .ok_or_else(|| json::malformed("/online is not a boolean"))?,
    }))
}
