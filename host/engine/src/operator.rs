//! What people want of a session: the operator from afar, a driver on a terminal's screen.

use chargetap_contract::money::MinorUnits;
use chargetap_contract::session::{Event, Requester};

use crate::apply::{Applied, Cause, EngineError};
use crate::gateway::Gateway;
use crate::journal;
use crate::platform::Platform;

/// What became of such a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It is on record, and is being carried out.
    Granted,
    /// There is no such session.
    NoSession,
    /// The session is not in a phase, or has not captured enough, for it.
    Refused,
}

impl<P: Platform> Gateway<P> {
    /// End a session that waits for its vehicle, or that charges.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn request_stop(&self, session: &str) -> Result<Wish, EngineError> {
        self.wish(session, Event::StopRequested(Requester::Operator).into())
            .await
    }

    /// The same, for a driver at the terminal.
    pub(crate) async fn stop_on_screen(&self, session: &str) -> Result<Wish, EngineError> {
        self.wish(session, Event::StopRequested(Requester::Driver).into())
            .await
    }

    /// Put on record that so much of a session's captured amount, in minor units, was given back.
    /// `reference` names this refund among those of the session, such as the provider's id of it:
    /// the same one again is the same refund.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn record_refund(
        &self,
        session: &str,
        reference: &str,
        amount: MinorUnits,
    ) -> Result<Wish, EngineError> {
        let dedupe = format!("refund/{session}/{reference}");
        let cause = Cause {
            dedupe: Some(&dedupe),
            ..Event::Refunded(amount).into()
        };
        self.wish(session, cause).await
    }

    async fn wish(&self, session: &str, cause: Cause<'_>) -> Result<Wish, EngineError> {
        let Some(stored) = journal::load(&self.platform, session).await? else {
            return Ok(Wish::NoSession);
        };
        let applied = self.apply(session, &stored.terminal, cause).await?;
        Ok(match applied {
            Applied::Yes | Applied::Duplicate => Wish::Granted,
            _ => Wish::Refused,
        })
    }
}
