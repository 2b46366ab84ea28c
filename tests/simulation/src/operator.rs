//! The operator: sees to the sessions that need a person, with what the provider's books say.

use std::sync::Arc;

use chargetap_contract::session::Resolution;
use chargetap_engine::EventOutcome;

use crate::gateway::SimulatedGateway;
use crate::world::{World, pass};

/// How often the operator looks, in milliseconds.
const LOOK: u64 = 60 * 60_000;

/// Resolve every session that needs attention, for as long as the world lasts.
pub(crate) async fn keep_watch(world: Arc<World>) {
    loop {
        pass(LOOK).await;
        let found = world.state().disk.needing_attention();
        for [session, terminal, payment] in found {
            // A hold that is still open is released in the portal.
            let captured = world.state().oracle.close_by_hand(&terminal, &payment);
            let resolution = match captured {
                Some(amount) => Resolution::Captured(amount),
                None => Resolution::Voided,
            };
            let resolve = move |gateway: Arc<SimulatedGateway>| async move {
                let _ = gateway.resolve(&session, resolution).await;
                // Where a refund is due instead, it is made in another way.
                let refunded = Resolution::RefundedElsewhere;
                let refunded = gateway.resolve(&session, refunded).await;
                (session, refunded.is_ok_and(EventOutcome::is_on_record))
            };
            if let Some((session, true)) = world.process.call(resolve).await {
                world.state().oracle.refunded_elsewhere(&session);
            }
        }
    }
}
