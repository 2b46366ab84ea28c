//! Whether the gateway can work.
//!
//! | part       | works if                                           | otherwise                                |
//! |------------|----------------------------------------------------|------------------------------------------|
//! | store      | a row can be written, in 3 s                       | not ready: nothing can be acknowledged   |
//! | clock      | it was set, and is not behind the store            | not ready: callbacks are refused         |
//! | components | callback-verifier and session-orchestrator answer  | not ready: callbacks are refused         |
//! |            | receipt-generator answers                          | degraded, and ready                      |
//! | provider   | Payter's last answer or a recent one was good, or  | degraded, and ready                      |
//! |            | it was not asked yet                               |                                          |
//!
//! A provider that is away must not cut the gateway off from those who come to it: its callbacks, stations that tell
//! what they delivered, drivers who open their receipts. What is to be sent to it waits in the outbox.
//!
//! Anybody may ask, so the parts are looked at once a second at most, and for one caller at a time. Between, and while
//! they are being looked at, the last answer counts. Before the first one the gateway is starting, and not ready.

pub(crate) mod state;

use chargetap_contract::Components as _;
use chargetap_fleet::api::{Part, PartState, PartStatus};

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::http::Response;
use crate::platform::{Platform, Purpose};
use crate::{clock, store};

/// Answer `GET /readyz`. What is wrong in detail is for operators only.
pub(crate) async fn handle(gateway: &Gateway<impl Platform>) -> Response {
    let parts = parts(gateway).await;
    if parts.is_empty() {
        return Response::text(503, "not ready: starting");
    }
    let names = |state: PartState| {
        let parts = parts.iter().filter(|it| it.state == state);
        let names: Vec<_> = parts.map(|it| it.part.name()).collect();
        names.join(", ")
    };
    let (failed, degraded) = (names(PartState::Failed), names(PartState::Degraded));
    if !is_ready(&parts) {
        return Response::text(503, &format!("not ready: {failed} failed"));
    }
    match degraded.is_empty() {
        true => Response::text(200, "ready"),
        false => Response::text(200, &format!("ready, and degraded: {degraded}")),
    }
}

/// Whether the gateway can work while its parts are like this. Parts that nobody has looked at yet are not ready.
pub(crate) fn is_ready(parts: &[PartStatus]) -> bool {
    !parts.is_empty() && parts.iter().all(|it| it.state != PartState::Failed)
}

/// How the parts are. Empty before they were looked at for the first time.
pub(crate) async fn parts(gateway: &Gateway<impl Platform>) -> Vec<PartStatus> {
    let (readiness, platform) = (&gateway.readiness, &gateway.platform);
    if let Some(probe) = readiness.begin(platform.now(), platform.elapsed()) {
        let parts = vec![
            PartStatus::new(Part::Store, store_problem(gateway).await),
            PartStatus::new(Part::Clock, clock_problem(gateway)),
            components_status(gateway).await,
            PartStatus::new(Part::Provider, gateway.payter.problem(platform)),
        ];
        for it in parts.iter().filter(|it| it.state == PartState::Failed) {
            tracing::error!(part = it.part.name(), error = it.problem, "not ready");
        }
        probe.end(parts);
    }
    readiness.parts(platform.elapsed())
}

async fn store_problem(gateway: &Gateway<impl Platform>) -> Option<String> {
    let error = store::schema::probe(&gateway.platform).await.err()?;
    Some(format!(
        "{error}: see that its disk has room and can be written, and that no other program locks it"
    ))
}

fn clock_problem(gateway: &Gateway<impl Platform>) -> Option<String> {
    let problem = gateway.clock.problem(clock::both(&gateway.platform))?;
    Some(problem.to_string())
}

/// Without words and pages, money is moved all the same.
async fn components_status(gateway: &Gateway<impl Platform>) -> PartStatus {
    let problem = |error: EngineError| {
        format!(
            "{error}: start the gateway again, or take the components that ran before \
             (`chargetap fleet plugins rollback`)"
        )
    };
    match call_for_money(gateway).await {
        Err(error) => PartStatus::new(Part::Components, Some(problem(error))),
        Ok(()) => match call_for_words(gateway).await {
            Err(error) => PartStatus::degraded(Part::Components, problem(error)),
            Ok(()) => PartStatus::new(Part::Components, None),
        },
    }
}

/// Call in the cheapest way those components on which money depends.
async fn call_for_money(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let policy = &gateway.config.policy;
    let decided = platform.call(Purpose::Money, |components| {
        components.claimed_terminal("")?;
        components.offer(policy, 0, now)
    });
    decided.await??;
    Ok(())
}

/// The same for the one that is left.
async fn call_for_words(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let checked = platform.call(Purpose::Words, |components| {
        components.check_measurement(&[], None)
    });
    checked.await??;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_were_not_looked_at_are_not_ready() {
        assert!(!is_ready(&[]));
        assert!(is_ready(&[PartStatus::new(Part::Store, None)]));
    }
}
