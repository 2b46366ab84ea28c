//! The shadow run: another bundle of components is given what is on record, before it takes the place of the running
//! one. Nothing of what it decides counts.
//!
//! It makes the last steps of the journal once more, on the terms of their sessions. It takes a callback for every terminal,
//! tells its prices, and renders the last receipts. It reads the states of sessions last, so that few move on until it
//! takes its place. Between any two of these, others have their turn.

use std::future::poll_fn;
use std::task::Poll;

use chargetap_fleet::api::{Comparison, Difference};
use chargetap_fleet::bundle::StandbyBundle;

use super::comparison::{Pair, RecordedStep, add, is_enough};
use super::terminals::Terminals;
use super::{records, terms};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::labels::event_name;
use crate::platform::{LoadedBundle, MaybeSend, Platform, Purpose};
use crate::sessions::apply;
use crate::store;

/// How many steps are made at once.
const STEPS: u32 = 50;
/// How many receipts are rendered at once, and in all.
const RECEIPTS: (u32, u64) = (10, 100);

/// A comparison under way.
struct ShadowRun<'a, P> {
    gateway: &'a Gateway<P>,
    next: &'a dyn LoadedBundle,
    standby: StandbyBundle,
    comparison: Comparison,
}

/// Compare a bundle with the running one, by this many recorded events.
pub(super) async fn run(
    gateway: &Gateway<impl Platform>,
    next: &dyn LoadedBundle,
    standby: StandbyBundle,
    events: u32,
) -> Result<Comparison, EngineError> {
    let mut run = ShadowRun {
        gateway,
        next,
        standby,
        comparison: Comparison::default(),
    };
    run.serve_terminals().await?;
    run.make_steps(events).await?;
    run.render_receipts().await?;
    run.read_sessions().await?;
    Ok(run.comparison)
}

/// Let others have their turn.
async fn pause() {
    let mut is_over = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl<P: Platform> ShadowRun<'_, P> {
    /// Compare the two, count what was found, and let others have their turn. Whether to go on.
    async fn compare(
        &mut self,
        compare: impl FnOnce(Pair<'_>) -> Vec<Difference> + MaybeSend,
    ) -> Result<bool, EngineError> {
        let next = self.next;
        let platform = &self.gateway.platform;
        let found = platform.call(Purpose::Trial, |running| {
            compare(Pair {
                running,
                next: next.components(),
            })
        });
        for difference in found.await? {
            add(&mut self.comparison, difference);
        }
        pause().await;
        Ok(!self.is_enough())
    }

    fn is_enough(&self) -> bool {
        is_enough(&self.comparison, self.standby)
    }

    async fn serve_terminals(&mut self) -> Result<(), EngineError> {
        let gateway = self.gateway;
        let fleet = records::current(gateway).await?;
        let now = gateway.platform.now();
        for serial in Terminals::new(&gateway.config, &fleet).serials(now) {
            self.comparison.terminals += 1;
            let Some(served) = terms::served(&gateway.config, &fleet, serial, now)? else {
                continue;
            };
            let (terminal, policy) = (&served.terminal, served.terms().policy_at(now)?);
            let languages = terminal.languages.iter().map(String::as_str);
            let compared = self.compare(|pair| {
                let mut found = pair.callback(serial, &gateway.config.public_url, now);
                found.extend(pair.offers(serial, (&policy, &terminal.holds, now), languages));
                found
            });
            if !compared.await? {
                break;
            }
        }
        Ok(())
    }

    async fn make_steps(&mut self, events: u32) -> Result<(), EngineError> {
        let gateway = self.gateway;
        let (mut left, mut before) = (events, None);
        while left > 0 && !self.is_enough() {
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
                self.comparison.events += 1;
                let terms = match &recorded.terms {
                    Some(terms) => terms.clone(),
                    None => terms::current(gateway, &recorded.terminal).await?,
                };
                let policy = terms.policy_at(recorded.at)?;
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
                if !self.compare(|pair| pair.step(&at, &step)).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn render_receipts(&mut self) -> Result<(), EngineError> {
        let (at_once, most) = RECEIPTS;
        let mut before = None;
        while self.comparison.receipts < most && !self.is_enough() {
            let platform = &self.gateway.platform;
            let page = store::receipts::recorded(platform, before, at_once).await?;
            let Some((last, _)) = page.last() else { break };
            before = Some(*last);
            for (_, document) in page {
                self.comparison.receipts += 1;
                if !self.compare(|pair| pair.receipt(&document)).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn read_sessions(&mut self) -> Result<(), EngineError> {
        let gateway = self.gateway;
        for open in store::sessions::unresolved(&gateway.platform).await? {
            let stored = store::sessions::load(&gateway.platform, &open.session).await?;
            let Some(stored) = stored else { continue };
            self.comparison.open_sessions += 1;
            let now = gateway.platform.now();
            let step = RecordedStep {
                policy: &gateway.config.policy,
                state: Some(&stored.state),
                event: &apply::READ,
                now,
            };
            let at = format!("open session {}", open.session);
            if !self.compare(|pair| pair.step(&at, &step)).await? {
                break;
            }
        }
        Ok(())
    }
}
