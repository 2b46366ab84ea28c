//! What a meter signed during a session's transaction. It is kept for the receipt, character for character.

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;
use crate::store::sessions::Reported;
use crate::store::transactions::Transaction;

/// How a packet of the Open Charge Metering Format begins.
const OCMF: &str = "OCMF|";
/// Longer than any that a meter signs, in bytes.
const LONGEST_PACKET: usize = 16 * 1024;

/// Keep what was signed, once. Other than in OCMF it is not kept.
pub(super) async fn keep_signed(
    gateway: &Gateway<impl Platform>,
    station: &str,
    transaction: &Transaction,
    packets: &[String],
) -> Result<(), EngineError> {
    let Some(Reported { session, .. }) = &transaction.session else {
        return Ok(());
    };
    for packet in packets {
        if packet.starts_with(OCMF) && packet.len() <= LONGEST_PACKET {
            store::receipts::insert_signed_value(&gateway.platform, session, packet).await?;
        } else {
            tracing::warn!(station, session, "signed values are not OCMF");
        }
    }
    Ok(())
}
