//! What time brings about at stations.
//!
//! | a transaction that runs here                       | what happens                                             |
//! |----------------------------------------------------|----------------------------------------------------------|
//! | has a session, and the station says that it is over | the station may still deliver its end; then its session ends |
//! | has a session that is over, or none                | the station is told to stop it, ever less often          |
//! | is one of these, and the station does not know it  | it counts as ended                                       |

use chargetap_contract::session::{Event, Requester};
use futures_util::StreamExt as _;

use crate::error::EngineError;
use crate::fleet::alerts;
use crate::gateway::Gateway;
use crate::platform::{Platform, StationAnswer, StationOrder};
use crate::sessions::apply::apply;
use crate::store::transactions::Tended;
use crate::{clock, store};

/// How long a station has to deliver the end of a transaction after it said that none runs, in milliseconds.
const END_COMES_WITHIN: u64 = 30_000;
/// How long to wait before a station is told again to stop, in milliseconds: at first, and at most.
const STOP_AGAIN_AFTER: u64 = 30_000;
const STOP_AGAIN_AT_MOST_AFTER: u64 = 10 * 60_000;
/// A transaction of which nothing was heard for this long, and that the station will not stop, is none, in
/// milliseconds.
const LOST_AFTER: u64 = 15 * 60_000;
/// How many stations are told at once.
const TOLD_AT_ONCE: usize = 16;

/// Tend every transaction that needs it. One that cannot be tended now is tended the next time.
pub(crate) async fn tend(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let Ok(now) = clock::trusted_now(gateway) else {
        return Ok(());
    };
    let tended = store::transactions::to_tend(&gateway.platform, now).await?;
    futures_util::stream::iter(tended)
        .for_each_concurrent(TOLD_AT_ONCE, |tended| async move {
            if let Err(error) = tend_one(gateway, &tended, now).await {
                let (station, number) = (&tended.station, tended.transaction.number);
                tracing::error!(station, transaction = number, %error, "a transaction cannot be tended");
            }
        })
        .await;
    Ok(())
}

async fn tend_one(
    gateway: &Gateway<impl Platform>,
    tended: &Tended,
    now: u64,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let number = tended.transaction.number;
    let could_deliver = platform
        .station_connected_for(&tended.station)
        .is_some_and(|duration| duration >= END_COMES_WITHIN);
    let is_over = could_deliver
        && tended
            .doubted_at
            .is_some_and(|since| now.saturating_sub(since) >= END_COMES_WITHIN);
    match (&tended.transaction.session, is_over) {
        (Some(session), true) if tended.is_charging => {
            tracing::warn!(
                session = session.session,
                station = tended.station,
                "the station says that no transaction runs, and not how it ended"
            );
            let event = Event::StopRequested(Requester::Station).into();
            apply(gateway, &session.session, &session.terminal, event).await?;
            Ok(())
        }
        _ if tended.is_active => Ok(()),
        (_, true) => end(gateway, tended, now).await,
        (_, false) if tended.stop_at.is_none_or(|at| at <= now) && !tended.transaction.is_local => {
            let pause = STOP_AGAIN_AFTER
                .saturating_mul(tended.stops.saturating_add(1))
                .min(STOP_AGAIN_AT_MOST_AFTER);
            store::transactions::stop_again(platform, number, now.saturating_add(pause)).await?;
            stop(gateway, tended, now).await
        }
        _ => Ok(()),
    }
}

async fn stop(
    gateway: &Gateway<impl Platform>,
    tended: &Tended,
    now: u64,
) -> Result<(), EngineError> {
    let transaction = tended.transaction.number;
    let order = StationOrder::Stop { transaction };
    let answer = gateway.platform.order(&tended.station, order).await;
    tracing::info!(
        station = tended.station,
        transaction,
        ?answer,
        "the station is told to stop"
    );
    let is_silent = now.saturating_sub(tended.heard_at) >= LOST_AFTER;
    if answer == StationAnswer::Rejected && is_silent {
        end(gateway, tended, now).await?;
    }
    Ok(())
}

/// The transaction counts as ended: its station does not know it any more.
async fn end(
    gateway: &Gateway<impl Platform>,
    tended: &Tended,
    now: u64,
) -> Result<(), EngineError> {
    if tended.transaction.session.is_none() {
        alerts::raise_for_unpaid(gateway, &tended.station, &tended.transaction, true).await?;
    }
    store::transactions::end(&gateway.platform, tended.transaction.number, now).await?;
    Ok(())
}
