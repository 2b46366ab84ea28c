//! What stations of OCPP 2.x report of transactions: events of one transaction after the other, each with all that is
//! new.
//!
//! A transaction may begin when a vehicle is plugged in, before anybody may charge, or when somebody may, before there
//! is a vehicle. It counts once there is a token that is good and a vehicle, or energy flowed; until then it keeps
//! nobody from paying at its EVSE. It may outlive a session, and be the next driver's.

use chargetap_fleet::tariff::amounts::decimals;
use chargetap_ocpp::message::{Cost, TransactionResponse};
use chargetap_ocpp::report::{
    Readings, Start, Stop, TransactionEvent, TransactionRef, TransactionStage,
};
use rust_decimal::Decimal;

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::stations::matching::{Match, find_read};
use crate::stations::signed_values::keep_signed;
use crate::stations::tokens::{is_local_token, remote_start_number, session_of_token};
use crate::store;
use crate::store::named_transactions::{NamedTransaction, Said};
use crate::store::transactions::Transaction;

/// What a register may move while nobody charges, in watt-hours: what the station itself uses.
const OWN_USE: u64 = 100;
/// The longest id of a transaction that is kept, in characters. OCPP has 36.
const LONGEST_NAME: usize = 255;

/// Take in what happened to a transaction. It may be reported again.
pub(super) async fn take_in(
    gateway: &Gateway<impl Platform>,
    station: &str,
    event: &TransactionEvent,
) -> Result<TransactionResponse, EngineError> {
    let platform = &gateway.platform;
    let token = good_token(gateway, station, event).await?;
    let meant = TransactionRef {
        id: None,
        name: event.name.as_deref().map(cut),
        connector: event.connector,
        token: event.token.clone(),
    };
    let known = heard(platform, station, &meant, event, token.as_deref()).await?;
    if let Some(start) = begins(gateway, station, event, &known).await? {
        let number = gateway.station_started(station, &start).await?.number;
        // Values that were signed before the session began belong to its receipt, too. Each is stored once.
        if known.number.is_none()
            && let Some(found) = store::transactions::load(platform, station, number).await?
        {
            keep_signed(gateway, station, &found, &known.signed).await?;
        }
        // Last, so that all of it is done again if it cannot be stored.
        if let Some(name) = &meant.name {
            store::named_transactions::put_number(platform, station, name, number).await?;
        }
    }
    let readings = Readings {
        transaction: meant.clone(),
        samples: event.samples.clone(),
    };
    if event.stage == TransactionStage::Running {
        goes_on(gateway, station, &meant, event.at).await?;
        gateway.station_read(station, &readings).await?;
    } else {
        // Of a transaction that was never read, the end may bring all readings.
        if let (Some(found), _) = find_read(gateway, station, &meant).await?
            && found.energy.is_none()
        {
            gateway.station_read(station, &readings).await?;
        }
        let samples = event.samples.iter();
        let stop = Stop {
            goes_on: event.stage == TransactionStage::Stopped,
            transaction: meant.clone(),
            register: registers(event).max(),
            at: event.at,
            reason: event.reason,
            signed: samples.flat_map(|it| it.signed.clone()).collect(),
        };
        gateway.station_stopped(station, &stop).await?;
    }
    respond(gateway, station, event, &meant, token.as_deref()).await
}

/// A transaction that goes on was heard of, also where no meter was read, and runs although the connector's status,
/// which was told before that, may not say so.
async fn goes_on(
    gateway: &Gateway<impl Platform>,
    station: &str,
    meant: &TransactionRef,
    at: Option<u64>,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let (Some(found), Match::ById) = find_read(gateway, station, meant).await? else {
        return Ok(());
    };
    if found.is_over {
        return Ok(());
    }
    let now = platform.now();
    store::transactions::hear(platform, found.number, now).await?;
    let at = at.unwrap_or(now);
    store::stations::overrule_status(platform, station, found.connector, at).await?;
    Ok(())
}

/// Stores what an event says of its transaction, and returns all that is known of it.
async fn heard(
    platform: &impl Platform,
    station: &str,
    meant: &TransactionRef,
    event: &TransactionEvent,
    token: Option<&str>,
) -> Result<NamedTransaction, EngineError> {
    let samples = event.samples.iter();
    let signed: Vec<String> = samples.flat_map(|it| it.signed.clone()).collect();
    let said = Said {
        connector: event.connector,
        energy: registers(event).next(),
        signed: &signed,
        token,
    };
    let Some(name) = &meant.name else {
        return Ok(NamedTransaction {
            number: None,
            connector: said.connector,
            start_energy: said.energy,
            signed: Vec::new(),
            token: token.map(str::to_owned),
        });
    };
    let now = platform.now();
    Ok(store::named_transactions::heard(platform, station, name, &said, now).await?)
}

/// The start of the transaction, if it counts from this event on, or counts anew: for the next driver, for a token that
/// the operator lets charge, or because energy flows after it was over.
async fn begins(
    gateway: &Gateway<impl Platform>,
    station: &str,
    event: &TransactionEvent,
    known: &NamedTransaction,
) -> Result<Option<Start>, EngineError> {
    let platform = &gateway.platform;
    let bound = match known.number {
        Some(number) => store::transactions::load(platform, station, number).await?,
        None => None,
    };
    let good = known.token.as_deref().filter(|_| !event.is_idle);
    let before = match &bound {
        Some(bound) => bound.energy,
        None => known.start_energy,
    };
    let moved = registers(event).max().zip(before);
    let has_flowed = moved.is_some_and(|(now, before)| now > before.saturating_add(OWN_USE));
    let begins = match &bound {
        None => good.is_some() || has_flowed,
        Some(bound) => {
            let is_local = good.is_some_and(|token| is_local_token(gateway, station, token));
            let goes_on = bound.is_over && event.stage == TransactionStage::Running;
            takes_over(platform, station, bound, good).await?
                || goes_on && (has_flowed || is_local && !bound.is_local)
        }
    };
    // The register at which somebody pays from now on. That of an end is none of a start, and what flowed without
    // anybody is counted from before.
    let is_running = event.stage == TransactionStage::Running;
    let of_now = registers(event)
        .next()
        .filter(|_| good.is_some() && is_running && !has_flowed);
    let token = good.map(str::to_owned).or_else(|| event.token.clone());
    Ok(begins.then(|| Start {
        connector: known.connector,
        token: token.unwrap_or_default(),
        register: of_now.or(before),
        at: event.at,
    }))
}

fn registers(event: &TransactionEvent) -> impl Iterator<Item = u64> {
    event.samples.iter().filter_map(|sample| sample.register)
}

/// Whether a transaction that has a number is the next driver's from now on: stations may use an id again, or keep a
/// transaction for as long as the vehicle is plugged in.
async fn takes_over(
    platform: &impl Platform,
    station: &str,
    bound: &Transaction,
    token: Option<&str>,
) -> Result<bool, EngineError> {
    let Some(session) = token.map(session_of_token) else {
        return Ok(false);
    };
    let is_of_it = bound
        .session
        .as_ref()
        .is_some_and(|it| it.session == session);
    let awaits = store::sessions::awaits_start(platform, station, &session).await?;
    Ok(
        match store::transactions::of_session(platform, &session).await? {
            _ if is_of_it => false,
            // One without an id was not yet bound to this one when the process died.
            Some(number) => {
                let name = store::named_transactions::name(platform, number).await?;
                awaits && name.is_none()
            }
            // It began later than was waited for, and nobody pays for what flows.
            None => awaits || bound.is_over,
        },
    )
}

fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// The token of an event, if somebody may charge under it: a session's, which is also known by the number of its
/// remote start, or one that the operator lets charge.
async fn good_token(
    gateway: &Gateway<impl Platform>,
    station: &str,
    event: &TransactionEvent,
) -> Result<Option<String>, EngineError> {
    let platform = &gateway.platform;
    if let Some(token) = &event.token {
        let session = session_of_token(token);
        let of_session = store::sessions::of_start(platform, station, None, &session).await?;
        if of_session.is_some() || is_local_token(gateway, station, token) {
            return Ok(Some(token.clone()));
        }
    }
    let Some(number) = event.remote_start else {
        return Ok(None);
    };
    let active = store::sessions::active_at(platform, station).await?;
    let mut active = active.into_iter();
    Ok(active.find(|session| i64::from(remote_start_number(session)) == number))
}

/// What the station is told of the transaction. `token`: that of the event, if somebody may charge under it.
async fn respond(
    gateway: &Gateway<impl Platform>,
    station: &str,
    event: &TransactionEvent,
    meant: &TransactionRef,
    token: Option<&str>,
) -> Result<TransactionResponse, EngineError> {
    let platform = &gateway.platform;
    let mut response = TransactionResponse::default();
    if event.token.is_some() {
        response.is_accepted = Some(may_charge(gateway, station, event, token).await?);
    }
    let session = match token {
        Some(token) => Some(session_of_token(token)),
        None => session_of(gateway, station, meant).await?,
    };
    if let Some(session) = session {
        response.cost = cost(platform, &session).await?;
    }
    Ok(response)
}

/// Whether the station may let charge whoever showed this token, at this EVSE and now. At the end, it could.
async fn may_charge(
    gateway: &Gateway<impl Platform>,
    station: &str,
    event: &TransactionEvent,
    token: Option<&str>,
) -> Result<bool, EngineError> {
    let platform = &gateway.platform;
    let Some(token) = token else {
        return Ok(false);
    };
    if is_local_token(gateway, station, token) {
        return Ok(true);
    }
    let session = session_of_token(token);
    let here = store::sessions::of_start(platform, station, event.connector, &session).await?;
    let is_over = event.stage != TransactionStage::Running;
    let awaits = is_over || store::sessions::awaits_start(platform, station, &session).await?;
    Ok(here.is_some() && awaits)
}

async fn session_of(
    gateway: &Gateway<impl Platform>,
    station: &str,
    meant: &TransactionRef,
) -> Result<Option<String>, EngineError> {
    let (found, _) = find_read(gateway, station, meant).await?;
    Ok(found.and_then(|found| Some(found.session?.session)))
}

/// What a session costs, and what the driver was told that it would.
async fn cost(platform: &impl Platform, session: &str) -> Result<Option<Cost>, EngineError> {
    let Some(found) = store::sessions::cost(platform, session).await? else {
        return Ok(None);
    };
    let Ok(decimals) = decimals(&found.currency) else {
        return Ok(None);
    };
    let in_units = |amount: u64| Decimal::from_i128_with_scale(amount.into(), decimals);
    Ok(Some(Cost {
        total: in_units(found.cost),
        is_final: found.is_final,
        limit: in_units(found.hold),
        told_price: store::receipts::beginning(platform, session)
            .await?
            .told_price,
    }))
}
