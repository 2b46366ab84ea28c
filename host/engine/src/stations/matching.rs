//! Which transaction a station means.
//!
//! | a station names                                   | what is meant                                        |
//! |---------------------------------------------------|------------------------------------------------------|
//! | a transaction that is known here                  | that one                                             |
//! | a transaction by an id of its own                 | that one, and no other                               |
//! | one that is not, or none: in a reading            | the one that runs at that connector                  |
//! | one that is not, or none: at an end               | the one under that token, at that connector, or at the only connector |
//! | so an end that came before the begin, or at a lower register | none: it is another's                     |

use chargetap_fleet::text::loggable;
use chargetap_ocpp::report::{Stop, TransactionRef};
use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;
use crate::store::transactions::Transaction;

/// How the transaction of a report was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// By its number, or by the station's own id of it.
    ById,
    /// It is the only one that can be meant.
    ByPlace,
    /// It was not.
    None,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportOutcome {
    /// How its transaction was found.
    pub how: Match,
    /// A session of ours has the transaction.
    pub has_session: bool,
}

impl ReportOutcome {
    pub(super) fn new(found: Option<&Transaction>, how: Match) -> Self {
        let has_session = found.is_some_and(|found| found.session.is_some());
        Self { how, has_session }
    }
}

/// The transaction whose register a station read: the one of its number, or the one that runs at its connector. The
/// meter of the station as a whole, at connector 0, is none of a transaction's.
pub(super) async fn find_read(
    gateway: &Gateway<impl Platform>,
    station: &str,
    meant: &TransactionRef,
) -> Result<(Option<Transaction>, Match), EngineError> {
    if let Some(found) = find_by_id(gateway, station, meant).await? {
        return Ok((Some(found), Match::ById));
    }
    if meant.name.is_some() {
        return Ok((None, Match::None));
    }
    let Some(connector) = meant.connector.filter(|connector| *connector > 0) else {
        return Ok((None, Match::None));
    };
    let platform = &gateway.platform;
    if let Some(id) = meant.id
        && store::restores::is_lost_transaction(platform, id).await?
    {
        // Another driver's than any that is known here.
        store::transactions::put_lost(platform, station, connector, id, platform.now()).await?;
        let lost = store::transactions::load(platform, station, id).await?;
        let how = lost.as_ref().map_or(Match::None, |_| Match::ById);
        return Ok((lost, how));
    }
    let running = store::transactions::running(platform, station).await?;
    let here = running.into_iter().filter(|it| it.connector == connector);
    Ok(only(here.collect()))
}

/// The transaction that a station ended: the one of its number; or, where it names none that could be, the one under
/// its token, at its connector, or at the only connector. One that began later or at a higher register is another.
pub(super) async fn find_stopped(
    gateway: &Gateway<impl Platform>,
    station: &str,
    stop: &Stop,
) -> Result<(Option<Transaction>, Match), EngineError> {
    let platform = &gateway.platform;
    let meant = &stop.transaction;
    if let Some(found) = find_by_id(gateway, station, meant).await? {
        return Ok((Some(found), Match::ById));
    }
    if meant.name.is_some() {
        return Ok((None, Match::None));
    }
    let could_be = |it: &Transaction| {
        let began_before = stop.at.zip(it.started_at).map(|(end, start)| end >= start);
        let moved_on = stop.register.zip(it.start_energy);
        let has_moved_on = moved_on.is_none_or(|(end, start)| match began_before {
            Some(_) => end >= start,
            // Without times, an equal register may be that of the transaction before.
            None => end > start,
        });
        began_before.unwrap_or(true) && has_moved_on
    };
    let running = store::transactions::running(platform, station).await?;
    let mut running: Vec<_> = running.into_iter().filter(could_be).collect();
    let token = meant.token.as_deref().map(loggable);
    let has_token = |it: &Transaction| {
        let token = token.as_deref();
        token.is_some_and(|token| it.token.eq_ignore_ascii_case(token))
    };
    if let Some(place) = running.iter().position(has_token) {
        return Ok((Some(running.swap_remove(place)), Match::ByPlace));
    }
    if let Some(connector) = meant.connector.filter(|connector| *connector > 0) {
        running.retain(|it| it.connector == connector);
        return Ok(only(running));
    }
    // A number of somebody else's says that it is another transaction, at whatever connector.
    let names_none = meant.id.is_none_or(|id| id <= 0);
    let has_one_connector = store::stations::connectors(platform, station).await? <= 1;
    if names_none && has_one_connector {
        return Ok(only(running));
    }
    Ok((None, Match::None))
}

async fn find_by_id(
    gateway: &Gateway<impl Platform>,
    station: &str,
    meant: &TransactionRef,
) -> Result<Option<Transaction>, EngineError> {
    let platform = &gateway.platform;
    let id = meant.id.filter(|id| *id > 0);
    let name = meant.name.clone().or_else(|| id.map(|id| id.to_string()));
    let Some(name) = name else {
        return Ok(None);
    };
    if let Some(number) = store::named_transactions::number(platform, station, &name).await? {
        return Ok(store::transactions::load(platform, station, number).await?);
    }
    let Some(number) = id else {
        return Ok(None);
    };
    // Its number is not what the station calls a transaction that has a name.
    match store::named_transactions::name(platform, number).await? {
        Some(_) => Ok(None),
        None => Ok(store::transactions::load(platform, station, number).await?),
    }
}

/// The transaction that is meant if there is no other.
fn only(mut found: Vec<Transaction>) -> (Option<Transaction>, Match) {
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => (Some(only), Match::ByPlace),
        _ => (None, Match::None),
    }
}
