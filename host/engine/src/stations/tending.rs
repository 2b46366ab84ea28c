//! What time brings about at stations.
//!
//! | a transaction that runs here                       | what happens                                             |
//! |----------------------------------------------------|----------------------------------------------------------|
//! | has a session, and the station says that it is over | the station may still deliver its end; then its session ends |
//! | has a session that is over, or none                | the station is told to stop it, ever less often          |
//! | has a register of which its session was not told   | the session is told, once the connector's budget has room |
//! | is one of these, and the station does not know it, or is not heard of it any more | it counts as ended, until its register moves |

use chargetap_contract::session::{Event, Requester};
use futures_util::StreamExt as _;

use crate::error::EngineError;
use crate::fleet::alerts::{self, Unpaid};
use crate::gateway::Gateway;
use crate::platform::{Platform, StationAnswer, StationOrder};
use crate::sessions::apply::apply;
use crate::stations::readings;
use crate::stations::reports::announce;
use crate::store::transactions::{Tended, TendingLimits};
use crate::{clock, store};

/// How long a station has to deliver the end of a transaction after it said that none runs, in milliseconds.
const END_COMES_WITHIN: u64 = 30_000;
/// The same where the station restarted, and only says that the connector is occupied (2.x): several readings of a
/// transaction that goes on.
const GOES_ON_WITHIN: u64 = 5 * 60_000;
/// How long to wait before a station is told again to stop, in milliseconds: at first, and at most.
const STOP_AGAIN_AFTER: u64 = 30_000;
const STOP_AGAIN_AT_MOST_AFTER: u64 = 10 * 60_000;
/// So many times a station is told to stop before a person is told that it does not.
const STOPS_BEFORE_ALERT: u64 = 3;
/// So many times it is told at least before a transaction of which nothing is heard counts as ended.
const STOPS_BEFORE_LOST: u64 = 10;
/// A transaction of which nothing was heard for this long, and that the station will not stop, is none, in
/// milliseconds.
const LOST_AFTER: u64 = 15 * 60_000;
/// The same for one under a token that the operator lets charge.
const LOCAL_LOST_AFTER: u64 = 24 * 60 * 60_000;
/// How many stations are told at once.
const TOLD_AT_ONCE: usize = 16;

/// Tend every transaction that needs it. One that cannot be tended now is tended the next time.
pub(crate) async fn tend(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let Ok(now) = clock::trusted_now(gateway) else {
        return Ok(());
    };
    let platform = &gateway.platform;
    readings::tell_untold(gateway).await?;
    let limits = TendingLimits {
        denied_before: now.saturating_sub(END_COMES_WITHIN),
        occupied_before: now.saturating_sub(GOES_ON_WITHIN),
        silent_since: now.saturating_sub(LOCAL_LOST_AFTER),
    };
    let tended = store::transactions::to_tend(platform, now, &limits).await?;
    // What the store says is acted on at once; stations may take long to answer.
    let mut to_stop = Vec::new();
    for tended in tended {
        match end_or_stop(gateway, &tended, now).await {
            Ok(Next::Nothing) => {}
            Ok(Next::Stop) => to_stop.push(tended),
            Err(error) => log(&tended, &error),
        }
    }
    futures_util::stream::iter(to_stop)
        .for_each_concurrent(TOLD_AT_ONCE, |tended| async move {
            if let Err(error) = stop(gateway, &tended, now).await {
                log(&tended, &error);
            }
        })
        .await;
    Ok(())
}

fn log(tended: &Tended, error: &EngineError) {
    let (station, transaction) = (&tended.station, tended.transaction.number);
    tracing::error!(station, transaction, %error, "a transaction cannot be tended");
}

/// The next step for a transaction.
enum Next {
    Nothing,
    /// Tell the station to stop it.
    Stop,
}

async fn end_or_stop(
    gateway: &Gateway<impl Platform>,
    tended: &Tended,
    now: u64,
) -> Result<Next, EngineError> {
    let platform = &gateway.platform;
    let could_deliver = platform
        .station_connected_for(&tended.station)
        .await
        .is_some_and(|duration| duration >= END_COMES_WITHIN);
    let is_over = tended.is_denied && could_deliver;
    match &tended.transaction.session {
        Some(session) if is_over && tended.is_charging => {
            tracing::warn!(
                session = session.session,
                station = tended.station,
                "the station says that no transaction runs, and not how it ended"
            );
            let event = Event::StopRequested(Requester::Station).into();
            apply(gateway, &session.session, &session.terminal, event).await?;
        }
        _ if tended.is_active => {}
        _ if is_over || tended.transaction.is_local => lose(gateway, tended, now).await?,
        _ => {
            let pause = STOP_AGAIN_AFTER
                .saturating_mul(tended.stops.saturating_add(1))
                .min(STOP_AGAIN_AT_MOST_AFTER);
            let number = tended.transaction.number;
            store::transactions::stop_again(platform, number, now.saturating_add(pause)).await?;
            return Ok(Next::Stop);
        }
    }
    Ok(Next::Nothing)
}

async fn stop(
    gateway: &Gateway<impl Platform>,
    tended: &Tended,
    now: u64,
) -> Result<(), EngineError> {
    let transaction = tended.transaction.number;
    let name = store::named_transactions::name(&gateway.platform, transaction).await?;
    let order = StationOrder::Stop { transaction, name };
    let answer = gateway.platform.order(&tended.station, order).await;
    tracing::info!(
        station = tended.station,
        transaction,
        ?answer,
        "the station is told to stop"
    );
    if tended.stops >= STOPS_BEFORE_ALERT && tended.transaction.session.is_none() {
        let (station, transaction) = (&tended.station, &tended.transaction);
        alerts::raise_for_unpaid(gateway, station, transaction, Unpaid::NotStopped).await?;
    }
    let is_silent = now.saturating_sub(tended.heard_at) >= LOST_AFTER;
    let is_unknown = match answer {
        StationAnswer::Rejected => true,
        StationAnswer::NotConnected => false,
        StationAnswer::Accepted | StationAnswer::Later | StationAnswer::Unknown => {
            tended.stops >= STOPS_BEFORE_LOST
        }
    };
    if is_silent && is_unknown {
        lose(gateway, tended, now).await?;
    }
    Ok(())
}

/// The transaction counts as ended, unless it was heard of meanwhile.
async fn lose(
    gateway: &Gateway<impl Platform>,
    tended: &Tended,
    now: u64,
) -> Result<(), EngineError> {
    let (station, number) = (&tended.station, tended.transaction.number);
    if tended.transaction.session.is_none() {
        alerts::raise_for_unpaid(gateway, station, &tended.transaction, Unpaid::Ended).await?;
    }
    let platform = &gateway.platform;
    if store::transactions::lose(platform, number, tended.heard_at, now).await? {
        tracing::warn!(
            station,
            transaction = number,
            "the transaction counts as ended"
        );
        announce(gateway, station);
    }
    Ok(())
}
