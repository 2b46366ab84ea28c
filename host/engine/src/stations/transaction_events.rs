//! What stations of OCPP 2.x report of transactions: events of one transaction after the other, each with all that is
//! new.
//!
//! A transaction may begin when a vehicle is plugged in, before anybody may charge. It counts once there is a token
//! that is good, or energy flowed; until then it keeps nobody from paying at its EVSE.

use chargetap_ocpp::message::{Cost, TransactionResponse};
use chargetap_ocpp::report::{
    Readings, Start, Stop, TransactionEvent, TransactionRef, TransactionStage,
};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::config::amounts::decimals;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::stations::reports::{is_local_token, keep_signed, session_of_token};
use crate::store;
use crate::store::named_transactions::{NamedTransaction, Said};

/// What a register may move while nobody charges, in watt-hours: what the station itself uses.
const OWN_USE: u64 = 100;
/// The longest id of a transaction that is kept, in characters. OCPP has 36.
const LONGEST_NAME: usize = 255;

/// The number by which a station of OCPP 2.x reports that a transaction came from a remote start under this token.
#[must_use]
pub fn remote_start_number(token: &str) -> i32 {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(token));
    i32::from_be_bytes([a & 0x7f, b, c, d])
}

impl<P: Platform> Gateway<P> {
    /// Something happened to a transaction. It may be reported again.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_transaction(
        &self,
        station: &str,
        event: &TransactionEvent,
    ) -> Result<TransactionResponse, EngineError> {
        let platform = &self.platform;
        let token = good_token(self, station, event).await?;
        let meant = TransactionRef {
            id: None,
            name: event.name.as_deref().map(cut),
            connector: event.connector,
            token: event.token.clone(),
        };
        let registers = || event.samples.iter().filter_map(|sample| sample.register);
        let signed: Vec<String> = event
            .samples
            .iter()
            .flat_map(|it| it.signed.clone())
            .collect();
        let said = Said {
            connector: event.connector,
            energy: registers().next(),
            signed: &signed,
        };
        let known = match &meant.name {
            Some(name) => {
                let now = platform.now();
                store::named_transactions::heard(platform, station, name, &said, now).await?
            }
            None => NamedTransaction {
                number: None,
                connector: said.connector,
                start_energy: said.energy,
                signed: Vec::new(),
            },
        };
        let moved = registers().max().zip(known.start_energy);
        let has_flowed = moved.is_some_and(|(now, start)| now > start.saturating_add(OWN_USE));
        if known.number.is_none() && (token.is_some() || has_flowed) {
            let of_now = registers().next().filter(|_| token.is_some());
            let named = token.clone().or_else(|| event.token.clone());
            let start = Start {
                connector: known.connector,
                token: named.unwrap_or_default(),
                register: of_now.or(known.start_energy),
                at: event.at,
            };
            let number = self.station_started(station, &start).await?.number;
            // What was signed before it had a number. It is kept once, however often it comes.
            if let Some(found) = store::transactions::load(platform, station, number).await? {
                keep_signed(self, station, &found, &known.signed).await?;
            }
            // Last, so that all of it is done again if it cannot be stored.
            if let Some(name) = &meant.name {
                store::named_transactions::put_number(platform, station, name, number).await?;
            }
        }
        if event.stage == TransactionStage::Running {
            let readings = Readings {
                transaction: meant.clone(),
                samples: event.samples.clone(),
            };
            self.station_read(station, &readings).await?;
        } else {
            let stop = Stop {
                goes_on: event.stage == TransactionStage::Stopped,
                transaction: meant.clone(),
                register: registers().max(),
                at: event.at,
                reason: event.reason,
                signed,
            };
            self.station_stopped(station, &stop).await?;
        }
        respond(self, station, event, &meant, token.as_deref()).await
    }
}

fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// The token of an event, if somebody may charge under it: a session's, which is also known by the number of its
/// remote start, one that the operator lets charge, or any where a central system above knows the others.
async fn good_token(
    gateway: &Gateway<impl Platform>,
    station: &str,
    event: &TransactionEvent,
) -> Result<Option<String>, EngineError> {
    let platform = &gateway.platform;
    if let Some(token) = &event.token {
        let session = session_of_token(token);
        let of_session = store::sessions::of_start(platform, station, None, &session).await?;
        let is_of_others = gateway.config.upstream.is_some();
        if of_session.is_some() || is_of_others || is_local_token(gateway, station, token) {
            return Ok(Some(token.clone()));
        }
    }
    let Some(number) = event.remote_start else {
        return Ok(None);
    };
    let mut active = store::sessions::active_at(platform, station)
        .await?
        .into_iter();
    Ok(active.find(|session| i64::from(remote_start_number(session)) == number))
}

/// What the station is told of the transaction.
async fn respond(
    gateway: &Gateway<impl Platform>,
    station: &str,
    event: &TransactionEvent,
    meant: &TransactionRef,
    token: Option<&str>,
) -> Result<TransactionResponse, EngineError> {
    let platform = &gateway.platform;
    let mut response = TransactionResponse::default();
    let session = match token {
        Some(token) => Some(session_of_token(token)),
        None => session_of(gateway, station, meant).await?,
    };
    if event.token.is_some() {
        let is_over = event.stage != TransactionStage::Running;
        let is_accepted = match (token, &session) {
            (Some(token), _) if is_local_token(gateway, station, token) => true,
            (Some(_), Some(session)) => {
                is_over || store::sessions::is_charging(platform, session).await?
            }
            _ => false,
        };
        response.is_accepted = Some(is_accepted);
    }
    if let Some(session) = session {
        response.cost = cost(platform, &session).await?;
    }
    Ok(response)
}

async fn session_of(
    gateway: &Gateway<impl Platform>,
    station: &str,
    meant: &TransactionRef,
) -> Result<Option<String>, EngineError> {
    let (found, _) = super::matching::find_read(gateway, station, meant).await?;
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
        told_price: store::receipts::told_price(platform, session).await?,
    }))
}
