//! Whether the gateway can work.
//!
//! | part       | works if                                           | otherwise                                |
//! |------------|----------------------------------------------------|------------------------------------------|
//! | store      | a row can be written                               | not ready: nothing can be acknowledged   |
//! | clock      | it was set, and is not behind the store            | not ready: callbacks are refused         |
//! | components | each of the three answers a call                   | not ready: callbacks are refused         |
//! | provider   | Payter answered well lately, or was not asked yet  | degraded, and ready                      |
//!
//! A provider that is away must not cut the gateway off from those who come to it: its callbacks, stations that tell
//! what they delivered, drivers who open their receipts. What is to be sent to it waits in the outbox.
//!
//! Anybody may ask, so the parts are looked at once a second at most. Between, and while they are being looked at, the
//! last answer counts.

pub(crate) mod state;

use chargetap_contract::Components as _;
use chargetap_fleet::api::{Part, PartState, PartStatus};

use crate::gateway::Gateway;
use crate::http::Response;
use crate::platform::{ComponentFault, Platform};
use crate::{clock, store};

/// Answer `GET /readyz`. What is wrong in detail is for operators only.
pub(crate) async fn handle(gateway: &Gateway<impl Platform>) -> Response {
    let parts = parts(gateway).await;
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

/// Whether the gateway can work while its parts are like this.
pub(crate) fn is_ready(parts: &[PartStatus]) -> bool {
    parts.iter().all(|it| it.state != PartState::Failed)
}

/// How the parts are.
pub(crate) async fn parts(gateway: &Gateway<impl Platform>) -> Vec<PartStatus> {
    let readiness = &gateway.readiness;
    if readiness.probes.is_due(gateway.platform.now()) {
        let parts = vec![
            PartStatus::new(Part::Store, store_problem(gateway).await),
            PartStatus::new(Part::Clock, clock_problem(gateway)),
            PartStatus::new(Part::Components, components_problem(gateway)),
            PartStatus::new(Part::Provider, gateway.payter.problem(&gateway.platform)),
        ];
        for it in parts.iter().filter(|it| it.state == PartState::Failed) {
            tracing::error!(part = it.part.name(), error = it.problem, "not ready");
        }
        readiness.replace_parts(parts);
    }
    readiness.parts()
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

fn components_problem(gateway: &Gateway<impl Platform>) -> Option<String> {
    let fault = call_components(gateway).err()?;
    Some(format!(
        "{fault}: start the gateway again, or take the components that ran before (`chargetap fleet plugins rollback`)"
    ))
}

/// Call each component in the cheapest way.
fn call_components(gateway: &Gateway<impl Platform>) -> Result<(), ComponentFault> {
    let components = gateway.platform.components();
    let now = gateway.platform.now();
    components.claimed_terminal("")?;
    components.offer(&gateway.policy("", now), 0, now)?;
    components.check_measurement(&[], None)?;
    Ok(())
}
