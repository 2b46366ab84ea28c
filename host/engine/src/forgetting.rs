//! What is not kept for ever.

use crate::apply::EngineError;
use crate::gateway::Gateway;
use crate::journal;
use crate::platform::Platform;

const DAY: u64 = 24 * 60 * 60 * 1_000;
/// How long asks are kept that nobody can answer any more, in milliseconds.
const ASKS_KEPT: u64 = DAY;
/// How long the keys of deliveries are kept, in milliseconds: longer than any provider repeats one,
/// which Adyen does for 30 days.
const DELIVERIES_KEPT: u64 = 35 * DAY;
/// How long a request to the REST interface is recognised when it comes again, in milliseconds.
const REPETITIONS_KEPT: u64 = 7 * DAY;

impl<P: Platform> Gateway<P> {
    pub(crate) async fn forget(&self) -> Result<(), EngineError> {
        let now = self.platform.now();
        journal::forget_asks(&self.platform, now.saturating_sub(ASKS_KEPT)).await?;
        journal::forget_deliveries(&self.platform, now.saturating_sub(DELIVERIES_KEPT)).await?;
        journal::forget_repetitions(&self.platform, now.saturating_sub(REPETITIONS_KEPT)).await?;
        Ok(())
    }
}
