//! The issuer of a terminal's receipts.

use chargetap_fleet::processor::{Party, Processor};
use chargetap_fleet::terminal::Terminal;

use super::records;
use crate::config::{Config, Issuer};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;

/// The issuer of a terminal's receipts, by its processor option. Where the terminal is not on record,
/// as with a hold that was found at it, it is the only issuer there is.
pub(crate) async fn at_terminal<'a>(
    gateway: &'a Gateway<impl Platform>,
    serial: &str,
) -> Result<&'a Issuer, EngineError> {
    let issuers = &gateway.config.issuers;
    let fleet = records::current(gateway).await?;
    let terminal = fleet.get::<Terminal>(serial);
    let issuer = match terminal.map(|it| it.processor.parts(it.origin).issues_receipt) {
        Some(Party::Customer) => issuers.get(&Processor::Customer),
        Some(_) => issuers.get(&Processor::Platform),
        None => issuers.values().next(),
    };
    issuer.ok_or_else(|| EngineError::NoIssuer(serial.to_owned()))
}

/// The issuer whose sequence this key names: its VAT number.
pub(crate) fn of_key<'a>(config: &'a Config, key: &str) -> Result<&'a Issuer, EngineError> {
    let mut issuers = config.issuers.values();
    issuers
        .find(|issuer| issuer.key() == key)
        .ok_or_else(|| EngineError::UnknownIssuer(key.to_owned()))
}
