//! The operator: sees to the sessions that need a person, with what the provider's books say, and changes tariffs.

use std::sync::Arc;

use chargetap_contract::session::Resolution;
use chargetap_engine::EventOutcome;
use chargetap_engine::http::{Method, Request};
use chargetap_fleet::moment::Moment;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::faults::Fault;
use crate::gateway::SimulatedGateway;
use crate::site::{self, PriceList};
use crate::world::{Sabotage, World, pass};

const MINUTE: u64 = 60_000;
/// How often the operator looks, in milliseconds.
const LOOK: u64 = 60 * MINUTE;
/// How often a tariff is changed where the operator thinks of it, in parts per million.
const TARIFF_CHANGES: u32 = 500_000;
/// How far the site's clocks are ahead of UTC, in milliseconds: it is winter in Stockholm.
const SITE_AHEAD: u64 = 60 * MINUTE;

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

/// What the operator wants of a terminal's tariff.
#[derive(Clone, Copy)]
enum Wish {
    /// These prices, at once.
    Now(PriceList),
    /// These prices, and the other ones from a minute on.
    Then(PriceList),
    /// No tariff on record: that of the configuration counts.
    Configured,
}

/// Put other tariffs on record now and then, and take them off.
pub(crate) async fn change_tariffs(world: Arc<World>) {
    let terminals: Vec<String> = site::serials().collect();
    let mut token = None;
    loop {
        let (terminal, wish, wait) = {
            let rng = &mut world.state().rng;
            let at = rng.pick(0..terminals.len() as u64);
            let wish = match rng.pick(0..6) {
                0 | 1 => Wish::Now(PriceList::Usual),
                2 | 3 => Wish::Now(PriceList::Other),
                4 => Wish::Then(PriceList::Usual),
                _ => Wish::Configured,
            };
            let terminal = usize::try_from(at).ok().and_then(|at| terminals.get(at));
            (terminal, wish, rng.pick(MINUTE..2 * LOOK))
        };
        pass(wait).await;
        let Some(terminal) = terminal else { return };
        if !world.state().fault(Fault::TariffChanges, TARIFF_CHANGES) {
            continue;
        }
        if token.is_none() {
            token = issue_token(&world).await;
        }
        let Some(token) = &token else { continue };
        change_tariff(&world, token, terminal, wish).await;
    }
}

async fn issue_token(world: &World) -> Option<SecretString> {
    let issue = |gateway: Arc<SimulatedGateway>| async move {
        gateway.issue_operator_token("operator").await.ok()
    };
    world.process.call(issue).await?
}

/// Have a wish come true. Perhaps no answer comes: then it is as it was, or as it was to be.
async fn change_tariff(world: &World, token: &SecretString, terminal: &str, wish: Wish) {
    world.state().oracle.tariff_may_change(terminal);
    let status = match world.sabotage {
        Some(Sabotage::PriceForgotten) => Some(200),
        _ => ask_for(world, token, terminal, wish).await,
    };
    let mut state = world.state();
    let now = state.now();
    match (status, wish) {
        (Some(200 | 201), Wish::Now(prices)) => {
            state.oracle.tariff_changed(terminal, prices, now);
        }
        // The minute may have come, by a clock that was set.
        (Some(409), Wish::Then(_)) | (Some(404), Wish::Configured) | (None, _) => {}
        (Some(200 | 201 | 204 | 500..), _) => {}
        (Some(status), _) => {
            let violation = format!("a tariff of {terminal} was answered {status}");
            state.oracle.violation(violation);
        }
    }
}

/// The status of the answer, if there is one.
async fn ask_for(world: &World, token: &SecretString, terminal: &str, wish: Wish) -> Option<u16> {
    let body = match wish {
        Wish::Now(prices) => Some(json!({"prices": prices.prices(terminal)})),
        Wish::Then(first) => {
            let change = json!({"from": soon(world), "prices": first.other().prices(terminal)});
            Some(json!({"prices": first.prices(terminal), "changes": [change]}))
        }
        Wish::Configured => None,
    };
    let mut last = None;
    // If there is one already, it is another version of it.
    for condition in [None, Some("*")] {
        let mut headers = vec![("authorization", format!("Bearer {}", token.expose_secret()))];
        headers.extend(
            body.as_ref()
                .map(|_| ("content-type", "application/json".to_owned())),
        );
        headers.extend(condition.map(|it| ("if-match", it.to_owned())));
        let request = Request {
            method: if body.is_some() {
                Method::PUT
            } else {
                Method::DELETE
            },
            path: format!("/api/v1/tariffs/{}", site::tariff_of(terminal)),
            headers: headers
                .into_iter()
                .filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)))
                .collect(),
            ..Request::default()
        };
        let bytes = body.as_ref().map(ToString::to_string).unwrap_or_default();
        let call = |gateway: Arc<SimulatedGateway>| async move {
            gateway.handle(request, bytes.into_bytes()).await
        };
        last = world.process.call(call).await.map(|answer| answer.status);
        if last != Some(428) {
            break;
        }
    }
    last
}

/// A minute of the next hours, by the time at the site and the gateway's clock.
fn soon(world: &World) -> String {
    let ahead = world.state().rng.pick(MINUTE..3 * LOOK);
    let at = Moment::from_millis(world.gateway_clock() + SITE_AHEAD + ahead).to_string();
    at.chars().take("2028-01-01T00:00".len()).collect()
}
