//! The shadow run: another bundle of components is given what is on record, before it takes the place of the running
//! one. Nothing of what it decides counts.
//!
//! It makes the last steps of the journal once more, with the policies of now. It reads the state of every open
//! session, takes a callback for every terminal, and renders the last receipts. Between pages of the store, others
//! have their turn.

use chargetap_fleet::api::{Comparison, Difference, DifferenceKind};

use super::comparison::{Pair, RecordedStep, add};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::labels::event_name;
use crate::platform::{LoadedBundle, Platform};
use crate::sessions::apply;
use crate::store;

/// How many steps are made at once.
const STEPS: u32 = 50;
/// How many receipts are rendered at once, and in all.
const RECEIPTS: (u32, u64) = (10, 100);

/// Compare a bundle with the running one, by this many recorded events.
pub(super) async fn run(
    gateway: &Gateway<impl Platform>,
    next: &dyn LoadedBundle,
    events: u32,
) -> Result<Comparison, EngineError> {
    let mut comparison = Comparison::default();
    read_open_sessions(gateway, next, &mut comparison).await?;
    take_callbacks(gateway, next, &mut comparison);
    make_steps(gateway, next, events, &mut comparison).await?;
    render_receipts(gateway, next, &mut comparison).await?;
    Ok(comparison)
}

fn pair<'a>(gateway: &'a Gateway<impl Platform>, next: &'a dyn LoadedBundle) -> Pair<'a> {
    Pair {
        running: gateway.platform.components(),
        next: next.components(),
    }
}

async fn read_open_sessions(
    gateway: &Gateway<impl Platform>,
    next: &dyn LoadedBundle,
    comparison: &mut Comparison,
) -> Result<(), EngineError> {
    for open in store::sessions::open(&gateway.platform).await? {
        let stored = store::sessions::load(&gateway.platform, &open.session).await?;
        let Some(stored) = stored else { continue };
        comparison.open_sessions += 1;
        let read = apply::check_readable(gateway, next.components(), &open.session, &stored);
        if let Err(error) = read {
            let unread = Difference {
                kind: DifferenceKind::State,
                at: format!("open session {}", open.session),
                before: "read".to_owned(),
                after: error.to_string(),
            };
            add(comparison, unread);
        }
    }
    Ok(())
}

fn take_callbacks(
    gateway: &Gateway<impl Platform>,
    next: &dyn LoadedBundle,
    comparison: &mut Comparison,
) {
    let now = gateway.platform.now();
    for terminal in gateway.config.terminals.keys() {
        comparison.terminals += 1;
        let found = pair(gateway, next).callback(terminal, &gateway.config.public_url, now);
        found.into_iter().for_each(|it| add(comparison, it));
    }
}

async fn make_steps(
    gateway: &Gateway<impl Platform>,
    next: &dyn LoadedBundle,
    events: u32,
    comparison: &mut Comparison,
) -> Result<(), EngineError> {
    let (mut left, mut before) = (events, None);
    while left > 0 {
        let page = store::events::recorded(&gateway.platform, before, left.min(STEPS)).await?;
        let Some(last) = page.last() else { break };
        (left, before) = (
            left.saturating_sub(u32::try_from(page.len()).unwrap_or(left)),
            Some(last.place),
        );
        for recorded in page {
            let Some(event) = &recorded.event else {
                continue;
            };
            comparison.events += 1;
            let policy = gateway.policy(&recorded.terminal, recorded.at);
            let at = format!(
                "session {}, event {} ({})",
                recorded.session,
                recorded.version,
                event_name(event)
            );
            let step = RecordedStep {
                policy: &policy,
                state: recorded.state.as_deref(),
                event,
                now: recorded.at,
            };
            let found = pair(gateway, next).step(&at, &step);
            found.into_iter().for_each(|it| add(comparison, it));
        }
    }
    Ok(())
}

async fn render_receipts(
    gateway: &Gateway<impl Platform>,
    next: &dyn LoadedBundle,
    comparison: &mut Comparison,
) -> Result<(), EngineError> {
    let (at_once, most) = RECEIPTS;
    let mut before = None;
    while comparison.receipts < most {
        let page = store::receipts::recorded(&gateway.platform, before, at_once).await?;
        let Some((last, _)) = page.last() else { break };
        before = Some(*last);
        for (_, document) in page {
            comparison.receipts += 1;
            let found = pair(gateway, next).receipt(&document);
            found.into_iter().for_each(|it| add(comparison, it));
        }
    }
    Ok(())
}
