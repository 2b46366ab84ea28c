//! Retention: what is old is deleted, in small statements.
//!
//! Whoever moves money waits for one of these statements at most, and what is left to delete waits for the next minute
//! once it has taken long enough. What is still needed is not old: open sessions, commands that wait, sessions with an
//! alert that nobody has seen to.
//!
//! | what                                                                | how long it is kept                    |
//! |---------------------------------------------------------------------|----------------------------------------|
//! | prompts, and what terminals were to say                             | a day                                  |
//! | answers to repeated requests to the REST interface                  | a week                                 |
//! | keys of deliveries, readings, commands that are done, transactions of stations, alerts' deliveries | 35 days |
//! | what is known of cards, events, reports of payment providers, alerts that ended, incidents with photographs | `personal_data` |
//! | the audit log                                                       | `audit`                                |
//! | sessions and their receipts                                         | `receipts`                             |

use chargetap_fleet::monitoring;

use crate::error::EngineError;
use crate::fleet::{records, retention as outdated_records};
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store::error::StoreError;
use crate::{clock, store};

const DAY: u64 = 24 * 60 * 60 * 1_000;
/// How long prompts are kept that cannot be answered any more, in milliseconds.
const PROMPTS_KEPT: u64 = DAY;
/// How long it is kept what terminals were to say, in milliseconds: longer than any prompt stands.
const NOTICES_KEPT: u64 = DAY;
/// How long the keys of deliveries are kept, in milliseconds: longer than any provider repeats one,
/// which Adyen does for 30 days.
const DELIVERY_KEYS_KEPT: u64 = 35 * DAY;
/// How long the readings and commands of a session are kept after it ended, in milliseconds: as long as its payment
/// may come back.
const READINGS_KEPT: u64 = 35 * DAY;
/// How long transactions are kept after they ended and were last heard of, in milliseconds: longer than a station repeats
/// a report.
const TRANSACTIONS_KEPT: u64 = 35 * DAY;
/// How long the deliveries of alerts are kept that arrived or were given up, in milliseconds.
const ALERT_DELIVERIES_KEPT: u64 = 35 * DAY;
/// How long a request to the REST interface is recognised when it comes again, in milliseconds.
const REPETITIONS_KEPT: u64 = 7 * DAY;

/// How many rows one statement changes at most.
const ROWS_AT_ONCE: u64 = 200;
/// Of how many sessions one statement changes the row, or one step all rows.
const SESSIONS_AT_ONCE: u64 = 20;
/// How many steps of a kind follow each other at most.
const STEPS: usize = 50;
/// How long steps of a kind follow each other, in milliseconds: a small part of the minute to the next time.
const STEPS_LAST: u64 = 200;

/// Delete what is old, if it is time to. What cannot be deleted keeps the rest from nothing.
pub(crate) async fn delete_old_if_due(gateway: &Gateway<impl Platform>) {
    if !gateway.retention.is_due(gateway.platform.now()) {
        return;
    }
    let platform = &gateway.platform;
    let look = clock::both(platform);
    let before = |kept: u64| look.now.saturating_sub(kept);
    let notices = store::notices::delete_old(platform, before(NOTICES_KEPT)).await;
    log("notices", notices);
    let prompts = before(PROMPTS_KEPT);
    let step = || store::prompts::delete_expired(platform, prompts, ROWS_AT_ONCE);
    log("prompts", in_steps(platform, step).await);
    if gateway.clock.tells_age(look) {
        delete_records(gateway, look.now).await;
    }
}

/// What a clock that is wrong must not delete.
async fn delete_records(gateway: &Gateway<impl Platform>, now: u64) {
    let (platform, kept) = (&gateway.platform, &gateway.config.retention);
    let before = |kept: u64| now.saturating_sub(kept);
    let personal_data = before(kept.personal_data);
    let keys = before(DELIVERY_KEYS_KEPT);
    let step = || store::payment_reports::delete_delivery_keys(platform, keys, ROWS_AT_ONCE);
    log("keys of deliveries", in_steps(platform, step).await);
    let repetitions = before(REPETITIONS_KEPT);
    let step = || store::fleet::delete_repetitions(platform, repetitions, ROWS_AT_ONCE);
    log("answers to requests", in_steps(platform, step).await);
    let deliveries = before(ALERT_DELIVERIES_KEPT);
    let step = || store::monitoring::delete_deliveries(platform, deliveries, ROWS_AT_ONCE);
    log("deliveries of alerts", in_steps(platform, step).await);

    let ended = before(READINGS_KEPT);
    let step = || store::sessions::fold(platform, ended, SESSIONS_AT_ONCE);
    log("sessions", in_steps(platform, step).await);
    let step = || store::retention::thin(platform, ROWS_AT_ONCE);
    log("readings and commands", in_steps(platform, step).await);
    let transactions = before(TRANSACTIONS_KEPT);
    let step = || store::transactions::forget(platform, transactions, ROWS_AT_ONCE);
    log("transactions", in_steps(platform, step).await);
    let step = || store::named_transactions::forget(platform, transactions, ROWS_AT_ONCE);
    log("ids of transactions", in_steps(platform, step).await);

    let step = || store::payment_reports::delete_old(platform, personal_data, ROWS_AT_ONCE);
    log("payment reports", in_steps(platform, step).await);
    log(
        "cards of sessions",
        close_sessions(gateway, personal_data).await,
    );
    let records = outdated_records::remove(gateway, personal_data).await;
    log("alerts and incidents", records);
    let audit = before(kept.audit);
    let step = || store::fleet::shorten_audit(platform, audit, ROWS_AT_ONCE);
    log("the audit log", in_steps(platform, step).await);
    let receipts = before(kept.receipts);
    let step = || store::retention::remove(platform, receipts, SESSIONS_AT_ONCE);
    log("receipts", in_steps(platform, step).await);
}

fn log<E: std::fmt::Display>(what: &str, result: Result<(), E>) {
    if let Err(error) = result {
        tracing::warn!(%error, "what is old of this cannot be deleted: {what}");
    }
}

/// Takes a step again and again, until there is no more to do, or it is enough for now.
async fn in_steps<F: Future<Output = Result<bool, StoreError>>>(
    platform: &impl Platform,
    mut step: impl FnMut() -> F,
) -> Result<(), StoreError> {
    let until = platform.elapsed().saturating_add(STEPS_LAST);
    for _ in 0..STEPS {
        if !step().await? || platform.elapsed() >= until {
            break;
        }
    }
    Ok(())
}

/// Close the sessions whose last event was before a moment, but those with an open alert or a command that waits. Those
/// that began first are looked at, until some come of which none is old.
async fn close_sessions(gateway: &Gateway<impl Platform>, before: u64) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let fleet = records::current(gateway).await?;
    let alerted = monitoring::monitored_sessions(&fleet);
    let until = platform.elapsed().saturating_add(STEPS_LAST);
    let mut after = 0;
    for _ in 0..STEPS {
        let thinned = store::retention::thinned(platform, after, SESSIONS_AT_ONCE).await?;
        let Some(last) = thinned.last() else { break };
        after = last.number;
        let old = thinned.iter().filter(|it| it.last_at < before);
        let mut is_any_old = false;
        for session in old {
            is_any_old = true;
            if session.is_waiting || alerted.contains(session.session.as_str()) {
                continue;
            }
            if let Err(error) = store::retention::close(platform, session).await {
                tracing::warn!(session = session.session, %error, "it cannot be closed");
            }
        }
        if !is_any_old || platform.elapsed() >= until {
            break;
        }
    }
    Ok(())
}
