//! What people ask of a session: the operator from afar, a driver on a terminal's screen.

use chargetap_contract::money::MinorUnits;
use chargetap_contract::session::{Event, Requester, Resolution};

use super::apply::apply_to;
use crate::error::EngineError;
use crate::event::{EventEnvelope, EventOutcome};
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::refund::RefundOutcome;
use crate::store;

impl<P: Platform> Gateway<P> {
    /// End a session in any phase before its price is final.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn request_stop(&self, session: &str) -> Result<EventOutcome, EngineError> {
        request_stop(self, session, Requester::Operator).await
    }

    /// Put on record what a person found out about a session that needs attention. The receipt that follows from
    /// it is issued.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn resolve(
        &self,
        session: &str,
        resolution: Resolution,
    ) -> Result<EventOutcome, EngineError> {
        request(self, session, Event::Resolved(resolution).into()).await
    }

    /// Put on record that so much of a session's captured amount, in minor units, was given back.
    /// `reference` names this refund among those of the session, such as the provider's id of it:
    /// the same one again is the same refund, and never one of another amount.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn record_refund(
        &self,
        session: &str,
        reference: &str,
        amount: MinorUnits,
    ) -> Result<RefundOutcome, EngineError> {
        let dedupe = format!("refund/{session}/{reference}");
        let envelope = EventEnvelope {
            dedupe: Some(&dedupe),
            ..Event::Refunded(amount).into()
        };
        let platform = &self.platform;
        let outcome = request(self, session, envelope).await?;
        match store::refunds::load(platform, &dedupe).await? {
            Some(refund) if refund.amount == amount => Ok(RefundOutcome::OnRecord(refund)),
            Some(refund) => Ok(RefundOutcome::OtherAmount(refund)),
            None if outcome == EventOutcome::UnknownSession => Ok(RefundOutcome::UnknownSession),
            None => refused(platform, session, amount).await,
        }
    }
}

/// Why a refund is not on record.
async fn refused(
    platform: &impl Platform,
    session: &str,
    amount: MinorUnits,
) -> Result<RefundOutcome, EngineError> {
    let left = store::refunds::left(platform, session).await?;
    Ok(match left {
        Some((left, currency)) if amount > left => RefundOutcome::TooLarge { left, currency },
        _ => RefundOutcome::NotApplicable,
    })
}

/// End a session on behalf of the operator, or of a driver at the terminal.
pub(crate) async fn request_stop(
    gateway: &Gateway<impl Platform>,
    session: &str,
    requester: Requester,
) -> Result<EventOutcome, EngineError> {
    request(gateway, session, Event::StopRequested(requester).into()).await
}

async fn request(
    gateway: &Gateway<impl Platform>,
    session: &str,
    envelope: EventEnvelope<'_>,
) -> Result<EventOutcome, EngineError> {
    let Some(stored) = store::sessions::load(&gateway.platform, session).await? else {
        return Ok(EventOutcome::UnknownSession);
    };
    let terminal = stored.terminal.clone();
    apply_to(gateway, session, &terminal, Some(stored), envelope).await
}
