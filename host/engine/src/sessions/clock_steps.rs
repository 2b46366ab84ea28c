//! The host's clock was set: every open session hears of it.

use chargetap_contract::session::Event;

use super::apply::apply;
use crate::clock;
use crate::clock::state::{Look, SPANS, Seen};
use crate::error::EngineError;
use crate::event::EventEnvelope;
use crate::gateway::Gateway;
use crate::platform::{Platform, Work};
use crate::store;
use crate::store::clock::ClockStep;
use crate::store::sessions::OpenSession;

/// Look whether the clock was set; if so, have every open session hear of it.
pub(crate) async fn watch(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let look = clock::both(platform);
    // Nothing is stored by a clock that is not trusted: the latest moment on record is what it is compared with.
    if gateway.clock.look(look) == Seen::NotTrusted {
        return Ok(());
    }
    let mut steps = recorded_steps(gateway, look.now).await?;
    steps.retain(|step| step.is_under_way);
    if steps
        .iter()
        .any(|step| gateway.clock.is_to_be_told(step.number))
    {
        gateway.clock.hold();
    }
    for step in steps {
        let open = store::sessions::open(platform).await?;
        let mut all_have_heard = true;
        for open in open.iter().filter(|open| open.number <= step.upto) {
            all_have_heard &= tell(gateway, open, &step).await?;
        }
        if all_have_heard {
            store::clock::complete_step(platform, step.number).await?;
        }
        gateway.clock.set_told(step.number);
    }
    gateway.clock.release();
    wake_waiters(gateway, look);
    Ok(())
}

/// The same in a process that does not lead. By its clock no session's moments count, so none moves along.
pub(crate) async fn follow(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let look = clock::both(platform);
    if gateway.clock.goes_on(look) {
        return Ok(());
    }
    let record = store::clock::record(platform, look.now, SPANS).await?;
    gateway.clock.begin_anew(&record, look);
    wake_waiters(gateway, look);
    Ok(())
}

/// Commands were not claimed while the clock could not be trusted.
fn wake_waiters(gateway: &Gateway<impl Platform>, look: Look) {
    if gateway.clock.check(look).is_ok() && gateway.clock.take_waiters() {
        gateway.platform.notify(Work::Outbox);
    }
}

/// The steps on record that sessions may not have heard of, once what was seen of the clock is among them. Several
/// instances may see the same step, and one of them puts it on record.
async fn recorded_steps(
    gateway: &Gateway<impl Platform>,
    now: u64,
) -> Result<Vec<ClockStep>, EngineError> {
    let platform = &gateway.platform;
    loop {
        let after = gateway.clock.last_step();
        let steps = store::clock::steps(platform, after).await?;
        let recorded: Vec<_> = steps.iter().map(|step| (step.number, step.by)).collect();
        let by = gateway.clock.compare(&recorded);
        if by == 0 {
            return Ok(steps);
        }
        tracing::warn!(by_ms = by, "the clock was set: open sessions move along");
        store::clock::insert_step(platform, by, now, gateway.clock.last_step()).await?;
    }
}

/// Have a session hear of a step, and say whether it did. One that cannot be stepped does not keep the others waiting:
/// it is told again, until the component can step it.
async fn tell(
    gateway: &Gateway<impl Platform>,
    OpenSession {
        session, terminal, ..
    }: &OpenSession,
    step: &ClockStep,
) -> Result<bool, EngineError> {
    let dedupe = format!("clock/{}/{session}", step.number);
    if store::events::is_duplicate(&gateway.platform, &dedupe).await? {
        return Ok(true);
    }
    let envelope = || EventEnvelope {
        dedupe: Some(&dedupe),
        ..Event::ClockSet(step.by).into()
    };
    let mut applied = apply(gateway, session, terminal, envelope()).await;
    if let Err(EngineError::Component(_)) = applied {
        // The fault may have been a passing one, such as a lack of memory.
        applied = apply(gateway, session, terminal, envelope()).await;
    }
    match applied {
        Err(error @ (EngineError::UnreadableState { .. } | EngineError::Component(_))) => {
            if gateway.clock.is_to_be_told(step.number) {
                tracing::error!(session, %error, "a session cannot hear that the clock was set");
            }
            Ok(false)
        }
        applied => applied.map(|_| true),
    }
}
