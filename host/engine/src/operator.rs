//! What people want of a session: the operator from afar, a driver on a terminal's screen.

use chargetap_contract::money::MinorUnits;
use chargetap_contract::session::{Event, Requester};

use secrecy::ExposeSecret;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::apply::{Applied, Cause, EngineError};
use crate::gateway::Gateway;
use crate::http::{Incoming, Outcome};
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

/// A refund that was made with the payment provider, as the operator reports it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    reference: String,
    /// In minor units.
    amount: MinorUnits,
}

impl<P: Platform> Gateway<P> {
    /// Answer `POST /api/v1/sessions/{session}/stop` and `…/refunds`.
    pub(crate) async fn operate(&self, session: &str, verb: &str, request: &Incoming) -> Outcome {
        if !self.is_operator(request) {
            return Outcome::text(401, "the operator's token is needed");
        }
        let wish = if verb == "stop" {
            self.request_stop(session).await
        } else {
            match serde_json::from_slice(&request.body) {
                Ok(Refund { reference, amount }) => {
                    self.record_refund(session, &reference, amount).await
                }
                Err(error) => return Outcome::text(400, &format!("not a refund: {error}")),
            }
        };
        match wish {
            Ok(Wish::Granted) => Outcome::text(200, "it is on record"),
            Ok(Wish::NoSession) => Outcome::text(404, "there is no such session"),
            Ok(Wish::Refused) => Outcome::text(409, "the session is not in a state for that"),
            Err(error) => {
                tracing::error!(%error, session, "the operator's wish could not be stored");
                Outcome::text(503, "not stored: try again")
            }
        }
    }

    fn is_operator(&self, request: &Incoming) -> bool {
        let mut headers = request.headers.iter();
        let given = headers
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .and_then(|(_, value)| value.strip_prefix(b"Bearer "));
        let token = self.secrets.operator_token.as_ref();
        token
            .zip(given)
            .is_some_and(|(token, given)| given.ct_eq(token.expose_secret().as_bytes()).into())
    }

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
